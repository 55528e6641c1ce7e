"""Items that are alike by what is written about them: category, brand, tags, price."""

from __future__ import annotations

from collections.abc import Iterator
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

WORTH_A_SHELF = 1_000  # holders: so common features are few, and looked at often


def content_source(catalogue: Catalogue, origin: int, pool: int) -> Source:
    """Items that share a feature with `origin`: rare features weigh more, and so does a price of the same size."""

    def read() -> Iterator[tuple[int, float]]:
        features = dict(weighted_features(catalogue, origin))
        found = {item for feature in features for item in candidates(catalogue, feature, pool // len(features))}
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
    """The item's features with their inverse document frequencies."""
    for feature in catalogue.features(item):
        holders = len(catalogue.holders(*feature))
        yield feature, log(1 + len(catalogue.active) / max(1, holders))


def candidates(catalogue: Catalogue, feature: Feature, count: int) -> Iterator[int]:
    """The most popular items with the feature and the newest ones."""
    holders = catalogue.holders(*feature)
    if len(holders) > WORTH_A_SHELF:
        shelf = catalogue.shelf(parse_filters(dict([feature])))
        yield from chain(islice(shelf.popular(), count // 2), islice(shelf.newest(), count // 2))
        return
    items = np.fromiter(holders, np.intp, len(holders))
    for measure in (catalogue.popular, catalogue.newest):
        yield from best_items(measure, items, count // 2)


def alike(catalogue: Catalogue, features: dict[Feature, float], origin: int, items: Ints) -> tuple[Floats, Floats]:
    """(similarity, closeness of prices in (0, 1], 0 where one is missing) of active items."""
    numbers, shared = items.tolist(), np.zeros(len(items))
    for feature, weight in features.items():
        holders = catalogue.holders(*feature)
        shared += np.array([weight if item in holders else 0.0 for item in numbers])
    closeness = np.exp(-np.abs(catalogue.log_price[origin] - catalogue.log_prices(items)))
    closeness = np.where(np.isnan(closeness), 0.0, closeness)
    return shared * (1 + closeness) / 2, closeness
