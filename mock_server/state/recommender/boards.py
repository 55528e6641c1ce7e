"""Exact orders over the items of a shelf, the best first, brought up to date when they are read.

A board keeps only the beginning of an order, sorted, and the key at which it was cut off. A changed item is removed and
inserted again where its new key belongs, unless that is behind the cut; so the kept part stays exact. The board is
rebuilt when a reader reaches the end of that part, or when too many items have changed.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Protocol

import numpy as np

from mock_server.state.freeing import Container
from mock_server.state.recommender.numbers import Floats, Ints, largest
from mock_server.state.recommender.scores import Journal

Key = tuple[Any, ...]  # sorts in the board's order, best first; its last element is the item's number
Journals = tuple[Journal, ...]
SHORTEST = 1_500
REBUILD = 1_000  # changed items; from here on, rebuilding the board is cheaper than moving them
TIE = 1e-8  # relative; values this close may be equal once they are rounded


class Measure(Protocol):
    """The order of a board. `key`: an item's exact sort key (None: not on the board). `values`: the leading value of
    many items at once (-inf: not on the board)."""

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
        """Return the keys of the board's items, best first; valid until something changes."""
        return chain.from_iterable(self._pieces(measure))

    def _pieces(self, measure: Measure) -> Iterator[Iterable[Key]]:
        """Yield the keys in pieces, because a generator that yields each key by itself takes twice as long."""
        self._catch_up(measure)
        order = self._order
        yield order
        while self._cut is not None:
            position = len(order)
            self._length *= 2
            self._rebuild(measure)
            order = self._order
            yield order[position:]

    def first(self, count: int, measure: Measure) -> list[Key]:
        """Return the keys of the best `count` items; fewer if the kept part is shorter."""
        self._catch_up(measure)
        return self._order[:count]

    def containers(self) -> Iterator[Container]:
        yield from (self._keys, self._order)

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
    """Return (sorted keys of about `count` best items, a key that precedes all others'); None if there are no others.

    If many items share the last value, all of them are left out, provided that at least half of `count` remains.
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
    cut = first[:1]  # precedes every key that begins with the same value
    return [key for key in _keys(measure, items[chosen]) if key < cut], cut


def best_items(measure: Measure, items: Ints, count: int) -> list[int]:
    """Return the `count` best items in any order. They are sorted only if others have the same value as the last
    one."""
    values = measure.values(items)
    items, values = items[values > -np.inf], values[values > -np.inf]
    items = items[largest(values, count)]
    return items.tolist() if len(items) <= count else [key[-1] for key in _keys(measure, items)[:count]]


def _keys(measure: Measure, items: Ints) -> list[Key]:
    return sorted(key for item in items.tolist() if (key := measure.key(item)) is not None)
