"""One question to the recommender, with the data and helpers that a strategy needs to answer it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import numpy as np

from mock_server.state.recommender.catalogue import Catalogue, Shelf
from mock_server.state.recommender.config import Config
from mock_server.state.recommender.content import content_source
from mock_server.state.recommender.filters import equals
from mock_server.state.recommender.history import Person
from mock_server.state.recommender.numbers import Amounts, Floats, Ints, Weighted, windows
from mock_server.state.recommender.pairs import Pairs
from mock_server.state.recommender.ranking import Query, Source
from mock_server.state.recommender.sessions import Session
from mock_server.state.recommender.sources import Adjust, newest_source, pairs_source, popular_source
from mock_server.state.recommender.sources import trending_source as trending

UNKNOWN_PERSON = Person()


@dataclass(slots=True)
class Tables:
    """Three tables of item pairs: touched by one person closely in time, bought in one basket, consumed in one
    session."""

    touched: Pairs
    bought: Pairs
    consumed: Pairs


@dataclass(slots=True)
class Ask:
    query: Query
    person: Person  # UNKNOWN_PERSON if the user is unknown, hidden or not given
    now: float
    config: Config
    catalogue: Catalogue
    tables: Tables
    shelf: Shelf

    # the person and the items that the question is about

    @property
    def context(self) -> int | None:
        return self.catalogue.numbers.get(self.query.context_item_id or "")

    @property
    def given(self) -> list[int]:
        """The known items among those that the query names."""
        numbers = self.catalogue.numbers
        return list(dict.fromkeys(numbers[item] for item in self.query.context_item_ids if item in numbers))

    def newest_first(self) -> Iterator[int]:
        """Return the person's items, the latest first."""
        return (item for _, _, item in reversed(self.person.recent))

    def history(self) -> tuple[list[int], list[float]]:
        """Return (the person's items, the latest first; the affinity to each)."""
        known = self.person.history(self.config.window)
        return known.items[::-1].tolist(), known.affinities[::-1].tolist()

    def sessions(self) -> tuple[Session | None, Session | None, float]:
        """Return (the running session, the last session that ended, the time at which the running one will end)."""
        newest = self.person.sessions.newest(2)
        if newest and self.now - newest[0].last <= self.config.session_gap:
            ends = float(np.nextafter(newest[0].last + self.config.session_gap, inf))
            return newest[0], newest[1] if len(newest) > 1 else None, ends
        return None, newest[0] if newest else None, inf

    def session_items(self, session: Session) -> list[int]:
        """Return the session's items, the latest first, up to a limit."""
        ids = self.catalogue.ids
        found = sorted(session.items.items(), key=lambda row: (row[1], ids[row[0]]), reverse=True)
        return [item for item, _ in found[: self.config.session_items]]

    def cart(self) -> tuple[list[int], float]:
        """Return (items of the open cart; the time at which the first of them gets too old). Items at the checkout come
        first, then the latest."""
        since = self.now - self.config.cart_life
        found = self.person.open_cart(since)
        ids = self.catalogue.ids
        found.sort(key=lambda row: (not row[0], -row[1], ids[row[2]]))
        until = min((at + self.config.cart_life for _, at, _ in found), default=inf)
        return [item for *_, item in found], until

    # sources of results

    def touched_with(self, origins: Weighted, reason: str, adjust: Adjust | None = None, own: bool = False) -> Source:
        """Return items that people touched together with `origins`, by cosine. `own`: subtract this person's own
        contribution."""
        pairs = self.tables.touched
        totals = pairs.totals
        scaled = [(item, weight / totals[item] ** 0.5) for item, weight in origins if totals[item] > 0]

        def cosine(items: Ints, sums: Floats) -> Floats:
            values = pairs.sizes(items)
            np.divide(sums, np.sqrt(values, out=values), out=values)
            return values if adjust is None else adjust(items, values)

        count = self.config.depth + len(self.person.bought)
        share = (lambda: self.own_share(dict(scaled))) if own else None
        return pairs_source(self.catalogue, self.shelf, pairs, scaled, cosine, reason, count, share)

    def together_with(self, pairs: Pairs, origins: list[int], reason: str) -> Source:
        """Return items counted in the same baskets or sessions as `origins`; pairs that were seen often come first."""
        power, support = self.config.together_power, self.config.together_support
        weighted = [(item, 1.0) for item in origins]
        count = self.config.depth + len(origins)

        def score(items: Ints, sums: Floats) -> Floats:
            values = sums / pairs.sizes(items) ** power
            often = sums >= support - 1e-9
            return np.asarray(np.where(often, values + values[~often].max(initial=0.0), values))

        return pairs_source(self.catalogue, self.shelf, pairs, weighted, score, reason, count)

    def alike(self, item: int) -> Source:
        return content_source(self.catalogue, item, self.config.content_pool)

    def trending(self) -> Source:
        return trending(self.catalogue, self.shelf)

    def category_popular(self, item: int | None) -> tuple[Source, ...]:
        """Return a source of the popular items of the item's category, under the same filters; none without a
        category."""
        record = None if item is None else self.catalogue.records[item]
        category = (record.attributes or {}).get("category") if record is not None else None
        if not isinstance(category, str):
            return ()
        conditions = (*self.shelf.conditions, *equals("category", category))
        return (popular_source(self.catalogue, conditions, "category_popular"),)

    def tail(self) -> tuple[Source, Source]:
        """Return the sources that every list ends with: popular items, then catalogue order."""
        return popular_source(self.catalogue, self.shelf.conditions), newest_source(self.catalogue, self.shelf)

    # own contribution

    def own_share(self, weights: dict[int, float]) -> Amounts:
        """Return what the person's own pairs add to the sums over `weights`. It is subtracted: only others count as
        evidence.

        Item i got the sum of weight_j * min(affinity_i, affinity_j) over its neighbours j, which are at most `window`
        places before or after it.
        """
        window = self.config.window
        history = self.person.history(window)
        weight = np.array([weights.get(item, 0.0) for item in history.items.tolist()])
        share = np.minimum(history.around, history.affinities[:, None])
        share *= windows(weight, window)
        return history.items, history.affinities * weight - share.sum(axis=1)
