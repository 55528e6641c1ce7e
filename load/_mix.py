"""Computes how many requests of each operation a run sends, by simulating its scenarios' journeys without a target."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import Protocol

from load._endpoints import endpoints
from load._journeys import Journey, Reply
from load._shop import Shop

_STEPS = 1_500  # per scenario: enough for shares that are exact to about a hundredth
_SHOP = Shop((), ("prod_1", "prod_2"), ("user_1",), ("category",))
_REPLY = Reply(200, {"recommendation_id": "r", "recommended_items": ["prod_1"], "pagination": {"has_next": True}})


class Scenario(Protocol):
    """The attributes of a user class that are needed here."""

    weight: float

    @staticmethod
    def make_journey(shop: Shop, rng: Random) -> Journey: ...


def shares(scenarios: Sequence[type[Scenario]], weights: Iterable[float]) -> dict[str, float]:
    """Return each operation's share of all requests, by name. `weights`: relative numbers of requests per scenario."""
    parts = list(weights)
    found: dict[str, float] = {}
    for scenario, weight in zip(scenarios, parts, strict=True):
        journey = scenario.make_journey(_SHOP, Random(1))
        step = next(journey)
        for _ in range(_STEPS):
            name = endpoints()[step.operation].name
            found[name] = found.get(name, 0.0) + weight / sum(parts) / _STEPS
            step = journey.send(_REPLY)
    return found
