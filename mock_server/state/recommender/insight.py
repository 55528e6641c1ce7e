"""What the recommender knows of one item or one person, for people to read; nothing here changes anything."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mock_server.state.recommender.ask import UNKNOWN_PERSON
from mock_server.state.recommender.engine import Recommender
from mock_server.state.recommender.numbers import largest, significant

TABLES = ("touched", "bought", "consumed")


class Neighbour(NamedTuple):
    """`together`: how much two items occur together; `cosine`: the same in proportion to how much each occurs."""

    item_id: str
    together: float
    cosine: float


class Standing(NamedTuple):
    """`popularity` is the sum of the weights of an item's events. `trend` is the logarithm of that sum where older ones
    count less: of two items the one that is ahead by 1 has twice as much going on; None where nothing ever happened."""

    popularity: float
    trend: float | None


class Interest(NamedTuple):
    """What a person did with an item; times in epoch seconds."""

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
    """Those with the largest cosines, largest first. `table`: touched by one person closely in time, bought in one
    basket, or consumed in one session."""
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
    """A person's items, the one touched last first."""
    person, ids = recommender.people.get(person_id, UNKNOWN_PERSON), recommender.catalogue.ids
    found = []
    for _, _, item in reversed(person.recent[-count:]):
        touch = person.touches[item]
        found.append(Interest(ids[item], touch.affinity, touch.last, touch.purchases, touch.in_cart))
    return found
