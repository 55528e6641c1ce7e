"""Mutants of limit, pages, totals, and the order of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import (
    RECOMMENDATIONS,
    Answer,
    Break,
    Condition,
    Document,
    Request,
    Server,
    asks,
    edge,
    edits_data,
)
from tests.mutants.written.recommendations import USER_BASED, strategy


def default_limit(limit: int) -> Break:
    return asks(lambda record: record.update(limit=limit), lambda record: record.get("limit") is None)


def beyond_100(wanted: Callable[[Any], int | None]) -> Break:
    """Some limits return more than 100 items."""

    async def merged(request: Request, server: Server) -> Answer:
        count = wanted(request.value("limit")) if request.operation == "recommend" else None
        if count is None:
            return await server.answer(request)
        document = request.json
        request.json = document | {"limit": 100, "page": 1}
        answer = await server.answer(request)
        if answer.status != 200:
            return answer
        whole = answer.json
        for page in range(2, -(-count // 100) + 1):
            following = request.copy()
            following.json = document | {"limit": 100, "page": page}
            whole["data"]["results"] += (await server.unnoticed(following)).json["data"]["results"]
        data = whole["data"]
        data["results"] = data["results"][:count]
        data["recommended_items"] = [each["item_id"] for each in data["results"]]
        data["pagination"].update(limit=count, has_next=count < data["pagination"]["total_count"])
        answer.json = whole
        return answer

    return edge(merged)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def paging(change: Callable[[Document, Document], object], condition: Condition = RECOMMENDATIONS) -> Break:
    """Let `change` edit pagination and results."""
    return edits_data(lambda data, _: change(data["pagination"], data["results"]), condition)


def counted(place: Document, total: int) -> None:
    place["total_count"] = total
    place["has_next"] = place["page"] * place["limit"] < total


def pages(change: Callable[[int], int], condition: Callable[[Document], bool] = lambda _: True) -> Break:
    """Another page is returned under the requested number."""

    async def other(request: Request, server: Server) -> Answer:
        document = request.json
        if (
            request.operation != "recommend"
            or not isinstance(document, dict)
            or not is_number(document.get("page"))
            or not condition(document)
        ):
            return await server.answer(request)
        asked = document["page"]
        request.json = document | {"page": change(asked) if asked >= 1 else asked}
        answer = await server.answer(request)
        if answer.status == 200:
            changed = answer.json
            place = changed["data"]["pagination"]
            place["page"] = asked
            counted(place, place["total_count"])
            answer.json = changed
        return answer

    return edge(other)


def shifted(by: int, condition: Condition = RECOMMENDATIONS) -> Break:
    """From page 2 on, pages begin some places too early or too late."""

    async def moved(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if not condition(request, server) or answer.status != 200 or answer.json["data"]["pagination"]["page"] < 2:
            return answer
        document = answer.json
        data = document["data"]
        place = data["pagination"]
        other = request.copy()
        other.json = request.json | {"page": place["page"] + (1 if by > 0 else -1)}
        beside = (await server.unnoticed(other)).json["data"]["results"]
        results = data["results"][by:] + beside[:by] if by > 0 else beside[by:] + data["results"][:by]
        data["results"] = results[: place["limit"]]
        data["recommended_items"] = [each["item_id"] for each in data["results"]]
        answer.json = document
        return answer

    return edge(moved)


def ends_early(limit: int, *strategies: str) -> Break:
    """A first page of these strategies with a smaller limit says that it holds the whole list."""

    def ended(data: Document, request: Request) -> None:
        place = data["pagination"]
        if place["page"] == 1 and place["limit"] < limit and request.strategy in strategies:
            counted(place, len(data["results"]))

    return edits_data(ended)


MUTANTS = [
    Mutant("default-limit-is-10", "Without limit 10 items are returned.", ("PAGE-default-limit",), default_limit(10)),
    Mutant("default-limit-is-21", "Without limit 21 items are returned.", ("PAGE-default-limit",), default_limit(21)),
    Mutant(
        "limit-200-honoured",
        "A limit above 100 is honoured.",
        ("PAGE-most-100",),
        beyond_100(lambda limit: int(limit) if is_number(limit) and 100 < limit <= 1000 else None),
    ),
    Mutant(
        "limit-101-honoured",
        "The greatest limit is 101: off by one.",
        ("PAGE-most-100",),
        beyond_100(lambda limit: 101 if is_number(limit) and limit > 100 else None),
    ),
    Mutant(
        "total-count-is-zero",
        "total_count is always 0.",
        ("PAGE-count-fits",),
        paging(lambda place, _: counted(place, 0)),
    ),
    Mutant(
        "total-count-one-short",
        "total_count is one short of a list that fits its page.",
        ("PAGE-count-fits",),
        paging(
            lambda place, results: (
                counted(place, len(results) - 1) if 0 < place["total_count"] <= place["limit"] else None
            )
        ),
    ),
    Mutant(
        "total-count-of-the-page",
        "total_count counts the page, and there is never a next one.",
        ("PAGE-total-reached",),
        paging(lambda place, results: counted(place, len(results)) if place["page"] == 1 else None),
    ),
    Mutant(
        "pages-count-from-0",
        "Page 2 is what page 1 is.",
        ("PAGE-second-differs",),
        pages(lambda page: max(1, page - 1)),
    ),
    Mutant(
        "pages-beside-an-item-count-from-0",
        "Page 2 of similar is what page 1 is.",
        ("PAGE-turns",),
        pages(lambda page: max(1, page - 1), lambda document: document.get("strategy") == "similar"),
    ),
    Mutant("pages-skip-one", "Between page 1 and page 2 one item is left out.", ("PAGE-disjoint",), shifted(1)),
    Mutant(
        "later-pages-beside-an-item-overlap",
        "From page 2 on, pages of similar begin with the last item of the page before.",
        ("PAGE-no-overlap",),
        shifted(-1, strategy("similar")),
    ),
    Mutant(
        "later-pages-for-a-user-overlap",
        "From page 2 on, pages of personalized begin with the last two items of the page before.",
        ("PAGE-no-overlap",),
        shifted(-2, strategy("personalized")),
    ),
    Mutant(
        "short-personal-pages-are-the-last",
        "A first page of personalized shorter than 30 says that it is the last.",
        ("PAGE-ends-with-its-list", "PAGE-one-total"),
        ends_early(30, "personalized"),
    ),
    Mutant(
        "short-session-pages-are-the-last",
        "A first page of the strategies for sessions shorter than 15 says that it is the last.",
        ("PAGE-ends-with-its-list", "PAGE-one-total"),
        ends_early(15, *USER_BASED[1:]),
    ),
]
