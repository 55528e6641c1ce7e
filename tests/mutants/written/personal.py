"""Mutants of what recommendations depend on: a user's events, the context item, popularity."""

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
    asks,
    chain,
    edge,
    first_list,
    passes,
    refuses,
    repairs,
)
from tests.mutants.written.recommendations import ITEM_BASED, USER_BASED


def cached(field: str) -> Break:
    """Requests with this field get their first list for ever."""
    return passes(lambda request, _: request.operation == "recommend" and bool(request.value(field)), first_list)


def single_events_lost(records: Records, _: State, __: Mock) -> Records:
    return (
        [] if len(records) == 1 and isinstance(records[0], Event) and records[0].event_name != "identify" else records
    )


async def context_first(request: Request, server: Server) -> Answer:
    """The context item itself is first."""
    answer = await server.answer(request)
    item = server.tenant(request).items.get(request.value("context_item_id") or "")
    if (
        request.operation == "recommend"
        and answer.status == 200
        and item is not None
        and item.active
        and request.page == 1
    ):
        document = answer.json
        data = document["data"]
        data["results"].insert(
            0,
            {"item_id": item.item_id, "score": 1.0, "reason": "similar_item", "metadata": dict(item.attributes or {})},
        )
        del data["results"][data["pagination"]["limit"] :]
        data["recommended_items"] = [each["item_id"] for each in data["results"]]
        data["pagination"]["total_count"] += 1
        data["pagination"]["has_next"] = data["pagination"]["limit"] < data["pagination"]["total_count"]
        answer.json = document
    return answer


def sold_as(instead: str, *names: str) -> Break:
    """These strategies return another strategy's list, under their own name."""

    async def answered(request: Request, server: Server) -> Answer:
        document = request.json
        if request.operation != "recommend" or not isinstance(document, dict) or document.get("strategy") not in names:
            return await server.answer(request)
        request.json = document | {"strategy": instead}
        answer = await server.answer(request)
        if answer.status == 200:
            changed = answer.json
            changed["data"]["strategy"] = document["strategy"]
            answer.json = changed
        return answer

    return edge(answered)


def nobody(*strategies: str) -> Break:
    """Lists of these strategies don't depend on the user."""
    return asks(
        lambda record: record.update(user_id="nobody in particular") if record.get("user_id") else None,
        lambda record: (record.get("strategy") or "personalized") in strategies,
    )


def folded(record: Document) -> None:
    for name in ("user_id", "previous_user_id"):
        if isinstance(record.get(name), str):
            record[name] = record[name].lower()


def has_mark(user_id: object, marks: str) -> bool:
    return isinstance(user_id, str) and any(mark in user_id for mark in marks)


MUTANTS = [
    Mutant(
        "same-list-for-everybody",
        "Lists don't depend on the user.",
        ("PERS-events-change-list",),
        nobody(*USER_BASED, "recently-viewed", "buy-again"),
    ),
    Mutant(
        "personal-lists-cached-for-ever",
        "A user's list never changes once it was asked for.",
        ("PERS-events-change-list", "PERS-single-events-count", "LIFE-inactive-hides", "LIFE-new-value-takes-effect"),
        cached("user_id"),
    ),
    Mutant(
        "itemwise-lists-are-kept",
        "The first list for a context item is returned for ever.",
        ("LIFE-hidden-never-shown", "LIFE-hidden-everywhere"),
        cached("context_item_id"),
    ),
    Mutant(
        "single-events-lost",
        "Events that are sent alone never arrive.",
        ("PERS-single-events-count",),
        queues(single_events_lost),
    ),
    Mutant(
        "sessions-are-nobodys",
        "session_based does not follow the user's last interactions.",
        ("SESSION-follows-last-events",),
        nobody("session_based", "session-based"),
    ),
    Mutant(
        "similar-shows-the-item-itself",
        "similar puts the context item first.",
        ("SIMILAR-excludes-context",),
        edge(context_first),
    ),
    Mutant(
        "context-item-ignored",
        "Item-based strategies ignore the context item.",
        ("ITEMWISE-follows-context",),
        asks(
            lambda record: record.update(context_item_id="nothing at all") if record.get("context_item_id") else None,
            lambda record: record.get("strategy") in ITEM_BASED,
        ),
    ),
    Mutant(
        "popular-is-new",
        "trending and popular answer with what is new.",
        ("POPULAR-follows-events",),
        sold_as("new-arrivals", "trending", "popular"),
    ),
    Mutant(
        "users-with-blanks-leave-no-trace",
        "What users with a blank or a slash in their id do counts for nothing.",
        ("PERS-alike", "IDENT-alike"),
        loses(lambda event, _: event.event_name != "identify" and has_mark(event.user_id, " /"), Event),
    ),
    Mutant(
        "users-with-accents-leave-no-trace",
        "What users with other characters than ASCII in their id do counts for nothing.",
        ("PERS-alike-any-id",),
        loses(lambda event, _: not event.user_id.isascii(), Event),
    ),
    Mutant(
        "users-that-differ-in-case-are-one",
        "Users whose ids differ only in case share one history.",
        ("PERS-nobody-elses",),
        chain(*(repairs(operation, folded) for operation in ("users", "events", "recommend"))),
    ),
    Mutant(
        "odd-users-get-no-list",
        "A list for a user with a blank, a slash, a colon or a per cent sign in the id is 400.",
        ("VALID-any-id",),
        refuses("recommend", lambda record: has_mark(record.get("user_id"), " /:%")),
    ),
]
