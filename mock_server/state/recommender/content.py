"""Finds items that are similar by their data: category, brand, tags and price."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from math import log
from typing import Any

import numpy as np

from mock_server.state.recommender.boards import best_items
from mock_server.state.recommender.catalogue import Catalogue, Feature
from mock_server.state.recommender.filters import parse_filters
from mock_server.state.recommender.numbers import Floats, Ints, significant
from mock_server.state.recommender.ranking import Source
from mock_server.state.recommender.sources import CONTENT, in_order

WORTH_A_SHELF = 1_000  # items with a feature; beyond this a shelf is kept, as such features are few and often read


def content_source(catalogue: Catalogue, origin: int, pool: int) -> Source:
    """Return a source of the items that share a feature with `origin`. Rare features weigh more; a similar price
    helps."""

    def read() -> Iterator[tuple[int, float]]:
        features = dict(weighted_features(catalogue, origin))
        found: set[int] = set()
        for feature in features:
            found.update(candidates(catalogue, feature, pool // len(features)))
        found.discard(origin)
        items = np.fromiter(found, np.intp, len(found))
        similarity, _ = alike(catalogue, features, origin, items)
        return in_order(catalogue, items, similarity, len(items))

    def explain(item: int) -> dict[str, Any]:
        features = dict(weighted_features(catalogue, origin))
        similarity, closeness = alike(catalogue, features, origin, np.array([item]))
        return {
            "similarity": significant(similarity[0]),
            "shared": [f"{name}={key}" for name, key in catalogue.features(item) if (name, key) in features],
            "price_closeness": float(closeness[0]),
        }

    return Source("content_match", CONTENT, read, explain)


def weighted_features(catalogue: Catalogue, item: int) -> Iterator[tuple[Feature, float]]:
    """Yield the item's features, each with its inverse document frequency."""
    for feature in catalogue.features(item):
        holders = len(catalogue.holders(*feature))
        yield feature, log(1 + len(catalogue.active) / max(1, holders))


def candidates(catalogue: Catalogue, feature: Feature, count: int) -> Iterable[int]:
    """Return the most popular items with the feature, and the newest."""
    holders = catalogue.holders(*feature)
    if len(holders) > WORTH_A_SHELF:
        shelf = catalogue.shelf(parse_filters(dict([feature])))
        return chain(islice(shelf.popular(), count // 2), islice(shelf.newest(), count // 2))
    items = np.fromiter(holders, np.intp, len(holders))
    popular, newest = (best_items(measure, items, count // 2) for measure in (catalogue.popular, catalogue.newest))
    return popular + newest


def alike(catalogue: Catalogue, features: dict[Feature, float], origin: int, items: Ints) -> tuple[Floats, Floats]:
    """Return (similarity, closeness of prices in (0, 1]) of active items; the closeness is 0 if a price is missing."""
    numbers, shared = items.tolist(), np.zeros(len(items))
    for feature, weight in features.items():
        holders = catalogue.holders(*feature)
        shared += np.array([weight if item in holders else 0.0 for item in numbers])
    closeness = np.exp(-np.abs(catalogue.log_price[origin] - catalogue.log_prices(items)))
    closeness = np.where(np.isnan(closeness), 0.0, closeness)
    return shared * (1 + closeness) / 2, closeness
