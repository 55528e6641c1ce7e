"""Counts which items occur together: a sparse symmetric table of weighted counts, updated one increment at a time.

A row is an append-only log of (item, increment) entries of 16 bytes. When it has doubled in size it is folded: the
increments of one item are summed, and a row with more than twice `cap` items is cut to the `cap` largest counts.
(By count, although ranking is by cosine: cutting by cosine keeps noise.) Appending costs less than updating a
dictionary, and a row is read as an array without copying.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from struct import pack

import numpy as np
from numpy.typing import NDArray

from mock_server.state.recommender.numbers import Amounts, Floats, Ints, Mask, Weighted

ENTRY = np.dtype([("item", np.int64), ("count", np.float64)])
NOTHING = 1e-9  # a count this small is a rounding error of increments that were subtracted again
FIRST_FOLD = 128  # entries
LOOK = 32 * ENTRY.itemsize  # bytes; whether to fold a row is checked each time it has grown by this much
PORTION = 1 << 14  # entries that are summed at once
FEW_OF_MANY, MANY = 16, 4_096  # shorter rows are summed without scanning all items


class Pairs:
    """The table. `totals[i]` normalises row i: the sum of affinities over persons, or the number of baskets or
    sessions."""

    __slots__ = ("_counting", "_fold_at", "_marks", "_shared", "_sums", "cap", "rows", "totals")

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.rows: list[bytearray | None] = []
        self.totals = array("d")
        self._fold_at = array("q")  # size in bytes at which a row is folded
        self._shared: bytearray | None = None  # 1 for a row shared with a copy; None if no copy was ever made
        self._marks = np.zeros(0, np.intp)  # scratch space, one element per item; so is `_sums`
        self._sums = np.zeros(0)
        self._counting: Ints = np.arange(0)

    def copy(self) -> Pairs:
        """Return an independent copy. A row is shared until one of the two changes it."""
        twin = Pairs(self.cap)
        twin.rows, twin.totals, twin._fold_at = self.rows.copy(), self.totals[:], self._fold_at[:]
        self._shared, twin._shared = (bytearray(b"\1") * len(self.rows) for _ in range(2))
        return twin

    def grow(self) -> None:
        """Add an empty row for a new item."""
        if self._shared is not None:
            self._shared.append(0)
        self.rows.append(None)
        self.totals.append(0.0)
        self._fold_at.append(FIRST_FOLD * ENTRY.itemsize)

    def add(self, item: int, partners: Sequence[int], increments: Sequence[float]) -> None:
        """Add to the counts of `item` with each of its partners, in both directions."""
        if self._shared is not None:
            self._take(self._shared, (item, *partners))
        log = chain.from_iterable(zip(partners, increments, strict=True))
        self._append(item, pack("=" + "qd" * len(partners), *log))
        entries = {increment: pack("=qd", item, increment) for increment in set(increments)}
        rows, fold_at = self.rows, self._fold_at
        for partner, increment in zip(partners, increments, strict=True):
            row = rows[partner]
            if row is None:
                rows[partner] = bytearray(entries[increment])
            else:
                row += entries[increment]
                if not len(row) % LOOK and len(row) >= fold_at[partner]:
                    self._fold(partner)

    def sizes(self, items: Ints) -> Floats:
        """Return the items' totals, raised to at least NOTHING, to avoid dividing by zero. Copied, because the array
        can't grow while a view of it exists."""
        sizes = np.frombuffer(self.totals)[items]
        return np.maximum(sizes, NOTHING, out=sizes)

    def row(self, item: int) -> tuple[Ints, Floats]:
        """Return the partners of `item` and their counts."""
        return self.sums([(item, 1.0)])

    def count(self, item: int, partner: int) -> float:
        entries = self._entries(item)
        return float(entries["count"][entries["item"] == partner].sum())

    def sums(self, weighted: Weighted, extra: Amounts | None = None, wanted: Mask | None = None) -> Amounts:
        """Return each item that occurs with any of the weighted ones, and the weighted sum of its counts if positive.

        `extra` is added to the sums; its items are distinct. `wanted` restricts the items that are returned. The time
        depends on the length of the rows, not on the size of the catalogue.
        """
        rows = self.rows
        parts = [(row, weight) for item, weight in weighted if (row := rows[item])]
        length = sum([len(row) for row, _ in parts]) // ENTRY.itemsize
        if FEW_OF_MANY * length < len(self.totals) - MANY:
            return _only(wanted, *self._added_up(*_joined(_weighted_entries(parts), extra)))
        every = self._zeros()
        if extra is not None:
            every[extra[0]] = extra[1]
        for part in _portions(parts) if length > PORTION else (parts,):
            items, amounts = _weighted_entries(part)
            if len(items) < len(every):  # then writing an array of all items for each portion would take longer
                np.add.at(every, items, amounts)
            else:
                every += np.bincount(items, amounts, len(every))
        positive = every > NOTHING
        if wanted is not None:
            positive &= wanted
        items = positive.nonzero()[0]
        return items, every[items]

    def _entries(self, item: int) -> NDArray[np.void]:
        """Return a view of the row's log; release it before anything is added, because a viewed bytearray can't
        grow."""
        return np.frombuffer(self.rows[item] or b"", ENTRY)

    def _take(self, shared: bytearray, items: Iterable[int]) -> None:
        """Copy the rows that are still shared with another table, so that they can be changed."""
        rows = self.rows
        for item in items:
            if shared[item]:
                shared[item] = 0
                if (row := rows[item]) is not None:
                    rows[item] = row.copy()

    def _append(self, item: int, entries: bytes) -> None:
        row = self.rows[item]
        if row is None:
            row = self.rows[item] = bytearray()
        row += entries
        if len(row) >= self._fold_at[item]:
            self._fold(item)

    def _fold(self, item: int) -> None:
        entries = self._entries(item)
        items, sums = self._added_up(entries["item"], entries["count"])
        if len(items) > 2 * self.cap:
            by_count = np.argsort(sums, kind="stable")  # stable: of equal counts, the items that occurred last are kept
            kept = np.sort(by_count[-self.cap :])
            items, sums = items[kept], sums[kept]
        folded = np.empty(len(items), ENTRY)
        folded["item"], folded["count"] = items, sums
        self.rows[item] = bytearray(folded.data)
        self._fold_at[item] = ENTRY.itemsize * max(FIRST_FOLD, 2 * len(items))

    def _added_up(self, items: Ints, amounts: Floats) -> tuple[Ints, Floats]:
        """Return each item with a positive sum once, and its sum, in the order in which the items last occurred."""
        if len(self._marks) < len(self.totals):
            self._marks = np.zeros(2 * len(self.totals), np.intp)
        self._marks[items] = self._numbers(len(items))
        last = self._marks[items]  # for each entry, the position of its item's last entry
        sums = np.bincount(last, amounts, len(items))
        positions = np.flatnonzero(sums > NOTHING)
        return items[positions], np.asarray(sums[positions])

    def _zeros(self) -> Floats:
        """Return a zero for each item. Kept for the next call, because large new arrays cost a page fault each 4 kB."""
        if len(self._sums) < len(self.totals):
            self._sums = np.zeros(2 * len(self.totals))
        zeros = self._sums[: len(self.totals)]
        zeros.fill(0.0)
        return zeros

    def _numbers(self, count: int) -> Ints:
        if len(self._counting) < count:
            self._counting = np.arange(2 * count)
        return self._counting[:count]


def _weighted_entries(parts: Sequence[tuple[bytearray, float]]) -> Amounts:
    """Return the weighted entries of all rows, concatenated. The bytes are joined first, to call NumPy once for all
    rows."""
    entries = np.frombuffer(b"".join([row for row, _ in parts]), ENTRY)
    lengths = [len(row) // ENTRY.itemsize for row, _ in parts]
    return entries["item"], entries["count"] * np.array([weight for _, weight in parts]).repeat(lengths)


def _only(wanted: Mask | None, items: Ints, sums: Floats) -> Amounts:
    if wanted is None:
        return items, sums
    kept = wanted[items]
    return items[kept], sums[kept]


def _joined(one: Amounts, other: Amounts | None) -> Amounts:
    if other is None:
        return one
    return np.concatenate((one[0], other[0])), np.concatenate((one[1], other[1]))


def _portions(parts: Sequence[tuple[bytearray, float]]) -> Iterator[Sequence[tuple[bytearray, float]]]:
    """Yield the rows in portions that fit into a processor's cache."""
    start = size = 0
    for end, (row, _) in enumerate(parts, 1):
        size += len(row) // ENTRY.itemsize
        if size >= PORTION or end == len(parts):
            yield parts[start:end]
            start, size = end, 0
