"""Further mutants of statements that few mutants broke: with other input, on a kept connection, on page 2."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    edge,
    edits_data,
    passes,
    refuses,
)
from tests.mutants.written.event_effects import echoes_unknown
from tests.mutants.written.exhausted import exempt
from tests.mutants.written.items import is_broken
from tests.mutants.written.paging import counted, paging
from tests.mutants.written.recommendations import strategy
from tests.mutants.written.robustness import crash, parsed, text
from tests.mutants.written.unchecked import has

Refusal = Callable[[Request, Answer], bool]
PLAIN = {"strategy", "user_id"}


def unchecked_after(refusal: Refusal, operation: str, **good: Any) -> Break:
    """The request after such a refusal on the same connection is not validated: missing fields get these values."""

    async def answered(request: Request, server: Server) -> Answer:
        connection = ("refused", request.scope["client"])
        if server.memory.pop(connection, False) and request.operation == operation and isinstance(request.json, dict):
            request.json = {**good, **request.json}
        answer = await server.answer(request)
        if refusal(request, answer):
            server.memory[connection] = True
        return answer

    return edge(answered)


def filtered(request: Request) -> bool:
    return bool(request.value("filters"))


def far_and_filtered(request: Request, _: Server) -> bool:
    page, limit = request.page, request.value("limit") or 20
    return request.operation == "recommend" and type(page) is int and filtered(request) and page * limit > 1_000_000


def total_of_the_rest(place: Document, _: Document) -> None:
    counted(place, max(0, place["total_count"] - (place["page"] - 1) * place["limit"]))


def last_score_is_null(data: Document, _: Request) -> None:
    if len(data["results"]) == data["pagination"]["limit"]:
        data["results"][-1]["score"] = None


def shows_itself(data: Document, request: Request) -> None:
    """The context item replaces the last item of the list."""
    if data["results"] and not filtered(request) and request.value("limit") != 100:
        data["results"][-1]["item_id"] = data["recommended_items"][-1] = request.value("context_item_id")


def asked_plainly(status: str) -> Condition:
    """Hold for a request of a user with this status that contains only the strategy and the user_id."""

    def asked(request: Request, server: Server) -> bool:
        user = server.tenant(request).users.get(str(request.value("user_id")))
        plain = request.operation == "recommend" and isinstance(request.json, dict) and set(request.json) == PLAIN
        return plain and user is not None and user.status == status and request.strategy == "personalized"

    return asked


def odd_context_names(document: Any) -> bool:
    records = document if isinstance(document, list) else [document]
    contexts = [each.get("context") for each in records if isinstance(each, dict)]
    return any(not name.isascii() for each in contexts if isinstance(each, dict) for name in each)


def every(count: int, operation: str) -> Condition:
    return lambda request, server: request.operation == operation and server.turn("every") % count == 0


MUTANTS = [
    Mutant(
        "unknown-echo-of-an-unknown-item-is-502",
        "A recommendation_id that was never served, on an item that was never upserted, is 502.",
        ("ATTR-unknown-recommendation",),
        passes(
            lambda r, s: echoes_unknown(r, s) and any(e.get("item_id") not in s.tenant(r).items for e in r.records),
            lambda r, s: s.refuse(r, 502),
        ),
    ),
    Mutant(
        "events-with-a-context-pass-when-exhausted",
        "Events with a context pass although the limit is used up.",
        ("GEN-burnt-keys-429", "LIMIT-429-on-every-route", "LIMIT-then-429", "RATE-429-only-at-zero"),
        exempt(lambda request, server: request.operation == "events" and has("context")(request, server)),
        exhaust=True,
    ),
    Mutant(
        "after-a-wrong-key-events-are-unchecked",
        "The event that follows a 401 on a connection needs neither name nor family nor user.",
        ("INVALID-refused",),
        unchecked_after(
            lambda _, answer: answer.status == 401, "events", user_id="x", event_family="engagement", event_name="view"
        ),
    ),
    Mutant(
        "after-malformed-json-users-are-unchecked",
        "The user that follows malformed JSON on a connection needs neither status nor created_at nor user_id.",
        ("INVALID-refused",),
        unchecked_after(
            lambda request, _: request.operation == "recommend" and is_broken(request),
            "users",
            user_id="made-up",
            status="active",
            created_at="2026-01-01T00:00:00Z",
        ),
    ),
    Mutant(
        "far-filtered-pages-crash",
        "A filtered page that begins beyond a million results is a server error.",
        ("PAGE-past-the-end", "PAGE-odd-numbers"),
        crash(far_and_filtered),
    ),
    Mutant(
        "total-count-is-of-the-rest",
        "total_count leaves out the pages before this one.",
        ("PAGE-total-covers", "PAGE-total-reached", "PAGE-has-next"),
        paging(total_of_the_rest),
    ),
    Mutant(
        "last-score-of-a-full-page-is-null",
        "The last score of a full page is null.",
        ("RANK-score-number",),
        edits_data(last_score_is_null),
    ),
    Mutant(
        "megabyte-texts-crash",
        "A text of more than a megabyte is a server error, whatever the body's size.",
        ("ROBUST-huge-body",),
        crash(text(lambda each: len(each) > 1_000_000)),
    ),
    Mutant(
        "odd-names-in-a-context-crash",
        "A name in an event's context that is not ASCII is a server error.",
        ("ROBUST-odd-texts", "EVENT-optional-fields"),
        crash(parsed(odd_context_names)),
    ),
    Mutant(
        "session-lists-are-unknown",
        "session_based is an unknown strategy in both spellings.",
        ("STRAT-one-spelling", "STRAT-both-spellings", "STRAT-documented-accepted"),
        refuses("recommend", lambda record: record.get("strategy") in ("session_based", "session-based")),
    ),
    Mutant(
        "deleted-users-crash-when-asked-plainly",
        "A personalized list for a deleted user is a server error, unless limit, page or filters are given.",
        ("USER-inactive-is-answered",),
        crash(asked_plainly("deleted")),
    ),
    Mutant(
        "inactive-users-crash-when-asked-plainly",
        "A personalized list for an inactive user is a server error, unless limit, page or filters are given.",
        ("USER-inactive-is-answered",),
        crash(asked_plainly("inactive")),
    ),
    Mutant(
        "every-two-hundredth-list-is-502",
        "Every two hundredth recommendation is 502; sent again, it is answered.",
        ("ROBUST-passing-5xx",),
        passes(every(200, "recommend"), lambda request, server: server.refuse(request, 502)),
    ),
    Mutant(
        "unfiltered-similar-shows-itself",
        "Without filters, similar shows the context item at the end of a page shorter than 100.",
        ("SIMILAR-never-itself",),
        edits_data(shows_itself, strategy("similar")),
    ),
]
