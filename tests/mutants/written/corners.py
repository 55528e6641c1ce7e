"""Mutants whose deviation shows only with some bodies, after some requests, or to some keys."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Item, User
from tests.mutants.inside import Records, followed, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
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
)
from tests.mutants.written.exhausted import exempt
from tests.mutants.written.key_types import accepts_wrong_type
from tests.mutants.written.limits import costs


def deletes_namesakes(kind: type[Item | User]) -> Break:
    """Who deletes a record of this kind deletes that of the other kind with the same id."""

    def namesakes(records: Records, state: State, _: Mock) -> Iterator[tuple[State, Records]]:
        yield state, [_namesake(each) for each in records if isinstance(each, kind) and each.status == "deleted"]

    return followed(namesakes)


def _namesake(record: Item | User) -> Item | User:
    if isinstance(record, User):
        return Item(record.user_id, "product", "deleted", None, None, 0.0)
    return User(record.item_id, "deleted", None, {})


def forgets_neighbour(records: Records, state: State, _: Mock) -> Records:
    """Sending a known item again, alone, deletes the item that was upserted just before it."""
    known = list(state.tenant.items)
    if len(records) != 1 or not isinstance(records[0], Item) or records[0].item_id not in known[1:]:
        return records
    before = state.tenant.items[known[known.index(records[0].item_id) - 1]]
    return [records[0], replace(before, status="deleted")]


async def unknown_items_are_personal(request: Request, server: Server) -> Answer:
    """An unknown item that a user had an event with is last in that user's lists."""
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


async def circles_crash(request: Request, server: Server) -> Answer:
    """A list for a user whose identify events form a circle is a server error."""
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


def too_many(operation: str, most: int) -> Condition:
    """Hold for all further requests of an operation after so many, whatever the limit says."""
    return lambda request, server: request.operation == operation and server.turn(request.key) > most


def long_array(request: Request) -> int:
    return len(request.records) // 3 if request.operation == "events" else 0


MUTANTS = [
    Mutant(
        "known-item-deletes-the-one-before",
        "Sending a known item again deletes the item that was upserted just before it.",
        ("LIFE-omitted-stays",),
        queues(forgets_neighbour),
    ),
    Mutant(
        "unknown-items-in-their-users-lists",
        "An unknown item that a user touched stands in that user's lists.",
        ("EVENT-unknown-item", "LIFE-only-accepted-items"),
        edge(unknown_items_are_personal),
    ),
    Mutant(
        "filtered-page-1-is-empty",
        "With filters, page 1 holds nothing although there are matches.",
        ("PAGE-first-holds-items", "FILTER-equality"),
        edits_data(empty_first_page),
    ),
    Mutant(
        "event-user-made-up-beside-an-id",
        "An event without user_id is accepted when it has an event_id.",
        ("EVENT-requires-user-id", "GEN-invalid-refused"),
        repairs("events", lambda record: record.setdefault("user_id", "nobody") if record.get("event_id") else None),
    ),
    Mutant(
        "secret-key-turns-pages",
        "A secret key may ask for page 2 and above.",
        ("AUTH-secret-on-publishable", "GEN-swapped-keys-403"),
        accepts_wrong_type("recommend", condition=lambda request, _: request.page not in (1, 1.0)),
    ),
    Mutant(
        "personal-lists-pass-when-exhausted",
        "Recommendations for a user pass although the limit is used up.",
        ("LIMIT-429-on-every-route", "GEN-burnt-keys-429", "LIMIT-then-429", "RATE-429-only-at-zero"),
        exempt(lambda request, _: request.operation == "recommend" and bool(request.value("user_id"))),
        exhaust=True,
    ),
    Mutant(
        "third-events-cost-one-more",
        "An array of events costs one more request for every third event.",
        ("RATE-array-costs-one",),
        costs(extra=long_array),
    ),
    Mutant(
        "users-are-free",
        "The users upsert costs nothing.",
        ("RATE-counts-down", "RATE-shared-by-routes", "RATE-shared-by-keys"),
        costs(free=on("users")),
    ),
    Mutant(
        "circle-of-identities-crashes",
        "A list for a user whose identity came round in a circle is a server error.",
        ("IDENT-cycle-is-harmless",),
        edge(circles_crash),
    ),
    Mutant(
        "identify-of-oneself-crashes",
        "An identify event whose ids are the same is a server error.",
        ("IDENT-cycle-is-harmless",),
        crashes("events", names_itself),
    ),
    Mutant(
        "every-hundredth-request-is-429",
        "Every hundredth request is 429, while many remain.",
        ("RATE-429-only-at-zero",),
        passes(
            lambda request, server: request.operation is not None and server.turn() % 100 == 0,
            lambda request, server: server.refuse(request, 429),
        ),
    ),
    Mutant(
        "deleted-users-take-items-along",
        "Who deletes a user deletes the item with the same id.",
        ("LIFE-every-item-shows", "LIFE-upserted-shows"),
        deletes_namesakes(User),
    ),
    Mutant(
        "deleted-items-take-users-along",
        "Who deletes an item deletes the user with the same id.",
        ("PERS-alike", "IDENT-alike"),
        deletes_namesakes(Item),
    ),
]
