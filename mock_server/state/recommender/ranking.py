"""A query, and the ordered list that answers it. The list is computed only as far as it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from math import inf
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from mock_server.state.recommender.boards import Key
from mock_server.state.recommender.catalogue import Catalogue, KeptPage, Shelf
from mock_server.state.recommender.numbers import significant_score
from mock_server.state.recommender.pages import Entry, Page, middle
from mock_server.state.records import Item


class Query(NamedTuple):
    """One request for recommendations. The caller has checked that the strategy's required input is given; if that
    input is unknown here, the answer is the fallback.

    `context_item_ids` is the basket of `cross-sell` (default: the user's open cart) and the session of `session_based`
    (default: the user's running one).
    """

    strategy: str
    user_id: str | None = None
    context_item_id: str | None = None
    context_item_ids: tuple[str, ...] = ()
    filters: Mapping[str, Any] = MappingProxyType({})


AT_LEAST = 8  # candidates read at once: when some are left out, reading the rest one by one takes longer


class Source(NamedTuple):
    """A source of results. `read` returns (item number, positive raw score) pairs whose scores never rise."""

    reason: str
    mode: str
    read: Callable[[], Iterable[tuple[int, float]]]
    explain: Callable[[int], dict[str, Any]]


class Plan(NamedTuple):
    """How a list is made: its sources in order, the items that are excluded, and until when it stays the same.

    `best(count)` returns the first keys of a board, if that board alone decides how the list begins.
    """

    sources: tuple[Source, ...]
    excluded: frozenset[int] = frozenset()
    until: float = inf
    best: Callable[[int], list[Key]] | None = None


class StaleRankingError(RuntimeError):
    """A ranking was read further after the tenant had changed; ask for a new one."""


class Ranking:
    """An ordered list of entries; `len()` is its full length, slices are pages.

    The k-th source's scores lie in (2 ** -k, 2 ** (1 - k)], in proportion to its raw scores: so scores are in (0, 1],
    never rise along the list, and those above 0.5 come from the strategy's own first signal.

    The list is computed as far as it is read, so read it before the tenant changes; a later read that needs more
    raises StaleRankingError.
    """

    def __init__(self, query: Query, plan: Plan, shelf: Shelf, catalogue: Catalogue, depth: int) -> None:
        self.query = query
        self.plan = plan
        self.strategy = query.strategy
        self._catalogue = catalogue
        self._shelf = shelf
        left_out = sum(map(shelf.mask.__getitem__, plan.excluded))
        self._length = min(depth, shelf.count - left_out)
        self._placed = set(plan.excluded)  # also the items of earlier sources
        self._numbers: list[int] = []  # of the items; the next two lists hold each item's score and source
        self._scores: list[float] = []
        self._levels: list[int] = []
        self._open(0)
        self._page: tuple[int, int, Page] | None = None
        self._version = catalogue.version

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, part: slice) -> list[Entry]:
        start, stop, step = part.indices(self._length)
        if start < stop:
            self._reach(stop)
        return [self._entry(position) for position in range(start, stop, step)]

    def page(self, start: int, stop: int) -> Page:
        """Return the entries from `start` to `stop` as JSON. The page of the last call is cached."""
        if self._page is None or self._page[:2] != (start, stop):
            begin, end, _ = slice(start, stop).indices(self._length)
            made = self._make_page if self.plan.best is None else self._common_page
            self._page = start, stop, made(begin, end)
        return self._page[2]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @property
    def entries(self) -> list[Entry]:
        return self[:]

    @property
    def mode(self) -> str:
        """The kind of signal behind the first result: behavioral, content or fallback (R18)."""
        if not self._length:
            return "fallback"
        self._reach(1)
        return self.plan.sources[self._levels[0]].mode

    def explain(self, item_id: str) -> dict[str, Any] | None:
        """Return the parts of the item's score, as JSON; None if the item is not in the list."""
        found = (position for position, entry in enumerate(self) if entry.item_id == item_id)
        return next((self.explain_at(position) for position in found), None)

    def explain_at(self, position: int) -> dict[str, Any]:
        """Return the parts of the score at `position`, counted from 0. Raises IndexError past the end."""
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

    def _entry(self, position: int) -> Entry:
        item = cast(Item, self._catalogue.records[self._numbers[position]])  # shelves hold only items with a record
        return Entry(item.item_id, self._scores[position], self.plan.sources[self._levels[position]].reason, item)

    def _common_page(self, start: int, stop: int) -> Page:
        """Return the page cached for an earlier query, if the board's beginning and the items have not changed
        since."""
        shelf, restocked, best = self._shelf, self._catalogue.restocked.end, self.plan.best
        keys = best(stop) if best is not None and self._version == self._catalogue.version else []
        kept = shelf.pages.get((self.strategy, start, stop))
        if kept is not None and kept.restocked == restocked and kept.keys == keys:
            return kept.page
        page = self._make_page(start, stop)
        if len(keys) == stop:
            shelf.keep_page((self.strategy, start, stop), KeptPage(keys, restocked, page))
        return page

    def _make_page(self, start: int, stop: int) -> Page:
        if start < stop:
            self._reach(stop)
        catalogue, numbers = self._catalogue, self._numbers[start:stop]
        ids, beginnings, metadata = catalogue.ids, catalogue.beginnings, catalogue.metadata
        middles = [middle(source.reason) for source in self.plan.sources]
        return Page.of_columns(
            tuple([ids[number] for number in numbers]),
            [beginnings[number] for number in numbers],
            self._scores[start:stop],
            [middles[level] for level in self._levels[start:stop]],
            [metadata[number] for number in numbers],
        )

    def _reach(self, length: int) -> None:
        """Extend the list to `length`, which the caller has checked. Not a generator, because a generator that refers
        to its ranking is a reference cycle, which only the garbage collector frees."""
        if len(self._numbers) < length and self._version != self._catalogue.version:
            raise StaleRankingError("the tenant has changed since this ranking was made")
        while len(self._numbers) < length:
            self._take(length - len(self._numbers))

    def _open(self, level: int) -> None:
        """Start with the source at `level`."""
        self._placed.update(self._numbers)
        self._level, self._scale = level, 0.0
        self._candidates: Iterator[tuple[int, float]] | None = None  # read when the first candidate is needed

    def _take(self, missing: int) -> None:
        """Add about `missing` entries from the current source, which names no item twice. At its end, open the next
        source."""
        if self._candidates is None:
            self._candidates = iter(self.plan.sources[self._level].read())
        mask, placed, level = self._shelf.mask, self._placed, self._level
        wanted = max(missing, AT_LEAST) if self._numbers else missing
        read = list(islice(self._candidates, wanted))
        found = [pair for pair in read if mask[pair[0]] and pair[0] not in placed]
        if found:
            floor = 2.0 ** -(level + 1)
            scale = self._scale = self._scale or floor / found[0][1]
            self._numbers += [number for number, _ in found]
            self._scores += [significant_score(floor + raw * scale) for _, raw in found]
            self._levels += [level] * len(found)
        if len(read) < wanted:
            self._open(level + 1)
