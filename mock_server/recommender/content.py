"""Items that are alike by what is written about them: category, brand, tags, price."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from math import exp, log
from typing import Any

from mock_server.recommender.catalogue import Catalogue
from mock_server.recommender.filters import keys, parse_filters
from mock_server.recommender.numbers import significant
from mock_server.recommender.ranking import Source
from mock_server.recommender.sources import CONTENT
from mock_server.records import Item

ATTRIBUTES = ("category", "brand", "tags")
Feature = tuple[str, Any]


def content_source(catalogue: Catalogue, origin: int, pool: int) -> Source:
    """Items that share a feature with `origin`: rare features weigh more, and so does a price of the same size."""
    record = catalogue.records[origin]

    def read() -> Iterator[tuple[int, float]]:
        if record is None:
            return
        features = dict(weighted_features(catalogue, record))
        found = {item for feature in features for item in candidates(catalogue, feature, pool)} - {origin}
        scored = [(alike(catalogue, record, features, item)[0], item) for item in found]
        scores = catalogue.scores
        for score, item in sorted(scored, key=lambda row: (-row[0], -scores.popular(row[1]), catalogue.ids[row[1]])):
            yield item, score

    def explain(item: int) -> dict[str, Any]:
        if record is None:
            return {}
        score, shared, closeness = alike(catalogue, record, dict(weighted_features(catalogue, record)), item)
        return {"similarity": score, "shared": shared, "price_closeness": closeness}

    return Source("content_match", CONTENT, read, explain)


def weighted_features(catalogue: Catalogue, record: Item) -> Iterator[tuple[Feature, float]]:
    """The item's features with their inverse document frequencies."""
    for feature in features_of(record):
        holders = len(catalogue.holders(*feature))
        yield feature, log(1 + len(catalogue.active) / max(1, holders))


def features_of(record: Item) -> Iterator[Feature]:
    for name in ATTRIBUTES:
        for key in keys(record, name):
            if isinstance(key, str | int | float):
                yield name, key


def candidates(catalogue: Catalogue, feature: Feature, pool: int) -> Iterator[int]:
    name, key = feature
    shelf = catalogue.shelf(parse_filters({name: key}))
    return chain(islice(shelf.popular(), pool), islice(shelf.newest(), pool))


def alike(
    catalogue: Catalogue, record: Item, features: dict[Feature, float], item: int
) -> tuple[float, list[str], float]:
    """(similarity, names of shared features, closeness of prices in (0, 1], 0 where a price is missing)."""
    other = catalogue.records[item]
    if other is None:
        return 0.0, [], 0.0
    shared = [feature for feature in features_of(other) if feature in features]
    closeness = 0.0
    if (mine := record.price) and (theirs := other.price):
        closeness = exp(-abs(log(mine / theirs)))
    score = sum(features[feature] for feature in shared) * (1 + closeness) / 2
    return significant(score), [f"{name}={key}" for name, key in shared], closeness
