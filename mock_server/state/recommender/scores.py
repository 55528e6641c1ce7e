"""The popularity and trend of each item over all events and persons, and a journal that tells readers what changed."""

from __future__ import annotations

from array import array
from math import log2

import numpy as np

from mock_server.state.recommender.numbers import Floats, Ints, significant

ORIGIN = 1_767_225_600.0  # 2026-01-01; times are counted from here, because small numbers keep more digits


class Journal:
    """The numbers of changed items, in order. Each reader remembers its position; old entries are dropped."""

    __slots__ = ("_entries", "_start")
    kept = 10_000

    def __init__(self) -> None:
        self._entries: list[int] = []
        self._start = 0

    def add(self, item: int) -> None:
        self._entries.append(item)
        if len(self._entries) > 2 * self.kept:
            del self._entries[: self.kept]
            self._start += self.kept

    @property
    def end(self) -> int:
        return self._start + len(self._entries)

    def since(self, position: int) -> list[int] | None:
        """Return the entries from `position` on; None if some of them were dropped."""
        return None if position < self._start else self._entries[position - self._start :]


class Scores:
    """Sums of event weights. `popularity` is the plain sum. In `trending` an event weighs w * 2 ** (-age / half-life).

    No sum is ever decayed in place (forward decay, Cormode et al. 2009): it is kept as of the item's latest event, and
    compared by its logarithm plus that time in half-lives. So no clock is needed, and late events can be added too.
    """

    __slots__ = ("_at", "_sum", "changed", "half_life", "popularity")

    def __init__(self, half_life: float) -> None:
        self.half_life = half_life
        self.popularity = array("d")
        self._sum = array("d")
        self._at = array("d")  # time of the sum, in half-lives since ORIGIN
        self.changed = Journal()

    def copy(self) -> Scores:
        """Return an independent copy, whose journal has no readers yet."""
        twin = Scores(self.half_life)
        twin.popularity, twin._sum, twin._at = self.popularity[:], self._sum[:], self._at[:]
        return twin

    def grow(self) -> None:
        for column in (self.popularity, self._sum, self._at):
            column.append(0.0)

    def add(self, item: int, weight: float, at: float) -> None:
        self.popularity[item] += weight
        at = (at - ORIGIN) / self.half_life
        before = self._at[item]
        if not self._sum[item]:
            self._sum[item], self._at[item] = weight, at
        elif at > before:
            self._sum[item] = self._sum[item] * 2.0 ** (before - at) + weight
            self._at[item] = at
        else:
            self._sum[item] += weight * 2.0 ** (at - before)
        self.changed.add(item)

    def popular(self, item: int) -> float:
        return significant(self.popularity[item])

    def trend(self, item: int) -> float:
        """Return the base-2 logarithm of the decayed sum; differences between items don't change with time."""
        return round(log2(self._sum[item]) + self._at[item], 9)

    def popular_values(self, items: Ints) -> Floats:
        values = np.frombuffer(self.popularity)[items]
        return np.where(values > 0, values, -np.inf)

    def trend_values(self, items: Ints) -> Floats:
        sums = np.frombuffer(self._sum)[items]
        logs = np.log2(sums, out=np.full(len(sums), -np.inf), where=sums > 0)
        return np.asarray(logs + np.frombuffer(self._at)[items])
