"""Faults of queued ingestion and of the life cycle of items: lost, late, stale, undead."""

from __future__ import annotations

import math
from dataclasses import replace

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Event, Item
from tests.mutants.fault import Fault
from tests.mutants.inside import Records, loses, queues
from tests.mutants.wrappers import (
    Answer,
    Break,
    Document,
    Request,
    Server,
    edge,
)


def every_nth_lost(count: int, kind: type) -> Break:
    seen: dict[int, int] = {}

    def lost(_: object, mock: Mock) -> bool:
        seen[id(mock)] = seen.get(id(mock), 0) + 1
        return seen[id(mock)] % count == 0

    return loses(lost, kind)


def jams_after(count: int) -> Break:
    """After so many requests the queue takes records and gives none."""
    seen: dict[int, int] = {}

    def jammed(records: Records, _: State, mock: Mock) -> Records:
        seen[id(mock)] = seen.get(id(mock), 0) + 1
        return records if seen[id(mock)] <= count else []

    return queues(jammed)


def replaces_catalogue(least: int) -> Break:
    """An upsert of at least so many items deletes what the upsert before it brought."""
    before: dict[int, list[Item]] = {}

    def replaced(records: Records, state: State, _: Mock) -> Records:
        new = [each for each in records if isinstance(each, Item)]
        if len(new) < least:
            return records
        ids = {each.item_id for each in new}
        gone = [replace(each, status="deleted") for each in before.get(id(state), []) if each.item_id not in ids]
        before[id(state)] = new
        return [*gone, *records]

    return queues(replaced)


def stores_refused(repair: Document, test: str) -> Break:
    """A refused item is stored, with what it lacks made up."""

    async def stored(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if request.operation == "items" and answer.status == 400:
            for record in request.records:
                body = {**record, **repair} if test == "force" else {**repair, **record}
                alone = request.copy()
                alone.json = body
                if server.is_valid(alone):
                    await server.unnoticed(alone)
        return answer

    return edge(stored)


def quick_updates_lost(seconds: float) -> Break:
    """Of two upserts of one item within so many seconds the second is lost."""
    at: dict[tuple[int, str], float] = {}

    def is_late(record: object, state: State, mock: Mock) -> bool:
        if not isinstance(record, Item):
            return False
        place, now = (id(state), record.item_id), mock.clock.monotonic()
        if now - at.get(place, -math.inf) < seconds:
            return True
        at[place] = now
        return False

    return queues(lambda records, state, mock: [each for each in records if not is_late(each, state, mock)])


FAULTS = [
    Fault(
        "queue-jams",
        "After thirty accepted requests nothing becomes visible any more.",
        ("QUEUE-becomes-visible", "LIFE-upserted-shows"),
        jams_after(30),
    ),
    Fault(
        "every-fifth-item-lost",
        "Every fifth accepted item never arrives.",
        ("LIFE-upserted-shows", "QUEUE-becomes-visible"),
        every_nth_lost(5, Item),
    ),
    Fault(
        "every-tenth-item-lost",
        "Every tenth accepted item never arrives.",
        ("LIFE-upserted-shows", "QUEUE-becomes-visible"),
        every_nth_lost(10, Item),
    ),
    Fault(
        "dated-items-lost",
        "Items with created_at are accepted and never arrive.",
        ("LIFE-upserted-shows",),
        loses(lambda item, _: item.created_at is not None, Item),
    ),
    Fault(
        "quick-update-lost",
        "Of two upserts of one item within half a second the second is lost.",
        ("LIFE-new-value-takes-effect", "LIFE-inactive-hides", "LIFE-active-again"),
        quick_updates_lost(0.5),
    ),
    Fault(
        "upsert-replaces-the-one-before",
        "An upsert deletes the items of the upsert before it.",
        ("LIFE-omitted-stays", "LIFE-upserted-shows", "QUEUE-becomes-visible"),
        replaces_catalogue(1),
    ),
    Fault(
        "array-replaces-the-array-before",
        "An array of items deletes what the array before it brought and it does not.",
        (
            "LIFE-omitted-stays",
            "LIFE-array-shows",
            "LIFE-upserted-shows",
        ),
        replaces_catalogue(2),
    ),
    Fault(
        "refused-item-is-made",
        "An item without item_type is 400, and is made as a product.",
        ("LIFE-refused-never-shows",),
        stores_refused({"item_type": "product"}, "fill"),
    ),
    Fault(
        "refused-status-hides",
        "An item with an unknown status is 400, and is hidden.",
        ("LIFE-refused-never-shows",),
        stores_refused({"status": "inactive"}, "force"),
    ),
    Fault(
        "refused-status-shows",
        "An item with an unknown status is 400, and is made active.",
        ("LIFE-refused-never-shows",),
        stores_refused({"status": "active"}, "force"),
    ),
    Fault(
        "every-third-event-lost",
        "Every third accepted event never arrives.",
        (
            "EVENT-array-every-place-counts",
            "EVENT-array-every-one-counts",
            "PERS-single-events-count",
            "PERS-events-change-list",
        ),
        every_nth_lost(3, Event),
    ),
]
