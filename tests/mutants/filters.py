"""Faults of filters: ignored, half obeyed, obeyed on one page or by one strategy only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.fault import Fault
from tests.mutants.recommendations import empty
from tests.mutants.wrappers import Answer, Break, Document, Request, Server, Test, asks, edge, edits_data, passes


def ignored(condition: Test = lambda _: True) -> Break:
    return asks(
        lambda record: record.pop("filters", None), lambda record: bool(record.get("filters")) and condition(record)
    )


def only(names: Callable[[list[str]], list[str]]) -> Break:
    """Of several filters only some are looked at."""

    def change(record: Document) -> None:
        filters = record["filters"]
        record["filters"] = {name: filters[name] for name in names(list(filters))}

    return asks(change, lambda record: isinstance(record.get("filters"), dict) and len(record["filters"]) > 1)


def compared(same: Callable[[Any, Any], bool]) -> Break:
    """Values are compared in another way than by equality: every value that counts as the same is asked for."""

    async def widened(request: Request, server: Server) -> Answer:
        document = request.json
        if (
            request.operation == "recommend"
            and isinstance(document, dict)
            and isinstance(document.get("filters"), dict)
        ):
            known = list(server.tenant(request).items.values())
            for name, wanted in document["filters"].items():
                values = [value for item in known for value in item.values(name) if not isinstance(value, dict | list)]
                found = list({repr(value): value for value in values if same(wanted, value)}.values())
                document["filters"][name] = found[:100] or "no value at all"
            request.json = document
        return await server.answer(request)

    return edge(widened)


def texts(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    def same(wanted: Any, value: Any) -> bool:
        if isinstance(wanted, str) and isinstance(value, str):
            return test(wanted, value)
        return type(wanted) is type(value) and bool(wanted == value)

    return same


def unfiltered_instead(most: int | None) -> Break:
    """Where a filter brings too little, others fill the list: all of them, or `most`."""

    async def filled(request: Request, server: Server) -> Answer:
        answer = await server.answer(request)
        if (
            request.operation == "recommend"
            and answer.status == 200
            and request.value("filters")
            and not answer.json["data"]["results"]
        ):
            document = request.json | {"limit": most or request.value("limit") or 20}
            del document["filters"]
            request.json = document
            return await server.unnoticed(request)
        return answer

    return edge(filled)


async def filler(request: Request, server: Server) -> Answer:
    """A filtered list that does not fill its page is filled up with one item that does not match."""
    answer = await server.answer(request)
    if request.operation != "recommend" or answer.status != 200 or not request.value("filters"):
        return answer
    document = answer.json
    data = document["data"]
    limit, found = data["pagination"]["limit"], {each["item_id"] for each in data["results"]}
    others = (item for item in server.tenant(request).items.values() if item.active and item.item_id not in found)
    extra = next(others, None)
    if extra is not None and 0 < len(found) < limit and data["pagination"]["page"] == 1:
        score = data["results"][-1]["score"]
        data["results"].append(
            {"item_id": extra.item_id, "score": score, "reason": "popular", "metadata": dict(extra.attributes or {})}
        )
        data["recommended_items"].append(extra.item_id)
        data["pagination"]["total_count"] += 1
        answer.json = document
    return answer


def at_most(count: int, test: Test = bool) -> Break:
    """No more than so many matches are found where the test holds for the filters."""

    def cut(data: Document, request: Request) -> None:
        if not test(request.value("filters") or {}):
            return
        place = data["pagination"]
        start = (place["page"] - 1) * place["limit"]
        del data["results"][max(0, count - start) :]
        del data["recommended_items"][len(data["results"]) :]
        place["total_count"] = min(place["total_count"], count)
        place["has_next"] = place["page"] * place["limit"] < place["total_count"]

    return edits_data(cut)


def without_last(data: Document, request: Request) -> None:
    """The match that stands last in a list is left out."""
    place = data["pagination"]
    if request.value("filters") and not place["has_next"] and data["results"]:
        data["results"].pop()
        data["recommended_items"].pop()
        place["total_count"] -= 1


def has_empty_filters(request: Request, _: Server) -> bool:
    return request.operation == "recommend" and request.value("filters") == {}


FAULTS = [
    Fault("filters-ignored", "Filters are ignored.", ("FILTER-equality", "FILTER-only-matches"), ignored()),
    Fault(
        "filters-bring-nothing",
        "A list with filters is empty.",
        ("FILTER-equality",),
        edits_data(lambda data, request: empty(data, request) if request.value("filters") else None),
    ),
    Fault(
        "only-category-is-filtered",
        "Only `category` is filtered; other attributes match nothing.",
        ("FILTER-equality", "FILTER-other-types"),
        asks(
            lambda record: record.update(filters={"category": "none at all"}),
            lambda record: bool(record.get("filters")) and "category" not in record["filters"],
        ),
    ),
    Fault(
        "filters-compare-the-beginning",
        "A value that begins with the wanted one matches too.",
        (
            "FILTER-only-matches",
            "FILTER-equality",
        ),
        compared(texts(lambda wanted, value: value.startswith(wanted))),
    ),
    Fault(
        "filtered-page-filled-up",
        "A filtered page that is not full gets one item that does not match.",
        ("FILTER-only-matches", "FILTER-equality"),
        edge(filler),
    ),
    Fault(
        "filters-ignored-by-similar",
        "similar ignores filters.",
        ("FILTER-every-strategy",),
        ignored(lambda record: record.get("strategy") == "similar"),
    ),
    Fault(
        "filters-ignored-by-resumption",
        "session-resumption ignores filters.",
        ("FILTER-every-strategy",),
        ignored(lambda record: record.get("strategy") == "session-resumption"),
    ),
    Fault(
        "filters-ignored-by-popular",
        "popular ignores filters.",
        ("FILTER-every-strategy", "FILTER-equality", "FILTER-only-matches"),
        ignored(lambda record: record.get("strategy") == "popular"),
    ),
    Fault(
        "filters-ignored-on-page-2",
        "Page 2 ignores filters.",
        ("FILTER-every-page",),
        ignored(lambda record: record.get("page") == 2),
    ),
    Fault(
        "filters-ignored-from-page-2",
        "From page 2 on filters are ignored.",
        ("FILTER-every-page",),
        ignored(lambda record: (record.get("page") or 1) > 1),
    ),
    Fault(
        "no-match-brings-everything",
        "A filter that nothing matches is dropped.",
        ("FILTER-no-match",),
        unfiltered_instead(None),
    ),
    Fault(
        "no-match-brings-three",
        "A filter that nothing matches brings three items all the same.",
        ("FILTER-no-match",),
        unfiltered_instead(3),
    ),
    Fault(
        "second-filter-ignored",
        "Of several filters only the first counts.",
        ("FILTER-several",),
        only(lambda names: names[:1]),
    ),
    Fault(
        "first-filter-ignored",
        "Of several filters only the last counts.",
        ("FILTER-several",),
        only(lambda names: names[-1:]),
    ),
    Fault(
        "five-matches-are-enough",
        "No more than five matches are found.",
        (
            "FILTER-complete",
            "LIFE-upserted-shows",
        ),
        at_most(5),
    ),
    Fault(
        "last-match-missing",
        "The match that stands last in a list is left out.",
        ("FILTER-complete", "LIFE-upserted-shows"),
        edits_data(without_last),
    ),
    Fault(
        "numbers-are-not-filtered",
        "A filter on a number or a boolean brings nothing.",
        (
            "FILTER-numbers",
            "FILTER-other-types",
        ),
        edits_data(
            lambda data, request: (
                empty(data, request)
                if any(isinstance(value, int | float) for value in (request.value("filters") or {}).values())
                else None
            )
        ),
    ),
    Fault(
        "boolean-filters-ignored",
        "A filter on a boolean is ignored.",
        ("FILTER-other-types",),
        asks(
            lambda record: record.update(
                filters={k: v for k, v in record["filters"].items() if not isinstance(v, bool)}
            ),
            lambda record: isinstance(record.get("filters"), dict),
        ),
    ),
    Fault(
        "empty-filters-refused",
        "Empty filters are refused.",
        ("FILTER-empty",),
        passes(has_empty_filters, lambda request, server: server.refuse(request)),
    ),
    Fault(
        "empty-filters-bring-nothing",
        "Empty filters bring nothing.",
        ("FILTER-empty",),
        edits_data(empty, has_empty_filters),
    ),
]
