"""Items by number, and shelves: the recommendable items that match a filter, each shelf with orders of its own."""

from __future__ import annotations

from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from math import log, nan
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from mock_server.state.freeing import Container
from mock_server.state.recommender.boards import Board, Journals, Key
from mock_server.state.recommender.filters import Conditions, keys, matches
from mock_server.state.recommender.filters import Key as ValueKey
from mock_server.state.recommender.numbers import Floats, Ints, Mask
from mock_server.state.recommender.pages import Page, beginning
from mock_server.state.recommender.scores import Journal, Scores
from mock_server.state.records import Item

Feature = tuple[str, Any]  # an attribute and one of its values
PageKey = tuple[str, int, int]  # strategy, position of the page's beginning and of its end
DESCRIBING = ("category", "brand", "tags")
_ITEM = itemgetter(-1)  # a key's last element


class KeptPage(NamedTuple):
    """A page of a list that a board alone decides, with what it was made from: the best keys and the items' version."""

    keys: list[Key]
    restocked: int
    page: Page


class Popular:
    def __init__(self, catalogue: Catalogue) -> None:
        self._ids, self._scores = catalogue.ids, catalogue.scores
        self.journals: Journals = (catalogue.scores.changed, catalogue.restocked)

    def key(self, item: int) -> Key | None:
        popular = self._scores.popular(item)
        return (-popular, self._ids[item], item) if popular else None

    def values(self, items: Ints) -> Floats:
        return self._scores.popular_values(items)


class Trending:
    def __init__(self, catalogue: Catalogue) -> None:
        self._ids, self._scores = catalogue.ids, catalogue.scores
        self.journals: Journals = (catalogue.scores.changed, catalogue.restocked)

    def key(self, item: int) -> Key | None:
        popular = self._scores.popular(item)
        return (-self._scores.trend(item), -popular, self._ids[item], item) if popular else None

    def values(self, items: Ints) -> Floats:
        return self._scores.trend_values(items)


class Newest:
    """Catalogue order: by created_at, the newest first, then by id."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._ids, self._created = catalogue.ids, catalogue.created  # a catalogue would be a reference cycle
        self.journals: Journals = (catalogue.restocked,)

    def key(self, item: int) -> Key | None:
        return (-self._created[item], self._ids[item], item)

    def values(self, items: Ints) -> Floats:
        return np.frombuffer(self._created)[items]


class Shelf:
    """Active items that match the conditions. `mask[item]` is 1 for each of them."""

    __slots__ = ("_measures", "_newest", "_popular", "_trending", "conditions", "count", "mask", "pages")
    kept_pages = 20

    def __init__(self, catalogue: Catalogue, conditions: Conditions, members: set[int]) -> None:
        self._measures = catalogue.popular, catalogue.trending, catalogue.newest  # a catalogue would be a cycle
        self.conditions = conditions
        self.count = len(members)
        self.mask = bytearray(len(catalogue.ids))
        np.frombuffer(self.mask, np.bool_)[np.fromiter(members, np.intp, len(members))] = True
        self._popular, self._trending, self._newest = Board(self.mask), Board(self.mask), Board(self.mask)
        self.pages: dict[PageKey, KeptPage] = {}

    def restock(self, item: int, record: Item) -> None:
        stands = record.active and matches(record, self.conditions)
        if stands != self.mask[item]:
            self.mask[item] = stands
            self.count += 1 if stands else -1

    def containers(self) -> Iterator[Container]:
        for board in (self._popular, self._trending, self._newest):
            yield from board.containers()

    def grow(self) -> None:
        self.mask.append(0)

    def keep_page(self, key: PageKey, page: KeptPage) -> None:
        if len(self.pages) >= self.kept_pages:
            self.pages.clear()
        self.pages[key] = page

    def most_popular(self, count: int) -> list[Key]:
        return self._popular.first(count, self._measures[0])

    def most_trending(self, count: int) -> list[Key]:
        return self._trending.first(count, self._measures[1])

    def popular(self) -> Iterator[int]:
        return map(_ITEM, self._popular.read(self._measures[0]))

    def trending(self) -> Iterator[int]:
        return map(_ITEM, self.trending_keys())

    def trending_keys(self) -> Iterator[Key]:
        """Return the keys of the trending items, whose first element is the negative trend."""
        return self._trending.read(self._measures[1])

    def newest(self) -> Iterator[int]:
        return map(_ITEM, self._newest.read(self._measures[2]))

    def members(self) -> Mask:
        """Return the mask as a view; release it before the catalogue grows, because a viewed bytearray can't."""
        return np.frombuffer(self.mask, np.bool_)


class Catalogue:
    """All items. An id gets a number when it first occurs; `records[number]` is None until the item itself arrives."""

    indexed = 32  # attributes that keep an index, which is made when a filter first names the attribute

    def __init__(self, scores: Scores, shelves: int) -> None:
        self.ids: list[str] = []
        self.numbers: dict[str, int] = {}
        self.records: list[Item | None] = []
        self.beginnings: list[bytes] = []  # the beginning of each item's entry in pages
        self.metadata: list[bytes] = []  # metadata of each record, copied here because a page needs nothing else of it
        self._features: list[tuple[Feature, ...] | None] = []  # None until first used
        self.created = array("d")
        self.log_price = array("d")  # nan without a price
        self.active: set[int] = set()
        self.scores = scores
        self.restocked = Journal()
        self.version = 0  # increases with every change; a ranking made before a change can't be continued
        self.popular, self.trending, self.newest = Popular(self), Trending(self), Newest(self)
        self._kept_shelves = shelves
        self._shelves: OrderedDict[Conditions, Shelf] = OrderedDict()
        self._index: OrderedDict[str, defaultdict[ValueKey, set[int]]] = OrderedDict()

    def copy(self, scores: Scores) -> Catalogue:
        """Return a copy of the items over `scores`, a copy of the scores. Shelves and indexes are made when first
        used."""
        twin = Catalogue(scores, self._kept_shelves)
        twin.ids += self.ids
        twin.numbers, twin.records = self.numbers.copy(), self.records.copy()
        twin.beginnings, twin.metadata = self.beginnings.copy(), self.metadata.copy()
        twin._features += self._features
        twin.created.extend(self.created)  # in place, because `newest` of the copy holds this array
        twin.log_price = self.log_price[:]
        twin.active = self.active.copy()
        return twin

    def number(self, item_id: str) -> int:
        """Give a new id its number and return it. Call this only if `numbers` lacks the id."""
        item = self.numbers[item_id] = len(self.ids)
        self.ids.append(item_id)
        self.records.append(None)
        self.beginnings.append(beginning(item_id))
        self.metadata.append(b"{}")
        self._features.append(None)
        self.created.append(0.0)
        self.log_price.append(nan)
        self.scores.grow()
        for shelf in self._shelves.values():
            shelf.grow()
        return item

    def containers(self) -> Iterator[Container]:
        """Yield what grows with the items, to be freed in steps."""
        for shelf in self._shelves.values():
            yield from shelf.containers()
        for index in self._index.values():
            yield from index.values()
            yield index
        yield from (self.numbers, self.ids, self.records, self.beginnings, self.metadata, self._features, self.active)

    def restock(self, item: int, record: Item) -> None:
        """Store the record, add the item to the shelves whose conditions it matches, and remove it from all others."""
        old = self.records[item]
        self.records[item] = record
        self.metadata[item] = record.metadata_json
        self._features[item] = None
        self.created[item] = record.created
        self.log_price[item] = log(price) if (price := record.price) else nan
        for name, index in self._index.items():
            if old is not None and old.active:
                for key in keys(old, name):
                    index[key].discard(item)
            if record.active:
                _enter(index, item, record, name)
        (self.active.add if record.active else self.active.discard)(item)
        for shelf in self._shelves.values():
            shelf.restock(item, record)
        self.restocked.add(item)

    def log_prices(self, items: Ints) -> Floats:
        """Return the logarithms of the items' prices, nan for an item without a price."""
        return np.frombuffer(self.log_price)[items]

    def features(self, item: int) -> tuple[Feature, ...]:
        """Return the item's category, brand and tags, which other items may share."""
        found = self._features[item]
        if found is None:
            record = self.records[item]
            found = self._features[item] = () if record is None else tuple(_features_of(record))
        return found

    def shelf(self, conditions: Conditions = ()) -> Shelf:
        shelf = self._shelves.get(conditions)
        if shelf is None:
            shelf = self._shelves[conditions] = Shelf(self, conditions, self._members(conditions))
            if len(self._shelves) > self._kept_shelves:
                self._shelves.popitem(last=False)
        self._shelves.move_to_end(conditions)
        return shelf

    def holders(self, name: str, key: ValueKey) -> set[int]:
        """Return the active items whose attribute has the value."""
        index = self._index.get(name)
        if index is None:
            index = self._index[name] = defaultdict(set)
            for item in self.active:
                record = self.records[item]
                if record is not None:
                    _enter(index, item, record, name)
            if len(self._index) > self.indexed:
                self._index.popitem(last=False)
        self._index.move_to_end(name)
        return index.get(key, set())

    def _members(self, conditions: Conditions) -> set[int]:
        groups = [set().union(*(self.holders(name, key) for key in wanted)) for name, wanted in conditions]
        return set.intersection(*sorted(groups, key=len)) if groups else self.active


def _enter(index: defaultdict[ValueKey, set[int]], item: int, record: Item, name: str) -> None:
    for key in keys(record, name):
        index[key].add(item)


def _features_of(record: Item) -> Iterator[Feature]:
    for name in DESCRIBING:
        yield from ((name, key) for key in dict.fromkeys(keys(record, name)) if isinstance(key, str | int | float))
