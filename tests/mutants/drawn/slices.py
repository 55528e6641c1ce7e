"""Slices of records: kinds of what clients send to the ingestion endpoints, each with the level at which documents
allow it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.mutants.traffic import Document, Request, Server

Level = str  # MUST or SHOULD


@dataclass(frozen=True)
class Place:
    """The place of a record: its index among how many, in an array or alone, and its request."""

    index: int
    count: int
    in_array: bool
    request: Request
    server: Server


@dataclass(frozen=True)
class Slice:
    """A kind of record. `holds(record, place)`: whether a record belongs to it. `level`: of the documents' statement
    that such input is valid. `effect`: whether the documents promise an effect of such an event."""

    name: str
    words: str
    operation: str
    holds: Callable[[Document, Place], bool]
    level: Level = "MUST"
    effect: bool = True


def _text(record: Document, name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _attributes(record: Document) -> Mapping[str, Any]:
    value = record.get("attributes")
    return value if isinstance(value, dict) else {}


def _has_value(test: Callable[[Any], bool]) -> Callable[[Document, Place], bool]:
    return lambda record, _: any(test(value) for value in _attributes(record).values())


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _id(field: str, pattern: str) -> Callable[[Document, Place], bool]:
    compiled = re.compile(pattern)
    return lambda record, _: compiled.search(_text(record, field)) is not None


def _ids(operation: str, field: str) -> list[Slice]:
    what = f"{operation} whose {field}"
    return [
        Slice(
            f"{operation}-{field.replace('_', '-')}-of-digits",
            f"{what} is all digits",
            operation,
            _id(field, r"^[0-9]+$"),
        ),
        Slice(
            f"{operation}-{field.replace('_', '-')}-with-capitals",
            f"{what} has capitals",
            operation,
            _id(field, "[A-Z]"),
        ),
        Slice(f"{operation}-{field.replace('_', '-')}-with-a-dot", f"{what} has a dot", operation, _id(field, r"\.")),
        Slice(
            f"{operation}-{field.replace('_', '-')}-with-an-underscore",
            f"{what} has an underscore",
            operation,
            _id(field, "_"),
        ),
        Slice(
            f"{operation}-{field.replace('_', '-')}-with-a-colon",
            f"{what} has a colon",
            operation,
            _id(field, ":"),
            "SHOULD",
        ),
        Slice(
            f"{operation}-{field.replace('_', '-')}-with-a-slash",
            f"{what} has a slash",
            operation,
            _id(field, "/"),
            "SHOULD",
        ),
        Slice(
            f"{operation}-{field.replace('_', '-')}-with-a-blank",
            f"{what} has a blank inside",
            operation,
            _id(field, r"\S \S"),
            "SHOULD",
        ),
        Slice(
            f"{operation}-{field.replace('_', '-')}-with-an-accent",
            f"{what} has an accented letter",
            operation,
            _id(field, "[à-ÿ]"),
            "SHOULD",
        ),
        Slice(
            f"{operation}-{field.replace('_', '-')}-over-64",
            f"{what} has over 64 characters",
            operation,
            _id(field, "^.{65,}$"),
            "SHOULD",
        ),
    ]


ITEMS = [
    *_ids("items", "item_id"),
    Slice("items-alone", "items sent alone", "items", lambda _, place: not place.in_array),
    Slice("items-known", "items that are known already", "items",
          lambda record, place: _text(record, "item_id") in place.server.tenant(place.request).items),
    Slice("items-with-created-at", "items with created_at", "items", lambda record, _: "created_at" in record),
    Slice("items-without-attributes", "items without attributes", "items",
          lambda record, _: "attributes" not in record),
    Slice("items-with-empty-attributes", "items with attributes {}", "items",
          lambda record, _: record.get("attributes") == {}),
    Slice("items-of-an-article", "items whose item_type is not product", "items",
          lambda record, _: _text(record, "item_type") != "product"),
    Slice("items-with-a-fraction", "items with an attribute that is a fraction", "items",
          _has_value(lambda value: isinstance(value, float) and not value.is_integer())),
    Slice("items-with-a-zero", "items with an attribute that is 0", "items",
          _has_value(lambda value: _is_number(value) and value == 0)),
    Slice("items-with-a-negative", "items with a negative attribute", "items",
          _has_value(lambda value: _is_number(value) and value < 0)),
    Slice("items-with-a-big-number", "items with an attribute beyond 2^31", "items",
          _has_value(lambda value: _is_number(value) and abs(value) >= 2**31)),
    Slice("items-with-a-boolean", "items with a boolean attribute", "items",
          _has_value(lambda value: isinstance(value, bool))),
    Slice("items-with-a-null", "items with an attribute that is null", "items",
          _has_value(lambda value: value is None)),
    Slice("items-with-a-list", "items with an attribute that is a list", "items",
          _has_value(lambda value: isinstance(value, list))),
    Slice("items-with-an-object", "items with a nested attribute", "items",
          _has_value(lambda value: isinstance(value, dict))),
    Slice("items-with-an-empty-text", "items with an attribute that is \"\"", "items",
          _has_value(lambda value: value == "")),
    Slice("items-with-long-text", "items with a text of over 200 characters", "items",
          _has_value(lambda value: isinstance(value, str) and len(value) > 200)),
    Slice("items-with-accents", "items with accents in an attribute", "items",
          _has_value(lambda value: isinstance(value, str) and not value.isascii())),
    Slice("items-with-many-attributes", "items with six attributes or more", "items",
          lambda record, _: len(_attributes(record)) >= 6),
    Slice("items-in-arrays", "items in arrays", "items", lambda _, place: place.in_array, "SHOULD"),
]  # fmt: skip

USERS = [
    *_ids("users", "user_id"),
    Slice("users-inactive", "inactive users", "users", lambda record, _: record.get("status") == "inactive"),
    Slice("users-deleted", "deleted users", "users", lambda record, _: record.get("status") == "deleted"),
    Slice("users-without-attributes", "users without attributes", "users",
          lambda record, _: "attributes" not in record),
    Slice("users-with-attributes", "users with attributes", "users", lambda record, _: bool(_attributes(record))),
    Slice("users-with-an-object", "users with a nested attribute", "users",
          _has_value(lambda value: isinstance(value, dict))),
    Slice("users-with-a-number", "users with a number among their attributes", "users", _has_value(_is_number)),
    Slice("users-alone", "users sent alone", "users", lambda _, place: not place.in_array),
]  # fmt: skip


def _named(name: str) -> Callable[[Document, Place], bool]:
    return lambda record, _: record.get("event_name") == name


STANDARD = {"view", "search", "click", "add_to_cart", "remove_from_cart", "checkout_start", "purchase", "identify"}
PROMISED = {"view", "click", "add_to_cart", "purchase"}  # names whose effect on lists a page promises (R20)
NAMED = {f"events-{name.replace('_', '-')}" for name in STANDARD}

EVENTS = [
    *_ids("events", "user_id"),
    *(Slice(f"events-{name.replace('_', '-')}", f"{name} events", "events", _named(name), effect=name in PROMISED)
      for name in sorted(STANDARD)),
    Slice("events-custom", "events with a name of one's own", "events",
          lambda record, _: _text(record, "event_name") not in STANDARD, effect=False),
    Slice("events-alone", "events sent alone", "events", lambda _, place: not place.in_array),
    Slice("events-in-arrays", "events in arrays", "events", lambda _, place: place.in_array),
    Slice("events-first-of-array", "the first event of an array", "events",
          lambda _, place: place.in_array and place.index == 0),
    Slice("events-last-of-array", "the last event of an array", "events",
          lambda _, place: place.in_array and place.index == place.count - 1),
    Slice("events-beyond-the-tenth", "events beyond the tenth of an array", "events",
          lambda _, place: place.index >= 10),
    Slice("events-beyond-the-25th", "events beyond the 25th of an array", "events",
          lambda _, place: place.index >= 25),
    Slice("events-in-arrays-of-one", "the event of an array of one", "events",
          lambda _, place: place.in_array and place.count == 1),
    Slice("events-with-event-id", "events with an event_id", "events", lambda record, _: "event_id" in record),
    Slice("events-without-event-id", "events without an event_id", "events",
          lambda record, _: "event_id" not in record),
    Slice("events-with-context", "events with a context", "events", lambda record, _: bool(record.get("context"))),
    Slice("events-with-nested-context", "events with a nested context", "events",
          lambda record, _: any(isinstance(value, dict | list) for value in (record.get("context") or {}).values())
          if isinstance(record.get("context"), dict) else False),
    Slice("events-with-recommendation", "events that echo a recommendation_id", "events",
          lambda record, _: bool(record.get("recommendation_id"))),
    Slice("events-without-item", "events whose item_id is absent or null", "events",
          lambda record, _: record.get("item_id") is None, effect=False),
    Slice("events-with-null-item", "events with item_id null", "events",
          lambda record, _: "item_id" in record and record["item_id"] is None, effect=False),
    Slice("events-of-upserted-users", "events of users that were upserted", "events",
          lambda record, place: _text(record, "user_id") in place.server.tenant(place.request).users),
    Slice("events-of-strangers", "events of users that were never upserted", "events",
          lambda record, place: _text(record, "user_id") not in place.server.tenant(place.request).users),
    Slice("events-of-uuid-users", "events of users whose id is a UUID", "events",
          _id("user_id", r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}$")),
]  # fmt: skip

RECORDS = [*ITEMS, *USERS, *EVENTS]
