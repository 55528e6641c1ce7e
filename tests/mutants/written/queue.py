"""Mutants of queued ingestion and of the life cycle of items: records are lost, late or stale, hidden items show."""

from __future__ import annotations

import math
from dataclasses import replace

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.records import Item
from tests.mutants.inside import Records, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Document,
    Request,
    Server,
    edge,
)


def replaces_catalogue(least: int) -> Break:
    """An upsert of at least so many items deletes the items of the upsert before it."""
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
    """A refused item is stored, with invented values for its missing fields."""

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
    """If two upserts of one item come within so many seconds, the second is lost."""
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


MUTANTS = [
    Mutant(
        "quick-update-lost",
        "Of two upserts of one item within half a second the second is lost.",
        ("LIFE-new-value-takes-effect", "LIFE-inactive-hides", "LIFE-active-again", "LIFE-hidden-never-shown"),
        quick_updates_lost(0.5),
    ),
    Mutant(
        "upsert-replaces-the-one-before",
        "An upsert deletes the items of the upsert before it.",
        ("LIFE-omitted-stays", "LIFE-upserted-shows", "QUEUE-becomes-visible"),
        replaces_catalogue(1),
    ),
    Mutant(
        "refused-status-hides",
        "An item with an unknown status is 400, and is hidden.",
        ("LIFE-refused-never-shows",),
        stores_refused({"status": "inactive"}, "force"),
    ),
    Mutant(
        "refused-status-shows",
        "An item with an unknown status is 400, and is made active.",
        ("LIFE-refused-never-shows",),
        stores_refused({"status": "active"}, "force"),
    ),
]
