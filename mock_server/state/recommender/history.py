"""The history of one person: what the events add up to, whatever the order in which they arrived."""

from __future__ import annotations

from bisect import bisect_left, insort
from math import inf
from typing import NamedTuple

import numpy as np

from mock_server.state.recommender.config import Config
from mock_server.state.recommender.numbers import Floats, Ints, windows
from mock_server.state.recommender.sessions import Sessions

Moment = tuple[float, str, int]  # (time, item id, item number), so items of the same time are sorted by id


class Touch:
    """One person's events about one item, kept as maxima and sums, and the affinity that follows from them."""

    __slots__ = ("added", "affinity", "bought", "checkout", "last", "purchases", "removed", "strongest")

    def __init__(self) -> None:
        self.strongest = 0.0  # weight of the strongest event other than add_to_cart and remove_from_cart
        self.added = self.checkout = self.removed = self.bought = self.last = -inf
        self.purchases = 0
        self.affinity = 0.0

    def record(self, name: str, weight: float, at: float) -> None:
        if name == "add_to_cart":
            self.added = max(self.added, at)
        elif name == "remove_from_cart":
            self.removed = max(self.removed, at)
        else:
            if weight > self.strongest:
                self.strongest = weight
            if name == "purchase":
                self.purchases += 1
                self.bought = max(self.bought, at)
            elif name == "checkout_start":
                self.checkout = max(self.checkout, at)
        if at > self.last:
            self.last = at

    def copy(self) -> Touch:
        twin = Touch.__new__(Touch)
        twin.strongest, twin.purchases, twin.affinity = self.strongest, self.purchases, self.affinity
        twin.added, twin.checkout, twin.removed = self.added, self.checkout, self.removed
        twin.bought, twin.last = self.bought, self.last
        return twin

    def absorb(self, other: Touch) -> None:
        for name in ("strongest", "added", "checkout", "removed", "bought", "last"):
            setattr(self, name, max(getattr(self, name), getattr(other, name)))
        self.purchases += other.purchases

    def settle(self, config: Config) -> float:
        """Recompute the affinity and return it."""
        level = 0.0
        if self.added > self.removed:
            level = config.cart_level
        elif self.removed > -inf:
            level = config.removed_level
        self.affinity = self.strongest if self.strongest > level else level
        return self.affinity

    @property
    def carted(self) -> float:
        """When the item was last put into the cart or taken to the checkout."""
        return max(self.added, self.checkout)

    @property
    def in_cart(self) -> bool:
        return self.carted > max(self.removed, self.bought)


class History(NamedTuple):
    """The person's recent items and the affinity to each, oldest first. `around` has a row for each item: its affinity
    in the middle, those of its neighbours in time on both sides, 0 beyond the ends."""

    items: Ints
    affinities: Floats
    around: Floats


class Person:
    __slots__ = ("_history", "baskets", "bought", "cart", "recent", "sessions", "touches")

    def __init__(self) -> None:
        self.touches: dict[int, Touch] = {}
        self.recent: list[Moment] = []  # the newest `config.history` items, oldest first
        self.bought: set[int] = set()
        self.cart: set[int] = set()
        self.sessions = Sessions()
        self.baskets = Sessions()
        self._history: History | None = None

    def copy(self) -> Person:
        twin = Person()
        twin.touches = {item: touch.copy() for item, touch in self.touches.items()}
        twin.recent, twin.bought, twin.cart = self.recent.copy(), self.bought.copy(), self.cart.copy()
        twin.sessions, twin.baskets = self.sessions.copy(), self.baskets.copy()
        return twin

    def touch(self, item: int) -> Touch:
        touch = self.touches.get(item)
        if touch is None:
            touch = self.touches[item] = Touch()
        return touch

    def place(self, item: int, item_id: str, before: float, touch: Touch, config: Config) -> int | None:
        """Insert the item at its time among the recent ones. Returns its position; None if it is older than all of
        them."""
        self._history = None
        recent = self.recent
        moment = (touch.last, item_id, item)
        if touch.last != before:
            if before > -inf:
                self._drop((before, item_id, item))
            if not recent or moment > recent[-1]:
                recent.append(moment)
            else:
                insort(recent, moment)
            if len(recent) > config.history:
                del recent[0]
        if recent[-1] == moment:
            return len(recent) - 1
        position = bisect_left(recent, moment)
        return position if recent[position] == moment else None

    def history(self, window: int) -> History:
        """Return the recent items as arrays, cached until the person's next event."""
        if self._history is None:
            items = [item for _, _, item in self.recent]
            around = windows(np.array([self.touches[item].affinity for item in items]), window)
            self._history = History(np.array(items, np.intp), around[:, window], around)
        return self._history

    def neighbours(self, position: int, window: int) -> list[Moment]:
        """Return the neighbours in time, up to `window` before the position and `window` after it."""
        return self.recent[max(0, position - window) : position] + self.recent[position + 1 : position + 1 + window]

    def note(self, item: int, touch: Touch) -> None:
        """Update the sets of bought items and of items in the cart."""
        if touch.purchases:
            self.bought.add(item)
        if touch.carted > -inf:
            (self.cart.add if touch.in_cart else self.cart.discard)(item)

    def open_cart(self, since: float) -> list[tuple[bool, float, int]]:
        """Return (reached the checkout, when put into the cart, item) for the items put into the cart since then, in
        any order."""
        found = ((self.touches[item], item) for item in self.cart)
        return [(touch.checkout > touch.removed, touch.carted, item) for touch, item in found if touch.carted > since]

    def _drop(self, moment: Moment) -> None:
        position = bisect_left(self.recent, moment)
        if position < len(self.recent) and self.recent[position] == moment:
            del self.recent[position]
