"""Records of an organisation to try things with."""

from __future__ import annotations

from itertools import islice

from mock_server.state.tenant import Tenant

_RECENT_EVENTS = 1_000  # searched for a user with events


def some_items(tenant: Tenant, count: int) -> list[str]:
    """Ids of items that can be recommended, in the order of their arrival."""
    return list(islice((item_id for item_id, item in tenant.items.items() if item.active), count))


def some_users(tenant: Tenant, count: int) -> list[str]:
    """Ids of users; first those who did something lately, so that their recommendations are more than a fallback."""
    recent = islice(reversed(tenant.events.values()), _RECENT_EVENTS)
    lately = dict.fromkeys(event.user_id for event in recent if event.user_id in tenant.users)
    return list(islice(dict.fromkeys([*lately, *islice(tenant.users, count)]), count))
