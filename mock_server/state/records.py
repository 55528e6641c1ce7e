"""What an organisation sends: items, users and events, as immutable records made from validated API bodies.

Times are epoch seconds (float). Values for which the contract sets no rule are read leniently.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from sys import intern
from typing import Any, Self

from mock_server.state.kept_json import kept_json

ACTIVE = "active"
_EVENT_FIELDS = frozenset(
    (
        "user_id",
        "event_family",
        "event_name",
        "previous_user_id",
        "item_id",
        "recommendation_id",
        "event_id",
        "session_id",
    )
)
_MILLISECONDS_FROM = 1e11  # a larger number is in milliseconds: in seconds it would be after the year 5138


def epoch_seconds(value: object) -> float | None:
    """Convert an ISO 8601 date or date-time (UTC without a zone) or a Unix time to epoch seconds; None for anything
    else."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return None
    number = _number(value)
    if number is None or not 0 <= number < _MILLISECONDS_FROM * 1000:
        return None
    return number / 1000 if number >= _MILLISECONDS_FROM else number


def iso_8601(seconds: float) -> str:
    """Write epoch seconds as a date-time in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def as_price(value: object) -> float | None:
    """Return a price: a finite number of at least 0, or a string that contains one; None for anything else."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    number = _number(value)
    return number if number is not None and number >= 0 else None


@dataclass(frozen=True, slots=True)
class Item:
    item_id: str
    item_type: str
    status: str
    attributes: Mapping[str, Any] | None  # None, until merged_over is called, if the upsert omitted them
    created_at: float | None
    arrival: float  # when the item first arrived; used if created_at is missing
    metadata_json: bytes = b"{}"  # the attributes as JSON, serialised once per upsert

    @classmethod
    def from_body(cls, body: Mapping[str, Any], arrival: float = 0.0) -> Self:
        return cls(
            intern(body["item_id"]),
            intern(body["item_type"]),
            intern(body["status"]),
            body.get("attributes"),
            epoch_seconds(body.get("created_at")),
            arrival,
        )

    def merged_over(self, old: Item | None) -> Self:
        """Return the record to store: it replaces `old`, but takes over its attributes if it has none itself (R28)."""
        if self.attributes is not None or old is None:
            attributes, metadata = self.attributes or {}, _json(self.attributes or {})
        else:
            attributes, metadata = old.attributes or {}, old.metadata_json
        arrival = self.arrival if old is None else old.arrival
        return replace(self, attributes=attributes, metadata_json=metadata, arrival=arrival)

    @property
    def active(self) -> bool:
        return self.status == ACTIVE

    @property
    def created(self) -> float:
        return self.arrival if self.created_at is None else self.created_at

    @property
    def price(self) -> float | None:
        return as_price((self.attributes or {}).get("price"))

    def values(self, name: str) -> tuple[Any, ...]:
        """Return the values that a filter on `name` is compared with: the record's own field, or the attribute's value
        or values (R32)."""
        if name in ("item_type", "status"):
            return (getattr(self, name),)
        value = self.attributes.get(name) if self.attributes else None
        return tuple(value) if isinstance(value, list) else (value,)


@dataclass(frozen=True, slots=True)
class User:
    user_id: str
    status: str
    created_at: float | None
    attributes: Mapping[str, Any] | None

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        user_id, status = intern(body["user_id"]), intern(body["status"])
        return cls(user_id, status, epoch_seconds(body.get("created_at")), body.get("attributes"))

    def merged_over(self, old: User | None) -> Self:
        """Return the record to store: it replaces `old`, but takes over its attributes if it has none itself (R28)."""
        if self.attributes is not None:
            return self
        return replace(self, attributes=(old.attributes if old else None) or {})

    @property
    def active(self) -> bool:
        return self.status == ACTIVE


@dataclass(frozen=True, slots=True)
class Event:
    event_id: str
    user_id: str
    event_family: str
    event_name: str
    at: float  # `event_timestamp` if it is readable and not after the arrival, else the arrival (R11)
    arrival: float
    item_id: str | None = None
    previous_user_id: str | None = None
    recommendation_id: str | None = None
    session_id: str | None = None
    order_id: str | None = None
    price: float | None = None  # of one piece
    quantity: float = 1.0
    # the remaining fields (context, metadata, unknown ones) as a JSON object; empty if there are none
    details: bytes = b""

    @classmethod
    def from_body(cls, body: Mapping[str, Any], arrival: float, event_id: str) -> Self:
        """Make an event from a body. `event_id`: the body's own, or the one that the server assigned.

        The events of one array need arrivals a microsecond apart, so that events without a time keep their order.
        """
        at = epoch_seconds(body.get("event_timestamp"))
        details = {name: value for name, value in body.items() if name not in _EVENT_FIELDS}
        places = _objects(body)
        quantity = _first(places, ("quantity", "qty"))
        return cls(
            event_id,
            intern(body["user_id"]),
            intern(body["event_family"]),
            intern(body["event_name"]),
            arrival if at is None or at > arrival else at,
            arrival,
            _text(body.get("item_id")),
            _text(body.get("previous_user_id")),
            body.get("recommendation_id"),
            _label(places, ("session_id",)),
            _label(places, ("order_id", "orderId")),
            _first(places, ("price", "value")),
            1.0 if quantity is None else quantity,
            _json(details) if details else b"",
        )

    @property
    def revenue(self) -> float:
        return (self.price or 0.0) * self.quantity


def _objects(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the objects in which clients put fields that have no documented place: the event, its metadata, its
    context."""
    inner = (body.get("metadata"), body.get("context"))
    return [body, *(place for place in inner if isinstance(place, dict))]


def _first(places: list[Mapping[str, Any]], names: tuple[str, ...]) -> float | None:
    for place in places:
        for name in names:
            if name in place and (number := as_price(place[name])) is not None:
                return number
    return None


def _label(places: list[Mapping[str, Any]], names: tuple[str, ...]) -> str | None:
    for place in places:
        for name in names:
            if name in place:
                value = place[name]
                if isinstance(value, str) and value:
                    return intern(value)
                if isinstance(value, int) and not isinstance(value, bool):
                    return str(value)
    return None


def _text(value: str | None) -> str | None:
    return None if value is None else intern(value)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _json(value: object) -> bytes:
    try:
        return kept_json(value)
    except (TypeError, ValueError):  # orjson can't write integers over 64 bits and lone surrogates
        return json.dumps(value).encode()
