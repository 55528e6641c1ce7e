"""Which items occur together: a sparse symmetric table of weighted counts, kept up to date one increment at a time.

A row is a log of (item, increment) that is folded when it has doubled: increments of one item are added up, and a row
of more than twice the cap is cut to its largest counts (by count, though ranking is by cosine: cutting by cosine keeps
noise). Appending costs less than a dictionary update, an entry takes 16 bytes, and a read is a view, not a copy.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

import numpy as np

from mock_server.recommender.numbers import Floats, Ints

NOTHING = 1e-9  # a count this small is what rounding left of one that was taken back
FIRST_FOLD = 64
FEW_OF_MANY = 16  # with fewer entries than a sixteenth of the catalogue, going through them beats scanning it


class Row:
    __slots__ = ("counts", "fold_at", "items")

    def __init__(self) -> None:
        self.items = array("q")
        self.counts = array("d")
        self.fold_at = FIRST_FOLD


class Pairs:
    """`totals[i]` is the sum that normalises row i: of affinities over persons, or of baskets, or of sessions."""

    __slots__ = ("_amounts", "_items", "_marks", "_sums", "cap", "rows", "totals")

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.rows: list[Row | None] = []
        self.totals = array("d")
        self._marks, self._sums = np.zeros(0, np.intp), np.zeros(0)  # one place per item
        self._items, self._amounts = np.zeros(0, np.intp), np.zeros(0)  # one place per entry of the rows that are read

    def grow(self) -> None:
        """One more item is numbered."""
        self.totals.append(0.0)
        self.rows.append(None)

    def add(self, item: int, partners: Sequence[int], increments: Sequence[float]) -> None:
        """Add to the counts of `item` with each partner, in both directions."""
        rows = self.rows
        row = rows[item]
        if row is None:
            row = rows[item] = Row()
        row.items.extend(partners)
        row.counts.extend(increments)
        if len(row.items) >= row.fold_at:
            self._fold(row)
        for partner, increment in zip(partners, increments, strict=True):
            row = rows[partner]
            if row is None:
                row = rows[partner] = Row()
            row.items.append(item)
            row.counts.append(increment)
            if len(row.items) >= row.fold_at:
                self._fold(row)

    def sizes(self, items: Ints) -> Floats:
        """Their totals; at least a trifle, so that one can divide by them. A copy: views would forbid growing."""
        return np.maximum(np.frombuffer(self.totals)[items], NOTHING)

    def row(self, item: int) -> tuple[Ints, Floats]:
        """The partners of `item` and their counts."""
        return self.sums([(item, 1.0)])

    def count(self, item: int, partner: int) -> float:
        row = self.rows[item]
        if row is None:
            return 0.0
        return float(np.frombuffer(row.counts)[np.frombuffer(row.items, np.intp) == partner].sum())

    def sums(
        self, weighted: Iterable[tuple[int, float]], extra: tuple[Ints, Floats] | None = None
    ) -> tuple[Ints, Floats]:
        """For every item that occurs with any of the given ones: the weighted sum of its counts, where positive.

        `extra` is added: (items, amounts). Time and memory follow the length of the rows, not the catalogue.
        """
        rows = self.rows
        found = [(row, weight) for item, weight in weighted if (row := rows[item]) is not None]
        length = sum(len(row.items) for row, _ in found) + (0 if extra is None else len(extra[0]))
        items, amounts = self._room(length)
        start = 0
        for row, weight in found:
            end = start + len(row.items)
            items[start:end] = np.frombuffer(row.items, np.intp)
            np.multiply(np.frombuffer(row.counts), weight, out=amounts[start:end])
            start = end
        if extra is not None:
            items[start:], amounts[start:] = extra
        if FEW_OF_MANY * length < len(self.totals):
            return self._added_up(items, amounts)
        np.add.at(self._sums, items, amounts)
        positive = np.flatnonzero(self._sums > NOTHING)
        sums = self._sums[positive]
        self._sums.fill(0.0)
        return positive, sums

    def _room(self, length: int) -> tuple[Ints, Floats]:
        """Arrays to work in. They are kept: fresh ones of this size cost more than what is done in them."""
        if len(self._sums) < len(self.totals):
            self._marks, self._sums = np.zeros(2 * len(self.totals), np.intp), np.zeros(2 * len(self.totals))
        if len(self._items) < length:
            self._items, self._amounts = np.zeros(2 * length, np.intp), np.zeros(2 * length)
        return self._items[:length], self._amounts[:length]

    def _added_up(self, items: Ints, amounts: Floats) -> tuple[Ints, Floats]:
        """Each item with a positive sum once, in order of its last mention, and its sum."""
        self._marks[items] = np.arange(len(items))
        last = self._marks[items]  # position of the last mention of the same item
        sums = np.bincount(last, amounts, len(items))
        positions = np.flatnonzero(sums > NOTHING)
        return items[positions], np.asarray(sums[positions])

    def _fold(self, row: Row) -> None:
        self._room(0)
        items, sums = self._added_up(np.frombuffer(row.items, np.intp), np.frombuffer(row.counts))
        if len(items) > 2 * self.cap:
            by_count = np.argsort(sums, kind="stable")  # of equal counts the latest mentioned stay
            kept = np.sort(by_count[-self.cap :])
            items, sums = items[kept], sums[kept]
        row.items = array("q", items.tobytes())
        row.counts = array("d", sums.tobytes())
        row.fold_at = max(FIRST_FOLD, 2 * len(items))
