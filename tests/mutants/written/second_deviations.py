"""The deviations of the mutants in held_out_second.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.rate_limit import Limiter, Window
from mock_server.state.records import Event, Item
from tests.mutants.inside import Records, limited, queues
from tests.mutants.wrappers import (
    INGESTION,
    Answer,
    Break,
    Document,
    Request,
    Server,
)
from tests.mutants.written.strategies import unknown_user


def whole_pages_only(data: Document, _: Request) -> None:
    place = data["pagination"]
    place["has_next"] = place["page"] < place["total_count"] // place["limit"]


async def fallback_has_a_size(request: Request, server: Server) -> Answer:
    """A user without history gets the fallback in its stored size: twenty items, whatever the limit."""
    if request.operation == "recommend" and unknown_user(request, server) and server.is_valid(request):
        request.json = {name: value for name, value in request.json.items() if name != "limit"}
    return await server.answer(request)


def unchanged_by_attributes(item: Item, known: dict[str, Item]) -> Item | None:
    """Only a change of the attributes counts as a change of the item."""
    old = known.get(item.item_id)
    return None if old is not None and item.attributes in (None, old.attributes) else item


def without_empty_values(record: Document) -> None:
    record["filters"] = {name: value for name, value in record["filters"].items() if value}


def forgets_on_identify(test: Callable[[Event], bool]) -> Break:
    """When an anonymous id is merged, only those of its events count for which the test holds."""
    before: dict[tuple[int, str], list[Event]] = {}

    def merged(records: Records, state: State, _: Mock) -> Records:
        made: Records = []
        for each in records:
            if isinstance(each, Event) and each.event_name == "identify" and each.previous_user_id:
                kept = filter(test, before.pop((id(state), each.previous_user_id), []))
                made += [
                    replace(event, user_id=each.user_id, event_id=f"{event.event_id}-{each.event_id}") for event in kept
                ]
                continue
            if isinstance(each, Event):
                before.setdefault((id(state), each.user_id), []).append(each)
            made.append(each)
        return made

    return queues(merged)


def ends_when_idle(seconds: float) -> Break:
    """A window ends when no request came for so many seconds."""
    last: dict[int, float] = {}

    def charge(right: Limiter, window: Window, now: float) -> bool:
        if now - last.get(id(window), now) > seconds:
            window.used = 0
        last[id(window)] = now
        return right.charge(window, now)

    return limited(charge)


def is_deep(value: Any) -> bool:
    return isinstance(value, dict) and any(isinstance(each, dict | list) for each in value.values())


def numbers_where_they_can_be(data: Document, _: Request) -> None:
    """Ids of digits only are returned as numbers."""
    data["recommended_items"] = [int(each) if each.isdecimal() else each for each in data["recommended_items"]]
    for result in data["results"]:
        if result["item_id"].isdecimal():
            result["item_id"] = int(result["item_id"])


def next_ones_metadata(data: Document, _: Request) -> None:
    found = [result["metadata"] for result in data["results"]]
    for result, metadata in zip(data["results"], found[1:] + found[:1], strict=True):
        result["metadata"] = metadata


def event_ids_are_global() -> Break:
    """An event_id that any organisation has used is a duplicate in all of them."""
    seen: dict[str, int] = {}

    def first(records: Records, state: State, _: Mock) -> Records:
        return [
            each
            for each in records
            if not isinstance(each, Event) or seen.setdefault(each.event_id, id(state)) == id(state)
        ]

    return queues(first)


def ten_events(records: Records, _: State, __: Mock) -> Records:
    return records[:10] if records and isinstance(records[0], Event) else records


async def key_in_query(request: Request, server: Server) -> Answer:
    """Without the header, the key is read from the query parameter `api_key`."""
    query = parse_qs(request.scope.get("query_string", b"").decode("latin-1"))
    if request.key is None and request.operation and "api_key" in query:
        request.key = query["api_key"][0]
    return await server.answer(request)


async def not_a_number(request: Request, server: Server) -> Answer:
    """The score of a list's only result is NaN, a mean over nothing."""
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200 and len(answer.json["data"]["results"]) == 1:
        document = answer.json
        document["data"]["results"][0]["score"] = float("nan")
        answer.json = document
    return answer


def has_null(record: Document) -> bool:
    attributes = record.get("attributes")
    return isinstance(attributes, dict) and None in attributes.values()


async def drops_what_is_too_much(request: Request, server: Server) -> Answer:
    """When the limit is used up, requests are answered with 202, but their records are dropped."""
    answer = await server.answer(request)
    if answer.status == 429 and request.operation in INGESTION:
        answer.status = 202
        answer.drop_header("retry-after")
        answer.json = {
            "success": True,
            "message": f"{request.operation} accepted",
            "data": {"accepted": len(request.records)},
            "error": None,
        }
    return answer
