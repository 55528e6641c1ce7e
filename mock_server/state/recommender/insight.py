"""Shows what the recommender knows of an item or a person. Nothing here changes its state."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mock_server.state.recommender.ask import UNKNOWN_PERSON
from mock_server.state.recommender.engine import Recommender
from mock_server.state.recommender.numbers import largest, significant

TABLES = ("touched", "bought", "consumed")


class Neighbour(NamedTuple):
    """An item that occurs with another. `together`: how much they occur together; `cosine`: the same, relative to how
    much each occurs."""

    item_id: str
    together: float
    cosine: float


class Standing(NamedTuple):
    """An item's place among all. `popularity`: the sum of the weights of its events. `trend`: the base-2 logarithm of
    that sum with older events weighing less, so 1 more means twice as much; None for an item without events."""

    popularity: float
    trend: float | None


class Interest(NamedTuple):
    """A person's events about one item, summed up; times in epoch seconds."""

    item_id: str
    affinity: float
    last: float
    purchases: int
    in_cart: bool


def standing(recommender: Recommender, item_id: str) -> Standing:
    item = recommender.catalogue.numbers.get(item_id)
    if item is None or not (popular := recommender.scores.popular(item)):
        return Standing(0.0, None)
    return Standing(popular, recommender.scores.trend(item))


def neighbours(recommender: Recommender, item_id: str, table: str, count: int) -> list[Neighbour]:
    """Return the neighbours with the largest cosines, largest first. `table`: `touched` by one person closely in time,
    `bought` in one basket, or `consumed` in one session."""
    item = recommender.catalogue.numbers.get(item_id)
    if item is None:
        return []
    pairs, ids = getattr(recommender.tables, table), recommender.catalogue.ids
    items, sums = pairs.row(item)
    if not len(items) or pairs.totals[item] <= 0:
        return []
    cosines = sums / np.sqrt(pairs.sizes(items) * pairs.totals[item])
    best = largest(cosines, count)
    rows = zip(items[best].tolist(), sums[best].tolist(), cosines[best].tolist(), strict=True)
    found = [Neighbour(ids[other], significant(together), significant(cosine)) for other, together, cosine in rows]
    return sorted(found, key=lambda each: (-each.cosine, each.item_id))[:count]


def interests(recommender: Recommender, person_id: str, count: int) -> list[Interest]:
    """Return a person's items, the one touched last first."""
    person, ids = recommender.people.get(person_id, UNKNOWN_PERSON), recommender.catalogue.ids
    found = []
    for _, _, item in reversed(person.recent[-count:]):
        touch = person.touches[item]
        found.append(Interest(ids[item], touch.affinity, touch.last, touch.purchases, touch.in_cart))
    return found
