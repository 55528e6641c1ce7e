"""Operators on records: drop, keep stale, leak, refuse, crash, coerce, cut, miscount."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.mutants.drawn.operator import Operator
from tests.mutants.drawn.slices import EVENTS, ITEMS, NAMED, RECORDS, Place, Slice
from tests.mutants.traffic import Answer, Document, Request, Server
from tests.mutants.wrappers import Break, edge

Change = Callable[[Document, Place], Document]


def in_slice(place: Slice, request: Request, server: Server) -> Iterator[tuple[int, Document, Place]]:
    """Yield the records of a valid request that belong to the slice, with index and place."""
    if request.operation != place.operation or not server.is_valid(request) or server.has_wrong_type(request):
        return
    records, in_array = request.records, request.is_array
    for index, record in enumerate(records):
        where = Place(index, len(records), in_array, request, server)
        if place.holds(record, where):
            yield index, record, where


def changes(change: Change) -> Callable[[Slice], Break]:
    """Replace the records of the slice by what `change` returns, before the mock gets them."""

    def make(place: Slice) -> Break:
        async def changed(request: Request, server: Server) -> Answer:
            found = list(in_slice(place, request, server))
            if found:
                records = copy.deepcopy(request.records)
                for index, _, where in found:
                    records[index] = change(records[index], where)
                request.json = records if request.is_array else records[0]
            return await server.answer(request)

        return edge(changed)

    return make


def answers(status: int) -> Callable[[Slice], Break]:
    """Answer a request that contains a record of the slice with this status."""

    def make(place: Slice) -> Break:
        async def answered(request: Request, server: Server) -> Answer:
            if any(in_slice(place, request, server)):
                return await server.refuse(request, status)
            return await server.answer(request)

        return edge(answered)

    return make


def leaks(place: Slice) -> Break:
    """Send the records of the slice to the other organisations too."""

    async def leaked(request: Request, server: Server) -> Answer:
        found = [record for _, record, _ in in_slice(place, request, server)]
        own = server.organisation(request)
        answer = await server.answer(request)
        for other in server.mock.organisations if found and answer.status == 202 else ():
            if other is not own:
                again = request.copy()
                again.key = server.right_key(request, other)
                again.json = found
                await server.unnoticed(again)
        return answer

    return edge(leaked)


def miscounts(place: Slice) -> Break:
    """Count each record of the slice twice in `accepted`."""

    async def miscounted(request: Request, server: Server) -> Answer:
        found = len(list(in_slice(place, request, server)))
        answer = await server.answer(request)
        if found and answer.status == 202:
            document = answer.json
            document["data"]["accepted"] += found
            answer.json = document
        return answer

    return edge(miscounted)


def _nothing(_: Document, place: Place) -> Document:
    """Return a record of the same shape that no answer shows."""
    number = place.server.turn("nothing")
    if place.request.operation == "items":
        return {"item_id": f"nothing-{number}", "item_type": "nothing", "status": "deleted"}
    if place.request.operation == "users":
        return {"user_id": f"nobody-{number}", "status": "active", "created_at": "2026-01-01T00:00:00Z"}
    return {"user_id": f"nobody-{number}", "event_family": "engagement", "event_name": "search"}


def _stale(record: Document, place: Place) -> Document:
    known = _text(record.get("item_id")) in place.server.tenant(place.request).items
    return _nothing(record, place) if known else record


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _always_active(record: Document, _: Place) -> Document:
    return {**record, "status": "active"}


def _attributes(edit: Callable[[Any], Any]) -> Change:
    def changed(record: Document, _: Place) -> Document:
        found = record.get("attributes")
        edited = {name: edit(value) for name, value in found.items()} if isinstance(found, dict) else None
        return record if edited is None else {**record, "attributes": edited}

    return changed


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _id(field: str, edit: Callable[[str], str]) -> Change:
    return lambda record, _: {**record, field: edit(record[field])} if isinstance(record.get(field), str) else record


def _half(record: Document, _: Place) -> Document:
    found = record.get("attributes")
    kept = dict(list(found.items())[: len(found) // 2]) if isinstance(found, dict) else {}
    return {**record, "attributes": kept}


_NUMBERS = [each for each in ITEMS if each.name in {
    "items-alone", "items-known", "items-with-a-fraction", "items-with-a-negative", "items-with-a-big-number",
    "items-with-a-zero", "items-of-an-article", "items-with-many-attributes", "items-with-created-at"}]  # fmt: skip
_CAPITALS = [each for each in (*ITEMS, *EVENTS) if each.name.endswith("with-capitals")]
_EFFECTS = [each for each in EVENTS if each.effect]
_COUNTING = [replace(each, level="SHOULD") if each.name in NAMED else each for each in _EFFECTS]  # weights are R20's
_UNTOUCHED = {"items-without-attributes", "items-with-empty-attributes"}  # these have no values to change
_WITH_ATTRIBUTES = [each for each in ITEMS if each.name not in _UNTOUCHED]

OPERATORS = [
    Operator("drop", "dropped", "are accepted and never arrive", [*ITEMS, *_COUNTING], changes(_nothing)),
    Operator("stale", "not-updated", "stay as they were first sent", ITEMS, changes(_stale)),
    Operator("ignore", "always-active", "are active whatever their status", ITEMS, changes(_always_active)),
    Operator("status", "refused", "are refused with 400", RECORDS, answers(400)),
    Operator("status", "422", "are refused with 422", RECORDS, answers(422)),
    Operator("crash", "crash", "are answered with 500", RECORDS, answers(500), by_slice=False),
    Operator("leak", "leaked", "reach the other organisation too", [*ITEMS, *_EFFECTS], leaks, by_slice=False),
    Operator("count", "miscounted", "are counted twice in `accepted`", RECORDS, miscounts, "SHOULD"),
    Operator("coerce", "numbers-as-texts", "have their numbers turned into texts", _NUMBERS,
             changes(_attributes(lambda value: str(value) if _is_number(value) else value)), "SHOULD"),
    Operator("coerce", "numbers-rounded", "have their numbers rounded", _NUMBERS[2:3],
             changes(_attributes(lambda value: round(value) if _is_number(value) else value)), "SHOULD"),
    Operator("fold", "attributes-folded", "have their texts in lower case", _WITH_ATTRIBUTES,
             changes(_attributes(lambda value: value.lower() if isinstance(value, str) else value)), "SHOULD"),
    Operator("fold", "ids-folded", "have their id in lower case", _CAPITALS,
             changes(lambda record, place: _id("item_id" if place.request.operation == "items" else "user_id",
                                               str.lower)(record, place))),
    Operator("cut", "attributes-halved", "lose half of their attributes", _WITH_ATTRIBUTES, changes(_half), "SHOULD"),
]  # fmt: skip
