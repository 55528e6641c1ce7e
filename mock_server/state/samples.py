"""Picks records of an organisation that are worth trying."""

from __future__ import annotations

from itertools import islice

from mock_server.state.tenant import Tenant

_RECENT_EVENTS = 1_000  # events that are searched for active users


def some_items(tenant: Tenant, count: int) -> list[str]:
    """Return ids of items that can be recommended, in the order in which they arrived."""
    return list(islice((item_id for item_id, item in tenant.items.items() if item.active), count))


def some_users(tenant: Tenant, count: int) -> list[str]:
    """Return ids of users, recently active ones first, because their recommendations are more than a fallback."""
    recent = islice(reversed(tenant.events.values()), _RECENT_EVENTS)
    lately = dict.fromkeys(event.user_id for event in recent if event.user_id in tenant.users)
    return list(islice(dict.fromkeys([*lately, *islice(tenant.users, count)]), count))
