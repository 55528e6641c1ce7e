"""Mutants of the effects of accepted events: lost from arrays, counted twice or in part, refused with a
recommendation_id."""

from __future__ import annotations

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Event
from tests.mutants.inside import Records, loses, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Document,
    Request,
    Server,
    edge,
    passes,
)


async def unknown_items_are_made(request: Request, server: Server) -> Answer:
    """An event on an unknown item makes an active item with that id and the attributes of the last known item."""
    answer = await server.answer(request)
    if request.operation == "events" and answer.status == 202:
        tenant = server.tenant(request)
        last = next(reversed(tenant.items.values()), None)
        bodies = [
            {"item_id": each["item_id"], "item_type": "product", "status": "active",
             "attributes": dict(last.attributes or {}) if last else {}}
            for each in request.records if each.get("item_id") and each["item_id"] not in tenant.items
        ]  # fmt: skip
        tenant.upsert_items(bodies, server.mock.clock.now())
    return answer


async def partly_accepted(request: Request, server: Server, operation: str = "events") -> Answer:
    """Bad events of an array are left out; the others are accepted."""
    if request.operation == operation and request.is_array and not server.is_valid(request):
        good = [each for each in request.json if is_good(request, server, each)]
        if good:
            request.json = good
    return await server.answer(request)


def partly_stored(operation: str) -> Break:
    """Answer an array with a bad record with 400, but store its good records."""

    async def stored(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if request.operation == operation and request.is_array and answer.status == 400:
            await partly_accepted(request, Quiet(server), operation)
        return answer

    return edge(stored)


class Quiet(Server):
    """The same server, but requests cost nothing."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.mock, server.app, server.memory)

    async def answer(self, request: Request) -> Answer:
        return await Server(self.mock, self.app).unnoticed(request)


def is_good(request: Request, server: Server, record: object) -> bool:
    alone = request.copy()
    alone.json = record
    return server.is_valid(alone)


async def event_ids_once(request: Request, server: Server) -> Answer:
    """An event_id that was used before is 409."""
    if request.operation == "events" and server.is_valid(request):
        ids = [(request.key, each["event_id"]) for each in request.records if each.get("event_id")]
        if any(each in server.memory for each in ids):
            return await server.refuse(request, 409)
        server.memory.update(dict.fromkeys(ids))
    return await server.answer(request)


def keeps(records: Records, part: slice) -> Records:
    if len(records) > 1 and all(isinstance(each, Event) for each in records):
        return records[part]
    return records


def of_array(part: slice) -> Break:
    """Only a part of an array of events is queued."""

    def kept(records: Records, _: State, __: Mock) -> Records:
        return keeps(records, part)

    return queues(kept)


def echoes(record: Document) -> bool:
    return isinstance(record.get("recommendation_id"), str)


def echoes_unknown(request: Request, server: Server) -> bool:
    """Return whether a record has a recommendation_id that no organisation was served."""
    ids = [each["recommendation_id"] for each in request.records if echoes(each)]
    found = [organisation.tenant.attribution.served for organisation in server.mock.organisations]
    return request.operation == "events" and any(all(served(each) is None for served in found) for each in ids)


MUTANTS = [
    Mutant(
        "events-make-items",
        "An event on an unknown item makes the item.",
        ("EVENT-unknown-item", "LIFE-only-accepted-items"),
        edge(unknown_items_are_made),
    ),
    Mutant(
        "refused-arrays-count-in-part",
        "An array with a bad event is 400, and its good events count.",
        ("EVENT-array-with-a-bad-one",),
        partly_stored("events"),
    ),
    Mutant(
        "refused-item-arrays-count-in-part",
        "An array with a bad item is 400, and its good items are stored.",
        ("LIFE-refused-array-stores-nothing",),
        partly_stored("items"),
    ),
    Mutant(
        "refused-user-arrays-count-in-part",
        "An array with a bad user is 400, and its good users are stored.",
        ("LIFE-refused-array-stores-nothing",),
        partly_stored("users"),
    ),
    Mutant(
        "only-first-of-array-counts",
        "Only the first event of an array is queued.",
        (
            "EVENT-array-every-one-counts",
            "EVENT-array-every-place-counts",
            "PERS-events-change-list",
        ),
        of_array(slice(0, 1)),
    ),
    Mutant(
        "events-before-their-item-lost",
        "An event is lost while its item is still queued.",
        ("EVENT-before-its-item",),
        loses(
            lambda event, mock: (
                event.item_id is not None and all(event.item_id not in each.tenant.items for each in mock.organisations)
            ),
            Event,
        ),
        options=("--ingest-delay", "1"),
    ),
    Mutant(
        "unknown-echo-crashes",
        "A recommendation_id that was never served is a server error.",
        ("ATTR-unknown-recommendation",),
        passes(echoes_unknown, lambda r, s: s.crash(r)),
    ),
]
