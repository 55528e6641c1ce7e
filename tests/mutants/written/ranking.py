"""Mutants of the list itself: limits and the maximum, scores, order, unusual numbers."""

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
    """Past the end, the first page is returned under the number of the requested one."""
    asked = request.page
    request.json = request.json | {"page": 1}
    answer = await server.unnoticed(request)
    document = answer.json
    document["data"]["pagination"] |= {"has_next": False, "page": asked}
    answer.json = document
    return answer


def odd(name: str, test: Callable[[Any], bool]) -> Condition:
    return lambda request, _: request.operation == "recommend" and test(request.value(name))


def crash(condition: Condition) -> Break:
    return passes(condition, lambda request, server: server.crash(request))


def last_twice(data: Document, _: Request) -> None:
    if len(data["results"]) > 1:
        data["results"][-1] = {**data["results"][0], "score": data["results"][-1]["score"]}
        data["recommended_items"][-1] = data["recommended_items"][0]


MUTANTS = [
    Mutant(
        "past-the-end-crashes",
        "A page past the end is a server error.",
        ("PAGE-past-the-end",),
        past_the_end(lambda request, server: server.crash(request)),
    ),
    Mutant(
        "past-the-end-starts-again",
        "Past the end page 1 is shown again, as the page that was asked for.",
        ("PAGE-past-the-end-is-empty",),
        past_the_end(last_page_again),
    ),
    Mutant(
        "scores-are-texts",
        "Scores are texts.",
        ("RANK-score-number",),
        edits_data(lambda data, _: [each.update(score=str(each["score"])) for each in data["results"]]),
    ),
    Mutant(
        "first-item-stands-last-again",
        "The first item of a page stands last again.",
        ("RANK-no-item-twice",),
        edits_data(last_twice),
    ),
]
