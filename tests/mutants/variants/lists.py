"""Variants that use freedoms of the ranked list: its length, its order beyond the first signal, unusual limits and
pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from mock_server.mock import Mock
from mock_server.state.recommender import Entry, Page, Query, Ranking
from mock_server.state.tenant import Tenant
from tests.mutants.inside import inside
from tests.mutants.mutant import Variant
from tests.mutants.wrappers import Answer, Break, Document, Request, Server, edge, edits_data, on, passes, repairs
from tests.mutants.written.recommendations import empty
from tests.mutants.written.strategies import both, unknown_context


class Listed:
    """A ranking that is a plain list."""

    def __init__(self, ranking: Ranking, entries: Sequence[Entry]) -> None:
        self.strategy, self.mode = ranking.strategy, ranking.mode
        self._entries = list(entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, part: slice) -> list[Entry]:
        return self._entries[part]

    def page(self, start: int, stop: int) -> Page:
        return Page.of(self._entries[start:stop])


def lists(change: Callable[[Tenant, Query, list[Entry]], Sequence[Entry]]) -> Break:
    """Replace every list by change(tenant, query, entries)."""

    def install(mock: Mock) -> None:
        for organisation in mock.organisations:
            _listed(organisation.tenant, change)

    return inside(install)


def _listed(tenant: Tenant, change: Callable[[Tenant, Query, list[Entry]], Sequence[Entry]]) -> None:
    recommend = tenant.recommend

    def other(query: Query, now: float) -> Any:
        ranking = recommend(query, now)
        return Listed(ranking, change(tenant, query, ranking.entries))

    tenant.recommend = other  # type: ignore[method-assign]


def first_signal_only(_: Tenant, query: Query, entries: list[Entry]) -> list[Entry]:
    if query.strategy in ("popular", "trending"):
        return entries
    return [entry for entry in entries if entry.reason == entries[0].reason]


def touched(tenant: Tenant, query: Query) -> set[str]:
    person = tenant.recommender.people.get(tenant.identity.person(query.user_id or ""))
    numbers = person.touches if person else ()
    return {tenant.recommender.catalogue.ids[number] for number in numbers}


def without_viewed(tenant: Tenant, query: Query, entries: list[Entry]) -> list[Entry]:
    seen = touched(tenant, query) if query.strategy == "personalized" else set()
    return [entry for entry in entries if entry.item_id not in seen]


def without_any_touched(tenant: Tenant, query: Query, entries: list[Entry]) -> list[Entry]:
    seen = touched(tenant, query)
    return [entry for entry in entries if entry.item_id not in seen]


def explored(rng: Random) -> Callable[[Tenant, Query, list[Entry]], list[Entry]]:
    """Shuffle, on every page and every time, the items that no signal ranks."""

    def shuffled(_: Tenant, __: Query, entries: list[Entry]) -> list[Entry]:
        known = [entry for entry in entries if entry.reason != entries[-1].reason]
        rest = entries[len(known) :]
        ids = [(entry.item_id, entry.item) for entry in rest]
        rng.shuffle(ids)
        return known + [entry._replace(item_id=id_, item=item) for entry, (id_, item) in zip(rest, ids, strict=True)]

    return shuffled


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def clamped(record: Document) -> None:
    for name, most in (("limit", 100), ("page", 10**9)):
        if is_number(record.get(name)):
            record[name] = int(max(1, min(most, record[name])))


def is_odd(request: Request, _: Server) -> bool:
    limit, page = request.value("limit"), request.value("page")
    asked = request.operation == "recommend"
    return asked and ((is_number(limit) and not 1 <= limit <= 100) or (is_number(page) and page < 1))


async def no_page_past_the_end(request: Request, server: Server) -> Answer:
    """Answer 404 for a page past the end."""
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200 and request.page != 1:
        place = answer.json["data"]["pagination"]
        if (place["page"] - 1) * place["limit"] >= place["total_count"]:
            return await server.refuse(request, 404)
    return answer


async def last_page_instead(request: Request, server: Server) -> Answer:
    """Answer with the last page, and say so, where a page past the end is asked for."""
    answer = await server.answer(request)
    if request.operation == "recommend" and answer.status == 200 and request.page != 1:
        place = answer.json["data"]["pagination"]
        last = max(1, -(-place["total_count"] // place["limit"]))
        if place["page"] > last:
            request.json = request.json | {"page": last}
            answer.json = (await server.unnoticed(request)).json
    return answer


def lists_in_filters(request: Request, server: Server) -> bool:
    filters = request.value("filters")
    return (
        on("recommend")(request, server)
        and isinstance(filters, dict)
        and any(isinstance(v, list | None) for v in filters.values())
    )


VARIANTS = [
    Variant(
        "limits-are-clamped",
        "A limit or page out of range is taken for the nearest one in it.",
        "R7",
        repairs("recommend", clamped, array=False),
    ),
    Variant(
        "odd-limits-are-422",
        "A limit or page out of range is 422.",
        "R7",
        passes(is_odd, lambda request, server: server.refuse(request, 422)),
    ),
    Variant("past-the-end-is-404", "A page past the end is 404.", "R33", edge(no_page_past_the_end)),
    Variant("past-the-end-is-the-last-page", "A page past the end is the last one.", "R33", edge(last_page_instead)),
    Variant("lists-of-150", "A list has at most 150 items.", "R34", lists(lambda _, __, entries: entries[:150])),
    Variant(
        "no-fallback-filling", "Lists end where the strategy's first signal ends.", "R15", lists(first_signal_only)
    ),
    Variant(
        "viewed-left-out", "Items that the user has seen are left out of personalized.", "R34", lists(without_viewed)
    ),
    Variant(
        "touched-left-out-everywhere",
        "Items that the user has touched are left out of every list.",
        "R34",
        lists(without_any_touched),
    ),
    Variant(
        "order-explores",
        "What no signal put in order comes in another order every time.",
        "R34",
        lists(explored(Random(7))),
    ),
    Variant(
        "unknown-context-gets-nothing",
        "Beside an unknown item the list is empty.",
        "R30",
        edits_data(empty, both(on("recommend"), unknown_context)),
    ),
    Variant(
        "filters-take-single-values",
        "Filters with lists or nulls are 400.",
        "R32",
        passes(lists_in_filters, lambda request, server: server.refuse(request)),
    ),
]
