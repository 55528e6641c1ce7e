"""Faults of the list itself: limits and their greatest, scores, order, odd numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.fault import Fault
from tests.mutants.paging import is_number
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
)


def past_the_end(behaviour: Callable[[Request, Server], Any]) -> Break:
    async def checked(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if request.operation == "recommend" and answer.status == 200 and request.page != 1:
            place = answer.json["data"]["pagination"]
            if (place["page"] - 1) * place["limit"] >= place["total_count"] > 0:
                return await behaviour(request, server)  # type: ignore[no-any-return]
        return answer

    return edge(checked)


async def last_page_again(request: Request, server: Server) -> Answer:
    """Past the end the first page is shown."""
    request.json = request.json | {"page": 1}
    answer = await server.unnoticed(request)
    document = answer.json
    document["data"]["pagination"]["has_next"] = False
    answer.json = document
    return answer


def odd(name: str, test: Callable[[Any], bool]) -> Condition:
    return lambda request, _: request.operation == "recommend" and test(request.value(name))


def crash(condition: Condition) -> Break:
    return passes(condition, lambda request, server: server.crash(request))


def reversed_scores(data: Document, _: Request) -> None:
    scores = [each["score"] for each in data["results"]]
    for each, score in zip(data["results"], reversed(scores), strict=True):
        each["score"] = score


def last_twice(data: Document, _: Request) -> None:
    if len(data["results"]) > 1:
        data["results"][-1] = {**data["results"][0], "score": data["results"][-1]["score"]}
        data["recommended_items"][-1] = data["recommended_items"][0]


FAULTS = [
    Fault(
        "limit-1-refused",
        "A limit of 1 is refused.",
        ("PAGE-limit-honoured",),
        passes(odd("limit", lambda value: value == 1), lambda request, server: server.refuse(request)),
    ),
    Fault(
        "past-the-end-crashes",
        "A page past the end is a server error.",
        ("PAGE-past-the-end",),
        past_the_end(lambda request, server: server.crash(request)),
    ),
    Fault(
        "far-past-the-end-crashes",
        "A page number above 50 is a server error.",
        ("PAGE-past-the-end", "PAGE-odd-numbers"),
        crash(odd("page", lambda value: is_number(value) and value > 50)),
    ),
    Fault(
        "past-the-end-starts-again",
        "Past the end page 1 is shown again.",
        ("PAGE-past-the-end-is-empty",),
        past_the_end(last_page_again),
    ),
    Fault(
        "limit-0-crashes",
        "A limit of 0 is a server error.",
        ("PAGE-odd-numbers",),
        crash(odd("limit", lambda value: value == 0 and value is not None)),
    ),
    Fault(
        "negative-page-crashes",
        "A negative page is a server error.",
        ("PAGE-odd-numbers",),
        crash(odd("page", lambda value: is_number(value) and value < 0)),
    ),
    Fault(
        "limit-as-text-crashes",
        "A limit that is a text is a server error.",
        ("PAGE-odd-numbers", "GEN-invalid-refused"),
        crash(odd("limit", lambda value: isinstance(value, str))),
    ),
    Fault(
        "scores-are-texts",
        "Scores are texts.",
        ("RANK-score-number",),
        edits_data(lambda data, _: [each.update(score=str(each["score"])) for each in data["results"]]),
    ),
    Fault(
        "popular-has-null-scores",
        "Results of popular have score null.",
        ("RANK-score-number",),
        edits_data(
            lambda data, _: [each.update(score=None) for each in data["results"]],
            lambda r, _: r.operation == "recommend" and r.strategy == "popular",
        ),
    ),
    Fault("scores-rise", "The best score stands last.", ("RANK-never-rising",), edits_data(reversed_scores)),
    Fault(
        "recommended-items-sorted",
        "recommended_items is in the order of the ids.",
        ("RANK-same-ids",),
        edits_data(lambda data, _: data["recommended_items"].sort()),
    ),
    Fault(
        "recommended-items-lack-the-last",
        "recommended_items lacks the last result.",
        ("RANK-same-ids",),
        edits_data(lambda data, _: data["recommended_items"] and data["recommended_items"].pop()),
    ),
    Fault(
        "first-item-stands-last-again",
        "The first item of a page stands last again.",
        ("RANK-no-item-twice",),
        edits_data(last_twice),
    ),
]
