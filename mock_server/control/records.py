"""Records as the dashboard shows them: the fields of the API, and what the mock derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import BaseModel

from mock_server.state.records import Event, Item, User
from mock_server.state.tenant import Tenant


class ItemRecord(BaseModel):
    item_id: str
    item_type: str
    status: str
    attributes: Mapping[str, Any]
    created_at: datetime | None
    arrived_at: datetime | None


class UserRecord(BaseModel):
    """`status` is null for an id that only occurred in events."""

    user_id: str
    status: str | None
    attributes: Mapping[str, Any]
    created_at: datetime | None


class EventRecord(BaseModel):
    """`at`: when it happened, as the mock read it; `details`: everything without a field here."""

    event_id: str
    event_name: str
    event_family: str
    user_id: str
    previous_user_id: str | None
    item_id: str | None
    recommendation_id: str | None
    session_id: str | None
    at: datetime
    arrived_at: datetime
    details: Mapping[str, Any]


_PICTURES = ("image_url", "image", "image_link", "picture", "thumbnail", "image_src")
_SHOWABLE = ("data:image/", "https://", "http://")


def item_record(item: Item) -> ItemRecord:
    return ItemRecord(
        item_id=item.item_id,
        item_type=item.item_type,
        status=item.status,
        attributes=orjson.loads(item.metadata_json),
        created_at=moment(item.created_at),
        arrived_at=moment(item.arrival),
    )


def user_record(tenant: Tenant, user_id: str) -> UserRecord:
    user = tenant.users.get(user_id) or User(user_id, "", None, None)
    return UserRecord(
        user_id=user_id,
        status=user.status or None,
        attributes=user.attributes or {},
        created_at=moment(user.created_at),
    )


def event_record(event: Event) -> EventRecord:
    return EventRecord(
        event_id=event.event_id,
        event_name=event.event_name,
        event_family=event.event_family,
        user_id=event.user_id,
        previous_user_id=event.previous_user_id,
        item_id=event.item_id,
        recommendation_id=event.recommendation_id,
        session_id=event.session_id,
        at=moment(event.at),
        arrived_at=moment(event.arrival),
        details=orjson.loads(event.details) if event.details else {},
    )


def moment(seconds: float | None) -> Any:
    """Convert epoch seconds to a date; None outside the calendar."""
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


class Goods(BaseModel):
    """An item as a shop would show it, as far as its attributes allow."""

    title: str | None
    picture: str | None
    price: float | None
    currency: str | None


def goods_of(item: Item | None) -> Goods:
    attributes: Mapping[str, Any] = (item.attributes or {}) if item else {}
    pictures = (attributes.get(name) for name in _PICTURES)
    price = attributes.get("price")
    return Goods(
        title=next((value for name in ("title", "name") if isinstance(value := attributes.get(name), str)), None),
        picture=next((value for value in pictures if isinstance(value, str) and value.startswith(_SHOWABLE)), None),
        price=price if isinstance(price, int | float) and not isinstance(price, bool) else None,
        currency=value if isinstance(value := attributes.get("currency"), str) else None,
    )


def title_of(tenant: Tenant, item_id: str) -> str | None:
    """Return the title of an item, or None if its attributes have none."""
    item = tenant.items.get(item_id)
    attributes = (item.attributes or {}) if item else {}
    named = (attributes.get(name) for name in ("title", "name"))
    return next((value for value in named if isinstance(value, str)), None)
