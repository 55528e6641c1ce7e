"""Faults of limit, pages, totals, and the order of a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.fault import Fault
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
    on,
)


def default_limit(limit: int) -> Break:
    return asks(lambda record: record.update(limit=limit), lambda record: record.get("limit") is None)


def beyond_100(wanted: Callable[[Any], int | None]) -> Break:
    """Some limits bring more than 100 items."""

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


def limited_to(most: int) -> Break:
    return asks(
        lambda record: record.update(limit=most),
        lambda record: is_number(record.get("limit")) and most < record["limit"] <= 100,
    )


def one_more(condition: Condition) -> Break:
    """A page holds one item more than the limit: the first of the next page."""

    async def longer(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if answer.status == 200 and condition(request, server) and answer.json["data"]["pagination"]["has_next"]:
            document = answer.json
            data = document["data"]
            following = request.copy()
            following.json = request.json | {"page": data["pagination"]["page"] + 1}
            extra = (await server.unnoticed(following)).json["data"]["results"][:1]
            data["results"] += extra
            data["recommended_items"] += [each["item_id"] for each in extra]
            answer.json = document
        return answer

    return edge(longer)


def paging(change: Callable[[Document, Document], object], condition: Condition = RECOMMENDATIONS) -> Break:
    """pagination and results are handed to the change."""
    return edits_data(lambda data, _: change(data["pagination"], data["results"]), condition)


def counted(place: Document, total: int) -> None:
    place["total_count"] = total
    place["has_next"] = place["page"] * place["limit"] < total


def pages(change: Callable[[int], int], condition: Callable[[Document], bool] = lambda _: True) -> Break:
    """Another page is shown under the number that was asked for."""

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


def shifted(by: int) -> Break:
    """From page 2 on pages begin some places too early or too late."""

    async def moved(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if request.operation != "recommend" or answer.status != 200 or answer.json["data"]["pagination"]["page"] < 2:
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


FAULTS = [
    Fault("default-limit-is-10", "Without limit 10 items are returned.", ("PAGE-default-limit",), default_limit(10)),
    Fault("default-limit-is-21", "Without limit 21 items are returned.", ("PAGE-default-limit",), default_limit(21)),
    Fault(
        "first-page-is-2",
        "Without page the list begins at page 2.",
        ("PAGE-default-limit",),
        asks(lambda record: record.update(page=2), lambda record: record.get("page") is None),
    ),
    Fault(
        "limit-200-honoured",
        "A limit above 100 is honoured.",
        ("PAGE-most-100",),
        beyond_100(lambda limit: int(limit) if is_number(limit) and 100 < limit <= 1000 else None),
    ),
    Fault(
        "limit-101-honoured",
        "The greatest limit is 101: off by one.",
        ("PAGE-most-100",),
        beyond_100(lambda limit: 101 if is_number(limit) and limit > 100 else None),
    ),
    Fault("no-more-than-50", "A limit above 50 is taken for 50.", ("PAGE-limit-honoured",), limited_to(50)),
    Fault("limit-99-at-most", "A limit of 100 is taken for 99.", ("PAGE-limit-honoured",), limited_to(99)),
    Fault(
        "limit-7-is-10",
        "Limits are rounded up to tens.",
        ("PAGE-limit-honoured", "PAGE-limit-respected"),
        asks(
            lambda record: record.update(limit=-(-int(record["limit"]) // 10) * 10),
            lambda record: is_number(record.get("limit")) and 1 <= record["limit"] <= 100,
        ),
    ),
    Fault(
        "one-item-too-many",
        "A page holds one item more than the limit.",
        ("PAGE-limit-respected",),
        one_more(on("recommend")),
    ),
    Fault(
        "one-item-too-many-on-page-2",
        "Page 2 holds one item more than the limit.",
        ("PAGE-limit-respected",),
        one_more(lambda r, _: r.operation == "recommend" and r.page == 2),
    ),
    Fault(
        "total-count-is-zero",
        "total_count is always 0.",
        ("PAGE-count-fits",),
        paging(lambda place, _: counted(place, 0)),
    ),
    Fault(
        "total-count-one-short",
        "total_count is one short of a list that fits its page.",
        ("PAGE-count-fits",),
        paging(
            lambda place, results: (
                counted(place, len(results) - 1) if 0 < place["total_count"] <= place["limit"] else None
            )
        ),
    ),
    Fault(
        "has-next-always-false",
        "has_next is always false.",
        ("PAGE-has-next",),
        paging(lambda place, _: place.update(has_next=False)),
    ),
    Fault(
        "has-next-always-true",
        "has_next is always true.",
        ("PAGE-has-next",),
        paging(lambda place, _: place.update(has_next=True)),
    ),
    Fault(
        "has-next-off-by-one",
        "has_next is true also when page x limit is total_count.",
        ("PAGE-has-next",),
        paging(lambda place, _: place.update(has_next=place["page"] * place["limit"] <= place["total_count"])),
    ),
    Fault(
        "has-next-wrong-on-page-2",
        "has_next is wrong from page 2 on.",
        ("PAGE-has-next",),
        paging(lambda place, _: place["page"] > 1 and place.update(has_next=not place["has_next"])),
    ),
    Fault(
        "total-count-of-the-page",
        "total_count counts the page, and there is never a next one.",
        ("PAGE-total-reached",),
        paging(lambda place, results: counted(place, len(results)) if place["page"] == 1 else None),
    ),
    Fault(
        "lists-end-with-page-1",
        "total_count is never above the limit.",
        ("PAGE-total-reached",),
        paging(lambda place, _: counted(place, min(place["total_count"], place["limit"]))),
    ),
    Fault("page-ignored", "Every page is page 1.", ("PAGE-second-differs",), pages(lambda _: 1)),
    Fault(
        "page-ignored-with-filters",
        "With filters every page is page 1.",
        ("PAGE-second-differs",),
        pages(lambda _: 1, lambda record: bool(record.get("filters"))),
    ),
    Fault(
        "pages-count-from-0",
        "Page 2 is what page 1 is.",
        ("PAGE-second-differs",),
        pages(lambda page: max(1, page - 1)),
    ),
    Fault("pages-overlap-by-one", "Page 2 begins with the last item of page 1.", ("PAGE-disjoint",), shifted(-1)),
    Fault("pages-skip-one", "Between page 1 and page 2 one item is left out.", ("PAGE-disjoint",), shifted(1)),
]
