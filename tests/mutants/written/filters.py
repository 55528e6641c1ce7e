"""Mutants of filters: ignored, applied in part, applied on one page or by one strategy only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutants.mutant import Mutant
from tests.mutants.wrappers import Answer, Break, Document, Request, Server, Test, asks, edge, edits_data, repairs
from tests.mutants.written.recommendations import empty


def ignored(condition: Test = lambda _: True) -> Break:
    return asks(
        lambda record: record.pop("filters", None), lambda record: bool(record.get("filters")) and condition(record)
    )


def only(names: Callable[[list[str]], list[str]]) -> Break:
    """Only some of several filters are applied."""

    def change(record: Document) -> None:
        filters = record["filters"]
        record["filters"] = {name: filters[name] for name in names(list(filters))}

    return asks(change, lambda record: isinstance(record.get("filters"), dict) and len(record["filters"]) > 1)


def compared(same: Callable[[Any, Any], bool]) -> Break:
    """Values are compared by `same` instead of equality: every known value that counts as the same is searched for."""

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
    """If a filter finds nothing, unfiltered items fill the list: up to the limit, or `most`."""

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


def at_most(count: int, test: Test = bool) -> Break:
    """At most so many matches are found if the test holds for the filters."""

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


def without_empty_values(record: Document) -> None:
    if isinstance(record.get("attributes"), dict):
        record["attributes"] = {
            name: value for name, value in record["attributes"].items() if value not in (0, False, "")
        }


MUTANTS = [
    Mutant(
        "filters-ignored-by-similar",
        "similar ignores filters.",
        ("FILTER-every-strategy",),
        ignored(lambda record: record.get("strategy") == "similar"),
    ),
    Mutant(
        "filters-ignored-by-resumption",
        "session-resumption ignores filters.",
        ("FILTER-every-strategy",),
        ignored(lambda record: record.get("strategy") == "session-resumption"),
    ),
    Mutant(
        "filters-ignored-on-page-2",
        "Page 2 ignores filters.",
        ("FILTER-every-page",),
        ignored(lambda record: record.get("page") == 2),
    ),
    Mutant(
        "no-match-brings-everything",
        "A filter that nothing matches is dropped.",
        ("FILTER-no-match",),
        unfiltered_instead(None),
    ),
    Mutant(
        "no-match-brings-three",
        "A filter that nothing matches brings three items all the same.",
        ("FILTER-no-match",),
        unfiltered_instead(3),
    ),
    Mutant(
        "first-filter-ignored",
        "Of several filters only the last counts.",
        ("FILTER-several",),
        only(lambda names: names[-1:]),
    ),
    Mutant(
        "numbers-are-not-filtered",
        "A filter on a number or a boolean brings nothing.",
        (
            "FILTER-number-found",
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
    Mutant(
        "empty-values-are-lost",
        "An attribute whose value is 0, false or an empty text is not stored.",
        ("FILTER-number-found", "REC-metadata-own"),
        repairs("items", without_empty_values),
    ),
    Mutant(
        "filters-ignore-case",
        "Filters compare texts without regard to case.",
        ("FILTER-only-matches",),
        compared(texts(lambda wanted, value: value.lower() == wanted.lower())),
    ),
]
