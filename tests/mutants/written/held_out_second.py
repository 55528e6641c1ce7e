"""Twenty mutants that were written before the catalogue was frozen and met the suite for the first time after it.

None was written with a look at a check. What the first run said is in FIRST_RUN, untouched; a survivor is a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from mock_server.mock import Mock
from mock_server.state.organisations import State
from mock_server.state.rate_limit import Limiter, Window
from mock_server.state.records import Event, Item
from tests.mutants.inside import Records, items, limited, queues
from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    INGESTION,
    Answer,
    Break,
    Document,
    Request,
    Server,
    always,
    asks,
    crashes,
    edge,
    edits_answer,
    edits_data,
    on,
    passes,
    refuses,
)
from tests.mutants.written.limits import says
from tests.mutants.written.strategies import unknown_user


def whole_pages_only(data: Document, _: Request) -> None:
    place = data["pagination"]
    place["has_next"] = place["page"] < place["total_count"] // place["limit"]


async def fallback_has_a_size(request: Request, server: Server) -> Answer:
    """A user without history gets the fallback as it is kept: twenty items, whatever the limit."""
    if request.operation == "recommend" and unknown_user(request, server) and server.is_valid(request):
        request.json = {name: value for name, value in request.json.items() if name != "limit"}
    return await server.answer(request)


def unchanged_by_attributes(item: Item, known: dict[str, Item]) -> Item | None:
    """Whether anything has changed is seen by the attributes alone."""
    old = known.get(item.item_id)
    return None if old is not None and item.attributes in (None, old.attributes) else item


def without_empty_values(record: Document) -> None:
    record["filters"] = {name: value for name, value in record["filters"].items() if value}


def forgets_on_identify(test: Callable[[Event], bool]) -> Break:
    """Of what an anonymous id did, a merge brings only the events for which the test holds."""
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
    """A window ends when nothing came for so long."""
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
    """An id of digits only comes back as a number."""
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
    """Without the header, the key is read from the query, and without that it is the first organisation's."""
    query = parse_qs(request.scope.get("query_string", b"").decode("latin-1"))
    if request.key is None and request.operation and "api_key" in query:
        request.key = query["api_key"][0]
    return await server.answer(request)


async def not_a_number(request: Request, server: Server) -> Answer:
    """The score of a list's only result is NaN: a mean over nothing."""
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
    """With the limit used up, what is sent is answered with 202 and dropped."""
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


MUTANTS = [
    Mutant(
        "second-has-next-counts-whole-pages",
        "has_next is false before a last page that is not full.",
        ("PAGE-has-next", "PAGE-total-reached"),
        edits_data(whole_pages_only),
    ),
    Mutant(
        "second-fallback-has-a-size",
        "A user without history gets twenty items, whatever the limit.",
        ("PAGE-limit-respected", "PAGE-limit-honoured"),
        edge(fallback_has_a_size),
    ),
    Mutant(
        "second-status-changes-with-attributes-only",
        "An upsert that changes the status and no attribute changes nothing.",
        ("LIFE-inactive-hides", "LIFE-deleted-hides", "LIFE-active-again"),
        items(unchanged_by_attributes),
    ),
    Mutant(
        "second-zero-and-false-are-no-filters",
        "A filter whose value is 0, false or an empty text is left out.",
        ("FILTER-numbers", "FILTER-other-types", "FILTER-only-matches"),
        asks(without_empty_values, lambda record: isinstance(record.get("filters"), dict)),
    ),
    Mutant(
        "second-identify-brings-purchases-only",
        "Identify brings the anonymous purchases, and nothing else of the history.",
        ("IDENT-merges-history", "IDENT-merges-in-one-array"),
        forgets_on_identify(lambda event: event.event_family == "conversion"),
    ),
    Mutant(
        "second-remaining-is-full-on-403",
        "A 403 says that nothing of the limit was used.",
        ("RATE-never-jumps", "RATE-counts-down"),
        says("ratelimit-remaining", lambda _: 1000, always, 403),
    ),
    Mutant(
        "second-window-ends-when-idle",
        "A window ends when no request came for half a second, whatever RateLimit-Reset says.",
        ("RATE-never-jumps",),
        ends_when_idle(0.5),
    ),
    Mutant(
        "second-events-unreadable-in-a-page",
        "A page on another origin can't read the answer to its events.",
        ("CORS-answers",),
        edits_answer(on("events"), lambda answer: answer.drop_header("access-control-allow-origin"), 202),
    ),
    Mutant(
        "second-deep-contexts-refused",
        "An event whose context holds objects or lists is refused.",
        ("EVENT-optional-fields", "GEN-valid-accepted"),
        refuses("events", lambda record: is_deep(record.get("context"))),
    ),
    Mutant(
        "second-ids-of-digits-are-numbers",
        "An item_id of digits only comes back as a number.",
        ("REC-id-types",),
        edits_data(numbers_where_they_can_be),
    ),
    Mutant(
        "second-metadata-out-of-step",
        "Each result has the metadata of the next one.",
        ("LIFE-metadata-follows",),
        edits_data(next_ones_metadata),
    ),
    Mutant(
        "second-event-ids-are-global",
        "An event is a duplicate when any organisation has used its event_id.",
        ("TENANT-history-isolated",),
        event_ids_are_global(),
    ),
    Mutant(
        "second-context-makes-it-similar",
        "Without strategy, a context item makes it similar, for which no user_id is needed.",
        ("STRAT-default-personalized",),
        asks(
            lambda record: record.update(strategy="similar"),
            lambda record: "strategy" not in record and isinstance(record.get("context_item_id"), str),
        ),
    ),
    Mutant(
        "second-ten-events-of-an-array",
        "Of an array the first ten events count, and no more.",
        ("EVENT-array-every-one-counts", "EVENT-array-every-place-counts"),
        queues(ten_events),
    ),
    Mutant(
        "second-key-in-the-query",
        "Without X-API-KEY, the key may stand in the query as api_key.",
        ("AUTH-missing-key", "AUTH-other-header"),
        edge(key_in_query),
    ),
    Mutant(
        "second-only-score-is-nan",
        "The score of a list's only result is NaN.",
        ("RANK-score-number", "REC-200", "ENV-success"),
        edge(not_a_number),
    ),
    Mutant(
        "second-null-attributes-crash",
        "An item with an attribute that is null is a server error.",
        ("ITEM-free-form-attributes", "GEN-valid-accepted", "ROBUST-never-5xx"),
        crashes("items", has_null),
    ),
    Mutant(
        "second-limit-100-refused",
        "A limit of 100 is refused; 99 is the most.",
        ("PAGE-limit-honoured", "VALID-accepted"),  # the latter since its first run, in which it alone was failed
        passes(
            lambda request, _: request.operation == "recommend" and request.value("limit") == 100,
            lambda request, server: server.refuse(request),
        ),
    ),
    Mutant(
        "second-reset-in-minutes-on-429",
        "RateLimit-Reset of a 429 is in minutes, rounded up.",
        ("LIMIT-429-in-seconds", "LIMIT-recovers"),
        says("ratelimit-reset", lambda said: -(-said // 60), always, 429),
        exhaust=True,
    ),
    Mutant(
        "second-too-much-is-dropped-in-silence",
        "With the limit used up, what is sent is answered with 202 and dropped.",
        ("LIMIT-then-429", "LIMIT-429-on-every-route", "LIMIT-announced-rest-passes"),
        edge(drops_what_is_too_much),
        exhaust=True,
    ),
]

# What the first run said, before anything was changed for it: was it killed?
FROZEN = "42cbe94"  # the commit at which nothing of the catalogue or the checks was changed any more
FIRST_RUN: dict[str, bool] = {
    "second-has-next-counts-whole-pages": True,
    "second-fallback-has-a-size": True,
    "second-status-changes-with-attributes-only": True,
    "second-zero-and-false-are-no-filters": False,
    "second-identify-brings-purchases-only": True,
    "second-remaining-is-full-on-403": True,
    "second-window-ends-when-idle": True,
    "second-events-unreadable-in-a-page": True,
    "second-deep-contexts-refused": True,
    "second-ids-of-digits-are-numbers": False,
    "second-metadata-out-of-step": False,
    "second-event-ids-are-global": False,
    "second-context-makes-it-similar": True,
    "second-ten-events-of-an-array": True,
    "second-key-in-the-query": False,
    "second-only-score-is-nan": False,
    "second-null-attributes-crash": False,
    "second-limit-100-refused": False,
    "second-reset-in-minutes-on-429": True,
    "second-too-much-is-dropped-in-silence": True,
}
