"""Mutants of event ingestion: what it accepts, what it refuses, and what counts afterwards."""

from __future__ import annotations

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Break,
    Document,
    Request,
    Server,
    edits,
    fills,
    passes,
    repairs,
)
from tests.mutants.written.items import counts_wrong

FAMILIES = ("exposure", "engagement", "conversion", "system")
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


def unless_known(kind: str, field: str, status: int, array: bool | None = None) -> Break:
    """Events that name something the organisation doesn't have are answered with this status."""

    def concerned(request: Request, server: Server) -> bool:
        if request.operation != "events" or array not in (None, request.is_array):
            return False
        known = getattr(server.tenant(request), kind)
        return any(isinstance(each.get(field), str) and each[field] not in known for each in request.records)

    return passes(concerned, lambda request, server: server.refuse(request, status))


def identify_open(record: Document) -> None:
    """An identify event is accepted with any family, as if it were of the system family."""
    if record.get("event_name") == "identify" and record.get("event_family") in FAMILIES:
        record["event_family"] = "system"


MUTANTS = [
    Mutant("events-counted-as-none", "One event is counted as 0.", ("EVENT-accepts-one",), counts_wrong("events", 0)),
    Mutant(
        "events-need-a-known-user",
        "An event of a user that was never upserted is 404.",
        ("EVENT-anonymous-user",),
        unless_known("users", "user_id", 404),
    ),
    Mutant(
        "anonymous-events-are-403",
        "An event of a user that was never upserted is 403.",
        ("EVENT-anonymous-user",),
        unless_known("users", "user_id", 403, array=False),
    ),
    Mutant(
        "event-name-guessed",
        "An event without event_name is a view.",
        ("EVENT-requires-name",),
        fills("events", event_name="view"),
    ),
    Mutant(
        "identify-without-previous",
        "An identify event needs no previous_user_id.",
        ("EVENT-identify-needs-previous",),
        repairs(
            "events",
            lambda r: r.setdefault("previous_user_id", "nobody") if r.get("event_name") == "identify" else None,
        ),
    ),
    Mutant(
        "searches-are-not-counted",
        "data.accepted is 0 for a single search without an item.",
        ("INGEST-counted",),
        edits(
            lambda request, _: request.operation == "events" and request.value("event_name") == "search",
            lambda document, _: document["data"].update(accepted=0),
            202,
        ),
    ),
]
