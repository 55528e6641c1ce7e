"""Faults in corners: deviations that show only with some bodies, after some requests, or to some keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Item
from tests.mutants.exhausted import exempt
from tests.mutants.fault import Fault
from tests.mutants.filters import compared
from tests.mutants.inside import Records, queues
from tests.mutants.key_types import accepts_wrong_type
from tests.mutants.keys import lets_in, matching, nearly
from tests.mutants.limits import costs
from tests.mutants.wrappers import (
    Answer,
    Condition,
    Document,
    Request,
    Server,
    crashes,
    edge,
    edits_data,
    on,
    passes,
    repairs,
    tolerates,
)


def forgets_neighbour(records: Records, state: State, _: Mock) -> Records:
    """Sending a known item again, alone, deletes the item that was upserted just before it."""
    known = list(state.tenant.items)
    if len(records) != 1 or not isinstance(records[0], Item) or records[0].item_id not in known[1:]:
        return records
    before = state.tenant.items[known[known.index(records[0].item_id) - 1]]
    return [records[0], replace(before, status="deleted")]


async def unknown_items_are_personal(request: Request, server: Server) -> Answer:
    """An unknown item that a user touched stands last in that user's lists."""
    if request.operation == "events" and server.is_valid(request):
        known = server.tenant(request).items
        touched = {(request.key, each["user_id"]): each.get("item_id") for each in request.records}
        server.memory.update({place: item for place, item in touched.items() if item and item not in known})
    answer = await server.answer(request)
    item = server.memory.get((request.key, str(request.value("user_id"))))
    if request.operation == "recommend" and answer.status == 200 and item and item not in server.tenant(request).items:
        document = answer.json
        data = document["data"]
        if len(data["results"]) < data["pagination"]["limit"]:
            data["results"].append({"item_id": item, "score": 1e-6, "reason": "recent", "metadata": {}})
            data["recommended_items"].append(item)
            data["pagination"]["total_count"] += 1
            answer.json = document
    return answer


def empty_first_page(data: Document, request: Request) -> None:
    if request.value("filters") and data["pagination"]["page"] == 1:
        data.update(results=[], recommended_items=[])


def with_status(status: str) -> Condition:
    return lambda request, _: any(record.get("status") == status for record in request.records)


async def circles_crash(request: Request, server: Server) -> Answer:
    """A list for a user whose identity came round in a circle is a server error."""
    if request.operation == "events" and server.is_valid(request):
        pairs = [
            (each["previous_user_id"], each["user_id"]) for each in request.records if each.get("previous_user_id")
        ]
        server.memory.update(dict.fromkeys(pairs))
    user = request.value("user_id")
    circle = any(pair[::-1] in server.memory for pair in server.memory if user in pair)
    if request.operation == "recommend" and circle:
        return await server.crash(request)
    return await server.answer(request)


def names_itself(record: Document) -> bool:
    return record.get("event_name") == "identify" and record.get("previous_user_id") == record.get("user_id")


def at_least(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, int | float) and isinstance(value, int | float):
        return value >= wanted
    return type(wanted) is type(value) and bool(wanted == value)


def too_many(operation: str, most: int) -> Condition:
    """More than so many requests of an operation, whatever the limit says."""
    return lambda request, server: request.operation == operation and server.turn(request.key) > most


def long_array(request: Request) -> int:
    return len(request.records) // 3 if request.operation == "events" else 0


FAULTS = [
    Fault(
        "known-item-deletes-the-one-before",
        "Sending a known item again deletes the item that was upserted just before it.",
        ("LIFE-omitted-stays",),
        queues(forgets_neighbour),
    ),
    Fault(
        "unknown-items-in-their-users-lists",
        "An unknown item that a user touched stands in that user's lists.",
        ("EVENT-unknown-item", "LIFE-only-accepted-items"),
        edge(unknown_items_are_personal),
    ),
    Fault(
        "filtered-page-1-is-empty",
        "With filters, page 1 holds nothing although there are matches.",
        ("PAGE-first-holds-items", "FILTER-equality"),
        edits_data(empty_first_page),
    ),
    Fault(
        "popular-page-1-is-empty",
        "The first page of popular is empty, and the others are not.",
        ("PAGE-first-holds-items",),
        edits_data(
            lambda data, request: data.update(results=[], recommended_items=[]) if request.page == 1 else None,
            lambda request, _: request.operation == "recommend" and request.strategy == "popular",
        ),
    ),
    Fault(
        "empty-item-status-accepted",
        "An item whose status is an empty or a long text is taken as active.",
        ("ITEM-status-enum", "GEN-invalid-refused"),
        tolerates("items", "status", lambda value: isinstance(value, str) and 0 < len(value) < 9, "active"),
    ),
    Fault(
        "item-id-made-up-beside-attributes",
        "An item without item_id is accepted when it has attributes.",
        ("ITEM-requires-item-id", "GEN-invalid-refused"),
        repairs("items", lambda record: record.setdefault("item_id", "made-up") if record.get("attributes") else None),
    ),
    Fault(
        "event-user-made-up-beside-an-id",
        "An event without user_id is accepted when it has an event_id.",
        ("EVENT-requires-user-id", "GEN-invalid-refused"),
        repairs("events", lambda record: record.setdefault("user_id", "nobody") if record.get("event_id") else None),
    ),
    Fault(
        "secret-key-turns-pages",
        "A secret key may ask for page 2 and above.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("recommend", condition=lambda request, _: request.page not in (1, 1.0)),
    ),
    Fault(
        "publishable-key-hides-items",
        "A publishable key may upsert items as inactive.",
        ("AUTH-publishable-on-upsert", "GEN-swapped-keys-403"),
        accepts_wrong_type(
            "items", condition=lambda request, _: any(r.get("status") == "inactive" for r in request.records)
        ),
    ),
    Fault(
        "tampered-key-turns-pages",
        "With a tampered key, page 2 and above are answered.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        lets_in(matching(nearly), lambda request, _: request.operation == "recommend" and request.page not in (1, 1.0)),
    ),
    Fault(
        "tampered-key-deletes-users",
        "With a tampered key, users are upserted as deleted.",
        ("AUTH-tampered-key", "GEN-tampered-keys-401"),
        lets_in(
            matching(nearly),
            lambda request, _: (
                request.operation == "users" and any(r.get("status") == "deleted" for r in request.records)
            ),
        ),
    ),
    Fault(
        "lists-of-upserted-users-lack-their-latency",
        "A list for a user who was upserted has no latency_ms.",
        ("GEN-sequences", "REC-keys"),
        edits_data(
            lambda data, _: data.pop("latency_ms"),
            lambda request, server: (
                request.operation == "recommend" and request.value("user_id") in list(server.tenant(request).users)
            ),
        ),
    ),
    Fault(
        "personal-lists-pass-when-exhausted",
        "Recommendations for a user pass although the limit is used up.",
        ("LIMIT-429-on-every-route", "GEN-burnt-keys-429", "LIMIT-then-429", "RATE-429-only-at-zero"),
        exempt(lambda request, _: request.operation == "recommend" and bool(request.value("user_id"))),
        exhaust=True,
    ),
    Fault(
        "third-events-cost-one-more",
        "An array of events costs one more request for every third event.",
        ("RATE-array-costs-one",),
        costs(extra=long_array),
    ),
    Fault(
        "users-are-free",
        "The users upsert costs nothing.",
        ("RATE-counts-down", "RATE-shared-by-routes", "RATE-shared-by-keys"),
        costs(free=on("users")),
    ),
    Fault(
        "circle-of-identities-crashes",
        "A list for a user whose identity came round in a circle is a server error.",
        ("IDENT-cycle-is-harmless",),
        edge(circles_crash),
    ),
    Fault(
        "identify-of-oneself-crashes",
        "An identify event whose ids are the same is a server error.",
        ("IDENT-cycle-is-harmless",),
        crashes("events", names_itself),
    ),
    Fault(
        "numbers-are-filtered-by-at-least",
        "A filter on a number brings items with greater ones too.",
        ("FILTER-numbers",),
        compared(at_least),
    ),
    Fault(
        "every-hundredth-request-is-429",
        "Every hundredth request is 429, while many remain.",
        ("RATE-429-only-at-zero",),
        passes(
            lambda request, server: request.operation is not None and server.turn() % 100 == 0,
            lambda request, server: server.refuse(request, 429),
        ),
    ),
    Fault(
        "events-have-a-limit-of-their-own",
        "After fifty requests with events, events are 429 while many requests remain.",
        ("RATE-429-only-at-zero", "RATE-shared-by-routes"),
        passes(too_many("events", 50), lambda request, server: server.refuse(request, 429)),
    ),
]
