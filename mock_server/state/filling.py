"""Turns a world (seed data, or a user's file) into records and applies them to an organisation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from fixtures.world import World
from mock_server.state.records import Event, Item, User, epoch_seconds
from mock_server.state.tenant import Tenant


def items_of(world: World, now: float, shift: float = 0.0) -> Iterator[Item]:
    """Yield the items of a world. `now`: their time of arrival; `shift`: seconds by which their dates are moved."""
    for item in (Item.from_body(body, arrival=now) for body in world.items):
        yield replace(item, created_at=item.created_at + shift) if item.created_at and shift else item


def users_of(world: World, shift: float = 0.0) -> Iterator[User]:
    for user in map(User.from_body, world.users):
        yield replace(user, created_at=user.created_at + shift) if user.created_at and shift else user


def events_of(world: World, now: float, shift: float = 0.0) -> Iterator[Event]:
    """Yield the events of a world. Each event arrives at its own time, or at `now` if it has none."""
    for number, body in enumerate(world.events()):
        at = epoch_seconds(body.get("event_timestamp"))
        event = Event.from_body(body, now if at is None else at, body.get("event_id") or f"seed-{number}")
        yield replace(event, at=at + shift, arrival=at + shift) if at and shift else event


def fill(tenant: Tenant, items: Iterable[Item], users: Iterable[User], events: Iterable[Event]) -> None:
    """Apply the items, users and events in this order, each at its own time."""
    for item in items:
        tenant.apply_item(item)
    for user in users:
        tenant.apply_user(user)
    tenant.apply_events(events)
