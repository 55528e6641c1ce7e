"""Items that are alike by what is written about them: category, brand, tags, price."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from math import exp, isnan, log
from typing import Any

import numpy as np

from mock_server.state.recommender.boards import best_items
from mock_server.state.recommender.catalogue import Catalogue, Feature
from mock_server.state.recommender.filters import parse_filters
from mock_server.state.recommender.numbers import significant
from mock_server.state.recommender.ranking import Source
from mock_server.state.recommender.sources import CONTENT

WORTH_A_SHELF = 1_000  # holders: so common features are few, and looked at often


def content_source(catalogue: Catalogue, origin: int, pool: int) -> Source:
    """Items that share a feature with `origin`: rare features weigh more, and so does a price of the same size."""

    def read() -> Iterator[tuple[int, float]]:
        features = dict(weighted_features(catalogue, origin))
        found = {item for feature in features for item in candidates(catalogue, feature, pool // len(features))}
        scored = [(alike(catalogue, features, origin, item)[0], item) for item in found - {origin}]
        scores, ids = catalogue.scores, catalogue.ids
        for score, item in sorted(scored, key=lambda row: (-row[0], -scores.popular(row[1]), ids[row[1]])):
            yield item, score

    def explain(item: int) -> dict[str, Any]:
        score, shared, closeness = alike(catalogue, dict(weighted_features(catalogue, origin)), origin, item)
        return {"similarity": score, "shared": shared, "price_closeness": closeness}

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


def alike(
    catalogue: Catalogue, features: dict[Feature, float], origin: int, item: int
) -> tuple[float, list[str], float]:
    """(similarity, shared features, closeness of prices in (0, 1], 0 where one is missing)."""
    shared = [feature for feature in catalogue.features(item) if feature in features]
    difference = catalogue.log_price[origin] - catalogue.log_price[item]
    closeness = 0.0 if isnan(difference) else exp(-abs(difference))
    score = sum(features[feature] for feature in shared) * (1 + closeness) / 2
    return significant(score), [f"{name}={key}" for name, key in shared], closeness
