"""The sources of results: pairs of items, boards, plain lists and shared attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

import numpy as np

from mock_server.state.recommender.catalogue import Catalogue, Shelf
from mock_server.state.recommender.filters import Conditions
from mock_server.state.recommender.numbers import DIGITS, Amounts, Floats, Ints, Weighted, largest, significant_array
from mock_server.state.recommender.pairs import Pairs
from mock_server.state.recommender.ranking import Source

BEHAVIORAL, CONTENT, FALLBACK = "behavioral", "content", "fallback"
FEW, MORE = 40, 160
TOO_SMALL = 1e-100  # smallest score; below it nine digits can't be kept, and no real match comes near
EXPLAINED = 20  # the strongest parts of a score, which an explanation lists
Adjust = Callable[[Ints, Floats], Floats]  # raw scores of items -> final ones; not positive: left out


def in_order(catalogue: Catalogue, items: Ints, values: Floats, count: int) -> Iterator[tuple[int, float]]:
    """Return (item, value) of the `count` best. The first few are sorted first, because most readers need no more."""
    return chain.from_iterable(_batches(catalogue, items, values, count))


def _batches(catalogue: Catalogue, items: Ints, values: Floats, count: int) -> Iterator[Iterator[tuple[int, float]]]:
    for size in (FEW, MORE, count):
        if len(values) <= min(count, size):
            break
        best = largest(values, min(count, size))
        yield _sorted(catalogue, items[best], values[best])
        count -= len(best)
        if count <= 0:
            return
        rest = np.ones(len(values), np.bool_)
        rest[best] = False
        items, values = items[rest], values[rest]
    yield _sorted(catalogue, items, values)


def _sorted(catalogue: Catalogue, items: Ints, values: Floats) -> Iterator[tuple[int, float]]:
    """Sort by value at nine significant digits, then by popularity, then by id."""
    values = significant_array(values)
    order = values.argsort()[::-1]
    numbers, ordered = items[order].tolist(), values[order].tolist()
    if len(set(ordered)) == len(ordered):
        return zip(numbers, ordered, strict=True)
    return _ties_sorted(catalogue, numbers, ordered)


def _ties_sorted(catalogue: Catalogue, numbers: list[int], ordered: list[float]) -> Iterator[tuple[int, float]]:
    """Yield (item, value), sorting items of equal value only when a reader reaches them."""
    popularity, ids = catalogue.scores.popularity, catalogue.ids
    start, length = 0, len(numbers)
    while start < length:
        value, end = ordered[start], start + 1
        while end < length and ordered[end] == value:
            end += 1
        equal = numbers[start:end]
        if len(equal) > 1:
            equal.sort(key=lambda item: (-round(popularity[item], DIGITS), ids[item]))
        for number in equal:
            yield number, value
        start = end


def pairs_source(
    catalogue: Catalogue,
    shelf: Shelf,
    pairs: Pairs,
    origins: Weighted,
    adjust: Adjust,
    reason: str,
    count: int,
    extra: Callable[[], Amounts] | None = None,
) -> Source:
    """Return a source of the items that occur with `origins`: the sum of weight times count, adjusted by the
    strategy."""

    def read() -> Iterable[tuple[int, float]]:
        if not origins:
            return ()
        items, sums = pairs.sums(origins, extra() if extra else None, shelf.members())
        values = adjust(items, sums)
        fit = values > TOO_SMALL
        if np.count_nonzero(fit) < len(fit):
            items, values = items[fit], values[fit]
        return in_order(catalogue, items, values, count)

    def explain(item: int) -> dict[str, Any]:
        parts = [(pairs.count(origin, item), origin, weight) for origin, weight in origins]
        return {
            "with": [
                {"item_id": catalogue.ids[origin], "weight": weight, "together": together, "adds": weight * together}
                for together, origin, weight in sorted(parts, key=lambda part: -part[0] * part[2])[:EXPLAINED]
                if together > 0
            ],
            "total": pairs.totals[item],
        }

    return Source(reason, BEHAVIORAL, read, explain)


def popular_source(
    catalogue: Catalogue, conditions: Conditions, reason: str = "popular", mode: str = FALLBACK
) -> Source:
    def read() -> Iterator[tuple[int, float]]:
        popularity = catalogue.scores.popularity
        return ((item, popularity[item]) for item in catalogue.shelf(conditions).popular())

    return Source(reason, mode, read, lambda item: {"popularity": catalogue.scores.popular(item)})


def trending_source(catalogue: Catalogue, shelf: Shelf, mode: str = FALLBACK) -> Source:
    def read() -> Iterator[tuple[int, float]]:
        first = None
        for key in shelf.trending_keys():
            lost, item = key[0], key[-1]  # the first element of the key is the negative trend
            first = lost if first is None else first
            yield item, max(2.0 ** (first - lost), 1e-300)

    def explain(item: int) -> dict[str, Any]:
        return {"trend_in_half_lives": catalogue.scores.trend(item), "popularity": catalogue.scores.popular(item)}

    return Source("trending", mode, read, explain)


def newest_source(catalogue: Catalogue, shelf: Shelf, reason: str = "catalogue", mode: str = FALLBACK) -> Source:
    return Source(reason, mode, lambda: by_rank(shelf.newest()), lambda item: {"created_at": catalogue.created[item]})


def listed_source(items: Iterable[int], reason: str, facts: Callable[[int], dict[str, Any]]) -> Source:
    """Return a source of items in a given order, which are read only as far as they are needed."""
    return Source(reason, BEHAVIORAL, lambda: by_rank(items), facts)


def by_rank(items: Iterable[int]) -> Iterator[tuple[int, float]]:
    return ((item, 1.0 / rank) for rank, item in enumerate(items, 1))
