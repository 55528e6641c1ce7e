"""Faults of event ingestion: what it takes, what it refuses, and what then counts."""

from __future__ import annotations

from tests.mutants.fault import Fault
from tests.mutants.items import counts_wrong
from tests.mutants.wrappers import (
    Break,
    Document,
    Request,
    Server,
    crashes,
    edits,
    fills,
    passes,
    refuses,
    repairs,
    tolerates,
)

FAMILIES = ("exposure", "engagement", "conversion", "system")
STANDARD = ("view", "search", "click", "add_to_cart", "remove_from_cart", "checkout_start", "purchase", "identify")
FIELDS = {
    "user_id",
    "event_family",
    "event_name",
    "previous_user_id",
    "item_id",
    "recommendation_id",
    "event_id",
    "context",
}


def refuses_shape(array: bool, status: int = 400) -> Break:
    return passes(
        lambda request, _: request.operation == "events" and request.json is not None and request.is_array == array,
        lambda request, server: server.refuse(request, status),
    )


def counts_arrays(count: object) -> Break:
    return edits(
        lambda request, _: request.operation == "events" and request.is_array,
        lambda document, request: document["data"].update(accepted=count(request.records)),  # type: ignore[operator]
        202,
    )


def unless_known(kind: str, field: str, status: int, array: bool | None = None) -> Break:
    """Events whose field names nothing of that kind that the organisation has are answered with a status."""

    def concerned(request: Request, server: Server) -> bool:
        if request.operation != "events" or array not in (None, request.is_array):
            return False
        known = getattr(server.tenant(request), kind)
        return any(isinstance(each.get(field), str) and each[field] not in known for each in request.records)

    return passes(concerned, lambda request, server: server.refuse(request, status))


def identify_open(record: Document) -> None:
    """An identify event is taken for one of the system family."""
    if record.get("event_name") == "identify" and record.get("event_family") in FAMILIES:
        record["event_family"] = "system"


FAULTS = [
    Fault(
        "single-events-refused",
        "A single event is refused; only arrays are taken.",
        ("EVENT-accepts-one",),
        refuses_shape(array=False),
    ),
    Fault("events-counted-as-none", "One event is counted as 0.", ("EVENT-accepts-one",), counts_wrong("events", 0)),
    Fault(
        "event-arrays-refused", "An array of events is refused.", ("EVENT-accepts-array",), refuses_shape(array=True)
    ),
    Fault(
        "arrays-counted-as-one",
        "An array of events is counted as 1.",
        ("EVENT-accepts-array",),
        counts_arrays(lambda _: 1),
    ),
    Fault(
        "arrays-counted-by-user",
        "Of an array, `accepted` counts the users, not the events.",
        ("EVENT-accepts-array",),
        counts_arrays(lambda records: len({each["user_id"] for each in records})),
    ),
    Fault(
        "checkout-start-refused",
        "checkout_start is refused.",
        ("EVENT-standard-names",),
        refuses("events", lambda r: r.get("event_name") == "checkout_start"),
    ),
    Fault(
        "remove-from-cart-crashes",
        "remove_from_cart is a server error.",
        ("EVENT-standard-names",),
        crashes("events", lambda r: r.get("event_name") == "remove_from_cart"),
    ),
    Fault(
        "searches-need-an-item",
        "A search without item_id is refused.",
        ("EVENT-standard-names", "EVENT-accepts-one"),
        refuses("events", lambda r: r.get("event_name") == "search" and r.get("item_id") is None),
    ),
    Fault(
        "custom-names-refused",
        "Event names that are not standard are refused.",
        ("EVENT-custom-names",),
        refuses("events", lambda r: r.get("event_name", "view") not in STANDARD),
    ),
    Fault(
        "custom-names-crash",
        "An event name that is not standard is a server error.",
        ("EVENT-custom-names",),
        crashes("events", lambda r: r.get("event_name", "view") not in STANDARD),
    ),
    Fault(
        "event-ids-refused",
        "An event with event_id is refused.",
        ("EVENT-optional-fields",),
        refuses("events", lambda r: isinstance(r.get("event_id"), str)),
    ),
    Fault(
        "event-context-crashes",
        "An event with a context is a server error.",
        ("EVENT-optional-fields",),
        crashes("events", lambda r: bool(r.get("context"))),
    ),
    Fault(
        "null-item-id-refused",
        "item_id null is refused.",
        ("EVENT-item-id-null",),
        refuses("events", lambda r: "item_id" in r and r["item_id"] is None),
    ),
    Fault(
        "null-item-id-crashes",
        "item_id null is a server error.",
        ("EVENT-item-id-null",),
        crashes("events", lambda r: "item_id" in r and r["item_id"] is None),
    ),
    Fault(
        "events-need-a-known-user",
        "An event of a user that was never upserted is 404.",
        ("EVENT-anonymous-user",),
        unless_known("users", "user_id", 404),
    ),
    Fault(
        "anonymous-events-are-403",
        "An event of a user that was never upserted is 403.",
        ("EVENT-anonymous-user",),
        unless_known("users", "user_id", 403, array=False),
    ),
    Fault(
        "event-user-made-up",
        "An event without user_id is anonymous.",
        ("EVENT-requires-user-id",),
        fills("events", user_id="anonymous"),
    ),
    Fault(
        "no-event-user-crashes",
        "An event without user_id is a server error.",
        ("EVENT-requires-user-id",),
        crashes("events", lambda r: "user_id" not in r),
    ),
    Fault(
        "event-family-guessed",
        "An event without event_family is engagement.",
        ("EVENT-requires-family",),
        fills("events", event_family="engagement"),
    ),
    Fault(
        "no-event-family-is-409",
        "An event without event_family is refused with 409.",
        ("EVENT-requires-family",),
        refuses("events", lambda r: "event_family" not in r, 409),
    ),
    Fault(
        "event-name-guessed",
        "An event without event_name is a view.",
        ("EVENT-requires-name",),
        fills("events", event_name="view"),
    ),
    Fault(
        "no-event-name-is-404",
        "An event without event_name is refused with 404.",
        ("EVENT-requires-name",),
        refuses("events", lambda r: "event_name" not in r, 404),
    ),
    Fault(
        "any-event-family",
        "Any event_family is accepted.",
        ("EVENT-family-enum",),
        tolerates("events", "event_family", FAMILIES.__contains__, "engagement"),
    ),
    Fault(
        "any-event-family-in-arrays",
        "In arrays any event_family is accepted.",
        ("EVENT-array-with-a-bad-one",),
        tolerates("events", "event_family", FAMILIES.__contains__, "engagement", array=True),
    ),
    Fault(
        "numeric-event-users",
        "A number is taken for a user_id.",
        ("EVENT-field-types",),
        repairs("events", lambda r: r.update(user_id=str(r.get("user_id"))) if type(r.get("user_id")) is int else None),
    ),
    Fault(
        "event-context-may-be-anything",
        "A context that is no object is taken for none.",
        ("EVENT-field-types",),
        tolerates("events", "context", lambda value: isinstance(value, dict | None), {}),
    ),
    Fault(
        "unknown-event-fields-refused",
        "A field that is not documented makes an event refused.",
        ("EVENT-unknown-fields",),
        refuses("events", lambda r: bool(r.keys() - FIELDS)),
    ),
    Fault(
        "identify-without-previous",
        "An identify event needs no previous_user_id.",
        ("EVENT-identify-needs-previous",),
        repairs(
            "events",
            lambda r: r.setdefault("previous_user_id", "nobody") if r.get("event_name") == "identify" else None,
        ),
    ),
    Fault(
        "long-event-names-refused",
        "Event names longer than 20 characters are refused.",
        ("EVENT-custom-names", "GEN-valid-accepted"),
        refuses("events", lambda r: len(str(r.get("event_name", ""))) > 20),
    ),
]
