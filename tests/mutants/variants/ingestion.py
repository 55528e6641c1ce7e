"""Variants that use freedoms of ingestion: arrays, duplicates, names, the time until records are visible, and SHOULDs
that a server may miss."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from starlette.types import ASGIApp

from mock_server.app import create_app
from mock_server.mock import Mock
from mock_server.settings import Delay
from tests.mutants.inside import events, loses
from tests.mutants.mutant import Variant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Document,
    Request,
    Server,
    always,
    edge,
    edits_answer,
    fills,
    passes,
    refuses,
    repairs,
)
from tests.mutants.written.event_effects import partly_accepted
from tests.mutants.written.events import identify_open

SAME = edits_answer(always, lambda _: None)
ITEM_FIELDS = {"item_id", "item_type", "status", "attributes", "created_at"}
OPTIONAL_NULLS = ("attributes", "created_at", "context", "event_id", "recommendation_id", "previous_user_id")


def arrays_refused(*operations: str) -> Break:
    return passes(
        lambda request, _: request.operation in operations and request.is_array,
        lambda request, server: server.refuse(request),
    )


async def empty_arrays(request: Request, server: Server) -> Answer:
    """Answer an empty array with 202 and `accepted` 0."""
    if request.operation in ("items", "users", "events") and request.json == []:
        answer = await server.refuse(request, 202)
        if answer.status == 202:
            answer.json = {"success": True, "message": "nothing to do", "data": {"accepted": 0}, "error": None}
        return answer
    return await server.answer(request)


def names_unknown(request: Request, server: Server) -> bool:
    """Return whether an event names an item, or a recommendation_id, that its organisation does not know."""
    organisation = server.organisation(request)
    if request.operation != "events" or organisation is None:
        return False
    state = organisation.state
    items, lists = (
        {record[name] for record in request.records if isinstance(record.get(name), str)}
        for name in ("item_id", "recommendation_id")
    )
    unknown = [each for each in items if each not in state.tenant.items and not server.mock.ingest.has(state, each)]
    return bool(unknown) or any(state.tenant.attribution.served(each) is None for each in lists)


def counted_twice() -> Break:
    numbers = count()
    return events(lambda event: replace(event, event_id=f"{event.event_id}-{next(numbers)}"))


def lowered(record: Document) -> None:
    if isinstance(record.get("event_name"), str):
        record["event_name"] = record["event_name"].lower()


def nulls(record: Document) -> bool:
    return any(name in record and record[name] is None for name in OPTIONAL_NULLS)


def replicas(shortest: float, longest: float) -> Break:
    """Let two replicas answer in turn. Accepted records reach both, the second one later; the limit is counted once."""

    def install(mock: Mock, app: ASGIApp) -> ASGIApp:
        settings = mock.settings.model_copy(
            update={"rate_limit": "off", "seed": mock.settings.seed + 1, "ingest_delay": Delay(shortest, longest)}
        )
        other = create_app(Mock(settings, mock.spec, mock.clock))

        async def either(request: Request, server: Server) -> Answer:
            answer = await server.answer(request)
            if request.operation in ("items", "users", "events") or server.turn() % 2:
                if answer.status == 202:
                    await Server(server.mock, other).answer(request)
                return answer
            second = await Server(server.mock, other).answer(request)
            own = [pair for pair in second.headers if not pair[0].startswith(b"ratelimit")]
            second.headers = own + [pair for pair in answer.headers if pair[0].startswith(b"ratelimit")]
            return second if answer.status == 200 else answer

        return edge(either)(mock, app)

    return install


VARIANTS = [
    Variant(
        "nothing-becomes-visible",
        "Everything is accepted, and nothing shows while the suite is willing to wait.",
        "R51",
        loses(lambda _, __: True),
        exit_code=3,
    ),
    Variant("no-lag", "What is accepted is visible at once.", "R51", SAME, ("--ingest-delay", "0")),
    Variant("lag-of-1-second", "What is accepted is visible after a second.", "R51", SAME, ("--ingest-delay", "1")),
    Variant(
        "lag-of-3-seconds", "What is accepted is visible after three seconds.", "R51", SAME, ("--ingest-delay", "3")
    ),
    Variant(
        "lag-of-0-to-3-seconds",
        "What is accepted is visible after up to three seconds.",
        "R51",
        SAME,
        ("--ingest-delay", "0-3"),
    ),
    Variant(
        "replicas-with-different-lag",
        "Two replicas answer in turn, one a second behind the other.",
        "R51",
        replicas(1.0, 1.0),
        ("--ingest-delay", "0.1"),
    ),
    Variant(
        "replicas-with-changing-lag",
        "Two replicas answer in turn, one up to two seconds late.",
        "R51",
        replicas(0.0, 2.0),
        ("--ingest-delay", "0.5"),
    ),
    Variant("item-arrays-refused", "Items come one by one: an array is 400.", "R21", arrays_refused("items")),
    Variant(
        "item-and-user-arrays-refused", "Items and users come one by one.", "R21", arrays_refused("items", "users")
    ),
    Variant(
        "events-on-unknown-items-refused",
        "An event on an item that was never upserted, or with an unknown recommendation_id, is 404.",
        "R29",
        passes(names_unknown, lambda request, server: server.refuse(request, 404)),
    ),
    Variant("empty-arrays-accepted", "An empty array is 202.", "R23", edge(empty_arrays)),
    Variant("duplicates-count-twice", "An event that is sent twice counts twice.", "R24", counted_twice()),
    Variant("capitals-in-event-names", "Event names may have capitals.", "R25", repairs("events", lowered)),
    Variant("nulls-refused", "null is refused in optional fields, but for item_id.", "R49", refuses("events", nulls)),
    Variant("item-status-optional", "An item without status is active.", "R5", fills("items", status="active")),
    Variant(
        "unknown-fields-refused",
        "Items with fields that are not documented are refused.",
        "R11",
        refuses("items", lambda r: bool(r.keys() - ITEM_FIELDS)),
    ),
    Variant(
        "arrays-accepted-in-part",
        "Of an array with a bad event the good ones are accepted.",
        "R22",
        edge(partly_accepted),
    ),
    Variant(
        "identify-of-any-family", "An identify event may be of any family.", "R26", repairs("events", identify_open)
    ),
    Variant(
        "a-shop-full-of-data",
        "The organisations are full of other data.",
        "R29",
        SAME,
        ("--seed-data", "small", "--seed-orgs", "all"),
    ),
]
