"""All parameters of the recommender; every figure on quality, speed and size is measured with these defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

MINUTE, DAY = 60.0, 86_400.0

# The only table of event weights (R20). An event name that is missing here has the weight of its family.
EVENT_WEIGHTS: Mapping[str, float] = {
    "view": 0.2,
    "click": 0.3,
    "add_to_cart": 0.6,
    "checkout_start": 0.7,
    "purchase": 1.0,
    "remove_from_cart": 0.0,  # the item's affinity falls back to that of a click, see `removed_level`
    "search": 0.0,
    "identify": 0.0,
}
FAMILY_WEIGHTS: Mapping[str, float] = {"exposure": 0.05, "engagement": 0.3, "conversion": 1.0, "system": 0.0}


@dataclass(frozen=True, slots=True)
class Config:
    depth: int = 1_000  # length of the longest list (openapi.yaml: x-limits.ranking_depth)
    window: int = 20  # an item is paired with this many neighbours in time, before it and after it
    row_cap: int = 200  # partners; a row of pairs with more than twice as many is cut to those with the largest counts
    history: int = 400  # the newest items of a person that count for recommendations
    rank_power: float = 0.5  # the weight of the r-th newest item of a history, counted from 1, is r ** -rank_power
    similar_damping: float = 1.0  # similar: count / (damping + sqrt(n_i * n_j)), so one shopper has little effect
    together_power: float = 0.2  # bought and consumed together: count / n_j ** power
    together_support: float = 2.0  # ... pairs seen at least this often come first
    session_gap: float = 30 * MINUTE
    session_items: int = 20  # the newest items of a session that count
    recent_items: int = 5  # the last interactions, which session_based adds to the running session
    cart_life: float = 7 * DAY
    trending_half_life: float = 1 * DAY
    price_spread: float = 0.5  # minimum of the standard deviation of log prices: e ** 0.5, a factor of 1.6
    unpriced: float = 0.5  # price-optimized: the fraction of its score that an item without a price keeps
    content_pool: int = 200  # items compared with the origin: the most popular and the newest ones of each feature
    shelves: int = 100  # filters whose shelves are kept
    rankings: int = 2_048  # lists that are kept until the next change
    weights: Mapping[str, float] = field(default_factory=lambda: EVENT_WEIGHTS)
    family_weights: Mapping[str, float] = field(default_factory=lambda: FAMILY_WEIGHTS)

    def weight(self, event_name: str, event_family: str) -> float:
        weight = self.weights.get(event_name)
        return self.family_weights.get(event_family, 0.0) if weight is None else weight

    @property
    def cart_level(self) -> float:
        """Affinity to an item that is in the cart."""
        return self.weights["add_to_cart"]

    @property
    def removed_level(self) -> float:
        """Affinity to an item that was removed from the cart."""
        return self.weights["click"]

    def __str__(self) -> str:
        shown = (each.name for each in fields(self) if "weights" not in each.name)
        return ", ".join(f"{name}={getattr(self, name):g}" for name in shown)
