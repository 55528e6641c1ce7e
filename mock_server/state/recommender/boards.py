"""Exact orders over the items of a shelf: the best first, brought up to date when read.

A board keeps the sorted beginning of an order and the key where it was cut. A changed item is taken out and put back
where it belongs, or nowhere if it now stands behind the cut, so the kept part stays exact; when a reader reaches the
end of it, or too many items changed, it is rebuilt.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from mock_server.state.recommender.numbers import Floats, Ints, largest
from mock_server.state.recommender.scores import Journal

Key = tuple[Any, ...]  # compares as the order does, best first; its last part is the item's number
Journals = tuple[Journal, ...]
SHORTEST = 1_500
REBUILD = 1_000  # with more changes than this, making the board anew is cheaper
TIE = 1e-8  # values this close may be equal once they are rounded


class Measure(Protocol):
    """What a board sorts by: exact keys (None: not on the board) and the leading value of many at once (-inf: not)."""

    journals: Journals

    def key(self, item: int) -> Key | None: ...
    def values(self, items: Ints) -> Floats: ...


class Board:
    __slots__ = ("_cut", "_keys", "_length", "_members", "_order", "_read")

    def __init__(self, members: bytearray) -> None:
        self._members = members
        self._length = SHORTEST
        self._order: list[Key] = []
        self._keys: dict[int, Key] = {}
        self._cut: Key | None = None
        self._read: tuple[int, ...] | None = None

    def read(self, measure: Measure) -> Iterator[Key]:
        """Keys of its items, best first; valid until something changes."""
        self._catch_up(measure)
        position = 0
        while True:
            while position < len(self._order):
                yield self._order[position]
                position += 1
            if self._cut is None:
                return
            self._length *= 2
            self._rebuild(measure)

    def first(self, count: int, measure: Measure) -> list[Key]:
        """Keys of the best `count` items; fewer where it has no more at hand."""
        self._catch_up(measure)
        return self._order[:count]

    def _catch_up(self, measure: Measure) -> None:
        ends = tuple(journal.end for journal in measure.journals)
        if self._read == ends:
            return
        pieces = [
            None if self._read is None else journal.since(read)
            for journal, read in zip(measure.journals, self._read or ends, strict=True)
        ]
        self._read = ends
        changed = {item for piece in pieces if piece for item in piece if self._members[item] or item in self._keys}
        if any(piece is None for piece in pieces) or len(changed) > REBUILD:
            self._rebuild(measure)
            return
        for item in changed:
            self._move(item, measure.key(item) if self._members[item] else None)
        if len(self._order) > 2 * self._length:
            self._shorten()
        elif self._cut is not None and len(self._order) < self._length // 2:
            self._rebuild(measure)

    def _move(self, item: int, key: Key | None) -> None:
        old = self._keys.get(item)
        if old == key:
            return
        if old is not None:
            del self._order[bisect_left(self._order, old)]
            del self._keys[item]
        if key is not None and (self._cut is None or key < self._cut):
            insort(self._order, key)
            self._keys[item] = key

    def _rebuild(self, measure: Measure) -> None:
        members = np.flatnonzero(np.frombuffer(self._members, np.bool_))
        self._order, self._cut = best(measure, members, self._length)
        self._keys = {key[-1]: key for key in self._order}

    def _shorten(self) -> None:
        self._cut = self._order[self._length]
        for key in self._order[self._length :]:
            del self._keys[key[-1]]
        del self._order[self._length :]


def best(measure: Measure, items: Ints, count: int) -> tuple[list[Key], Key | None]:
    """(sorted keys of about `count` best items, a key that all others reach; None when there are no others).

    Where many items share the value at the end, they are left out if half of `count` stays without them.
    """
    values = measure.values(items)
    items, values = items[values > -np.inf], values[values > -np.inf]
    if len(items) <= count:
        return _keys(measure, items), None
    last = np.partition(values, len(values) - count)[len(values) - count]
    tied = abs(last) * TIE
    chosen = values > last + tied
    if 2 * np.count_nonzero(chosen) <= count:
        chosen = values >= last - tied
    if chosen.all():
        return _keys(measure, items), None
    others = items[~chosen]
    (first,) = _keys(measure, others[np.argmax(values[~chosen])][None])
    cut = first[:1]  # before every key that begins with the same value
    return [key for key in _keys(measure, items[chosen]) if key < cut], cut


def best_items(measure: Measure, items: Ints, count: int) -> list[int]:
    """The `count` best in no order; only where the last of them is one of many equals, they are put in order."""
    values = measure.values(items)
    items, values = items[values > -np.inf], values[values > -np.inf]
    items = items[largest(values, count)]
    return items.tolist() if len(items) <= count else [key[-1] for key in _keys(measure, items)[:count]]


def _keys(measure: Measure, items: Ints) -> list[Key]:
    return sorted(key for item in items.tolist() if (key := measure.key(item)) is not None)
