"""What is asked for and what is answered: a query, and one ordered list that is made as far as it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple

from mock_server.state.recommender.catalogue import Catalogue, Shelf
from mock_server.state.recommender.numbers import significant
from mock_server.state.records import Item


@dataclass(frozen=True, slots=True)
class Query:
    """One request for recommendations. The caller has checked that the strategy's required input is there;
    where it is missing or unknown, the answer is the fallback.

    `context_item_ids` is the basket of `cross-sell` (else: the user's open cart) and, where given, the session of
    `session_based`.
    """

    strategy: str
    user_id: str | None = None
    context_item_id: str | None = None
    context_item_ids: tuple[str, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)


class Source(NamedTuple):
    """One place that results come from. `read` gives (item number, positive raw score), never rising."""

    reason: str
    mode: str
    read: Callable[[], Iterable[tuple[int, float]]]
    explain: Callable[[int], dict[str, Any]]


class Plan(NamedTuple):
    """How a list is made: sources in order, items that stay out of it, and when it would change by itself."""

    sources: tuple[Source, ...]
    excluded: frozenset[int] = frozenset()
    until: float = inf


class Entry(NamedTuple):
    item_id: str
    score: float
    reason: str
    item: Item


class StaleRankingError(RuntimeError):
    """A ranking was read on after something was applied; ask for it again."""


class Ranking:
    """An ordered list of entries; `len()` is its full length, slices are pages.

    The k-th source's scores lie in (2 ** -k, 2 ** (1 - k)], in proportion to its raw scores: so scores are in (0, 1],
    never rise along the list, and those above 0.5 come from the strategy's own first signal.

    It is made as far as it is read, so read it before anything else is applied to the tenant; a read that comes
    later and needs more raises StaleRankingError.
    """

    def __init__(self, query: Query, plan: Plan, shelf: Shelf, catalogue: Catalogue, depth: int) -> None:
        self.query = query
        self.plan = plan
        self.strategy = query.strategy
        self._catalogue = catalogue
        self._entries: list[Entry] = []
        self._levels: list[int] = []  # of each entry: which source it came from
        left_out = sum(shelf.mask[item] for item in plan.excluded)
        self._length = min(depth, shelf.count - left_out)
        self._stream = self._read(shelf)
        self._fresh = True

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> list[Entry]:
        start, stop, step = part.indices(self._length)
        missing = stop - len(self._entries)
        if missing > 0 and start < stop:
            if not self._fresh:
                raise StaleRankingError("the tenant has changed since this ranking was made")
            for _ in range(missing):
                self._entries.append(next(self._stream))
        return self._entries[start:stop:step]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @property
    def entries(self) -> list[Entry]:
        return self[:]

    @property
    def mode(self) -> str:
        """What the first result rests on: behavioral, content or fallback (R18)."""
        return self.plan.sources[self._levels[0]].mode if self[:1] else "fallback"

    def expire(self) -> None:
        self._fresh = False

    def explain(self, item_id: str) -> dict[str, Any] | None:
        """The score taken apart, as JSON; None when the item is not in the list."""
        found = (position for position, entry in enumerate(self) if entry.item_id == item_id)
        return next((self.explain_at(position) for position in found), None)

    def explain_at(self, position: int) -> dict[str, Any]:
        """The same for the entry at `position`, which counts from 0. Raises IndexError past the end."""
        entry = self[position : position + 1][0]
        level = self._levels[position]
        source = self.plan.sources[level]
        return {
            "item_id": entry.item_id,
            "position": position + 1,
            "score": entry.score,
            "score_range": [2.0 ** -(level + 1), 2.0**-level],
            "reason": source.reason,
            "mode": source.mode,
            "why": source.explain(self._catalogue.numbers[entry.item_id]),
        }

    def _read(self, shelf: Shelf) -> Iterator[Entry]:
        mask, records = shelf.mask, self._catalogue.records
        placed = set(self.plan.excluded)
        for level, source in enumerate(self.plan.sources):
            floor = 2.0 ** -(level + 1)
            scale = 0.0
            for number, raw in source.read():
                item = records[number]
                if number in placed or not mask[number] or item is None:
                    continue
                placed.add(number)
                scale = scale or floor / raw
                self._levels.append(level)
                yield Entry(item.item_id, significant(floor + raw * scale), source.reason, item)
