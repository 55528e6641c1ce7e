"""The recommender of one organisation. Every event updates it and every request reads it; there is no training step."""

from __future__ import annotations

from collections.abc import Iterator

from mock_server.state.freeing import Container
from mock_server.state.recommender.ask import UNKNOWN_PERSON, Ask, Tables
from mock_server.state.recommender.catalogue import Catalogue
from mock_server.state.recommender.config import Config
from mock_server.state.recommender.filters import Conditions
from mock_server.state.recommender.history import Person
from mock_server.state.recommender.pairs import Pairs
from mock_server.state.recommender.ranking import Query, Ranking
from mock_server.state.recommender.scores import Scores
from mock_server.state.recommender.sessions import Counted
from mock_server.state.recommender.strategies import STRATEGIES
from mock_server.state.records import Event, Item


class Recommender:
    """Knows persons, not ids: the caller decides which person an event belongs to, and joins two that are the same."""

    def __init__(self, config: Config | None = None) -> None:
        self.config = config = config or Config()
        self.scores = Scores(config.trending_half_life)
        self.catalogue = Catalogue(self.scores, config.shelves)
        self.tables = Tables(*(Pairs(config.row_cap) for _ in range(3)))
        self.people: dict[str, Person] = {}
        self._own: set[str] | None = None  # whose history no copy shares; None if no copy was ever made
        self._baskets = Counted(self.tables.bought, config.window, config.session_gap)
        self._sessions = Counted(self.tables.consumed, config.window, config.session_gap)

    def copy(self) -> Recommender:
        """Return an independent copy. Histories and rows are shared until one of the two changes them."""
        twin = Recommender(self.config)
        twin.scores = self.scores.copy()
        twin.catalogue = self.catalogue.copy(twin.scores)
        tables = self.tables
        twin.tables = Tables(tables.touched.copy(), tables.bought.copy(), tables.consumed.copy())
        twin.people = self.people.copy()
        self._own, twin._own = set(), set()
        twin._baskets.pairs, twin._sessions.pairs = twin.tables.bought, twin.tables.consumed
        return twin

    def containers(self) -> Iterator[Container]:
        """Yield what grows with the data, to be freed in steps."""
        yield from (self.people, self._own or set(), *self.catalogue.containers())
        for pairs in (self.tables.touched, self.tables.bought, self.tables.consumed):
            yield pairs.rows

    def restock(self, record: Item) -> Item:
        """Store an item. Returns the stored record, which may keep attributes of the previous one."""
        number = self._number(record.item_id)
        stored = record.merged_over(self.catalogue.records[number])
        self.catalogue.restock(number, stored)
        return stored

    def record(self, event: Event, person_id: str) -> None:
        """Count an event that was not seen before. Its item need not have arrived yet."""
        name = event.event_name
        weight = self.config.weight(name, event.event_family)
        if event.item_id is None or (weight <= 0 and name != "remove_from_cart"):
            return
        item, at = self._number(event.item_id), event.at
        person = self._person(person_id)
        touch = person.touch(item)
        affinity, last = touch.affinity, touch.last
        touch.record(name, weight, at)
        self._settle(person, item, affinity, last)
        if weight > 0:
            self.scores.add(item, weight, at)
            person.sessions.record(item, at, event.session_id, self._sessions)
            if name == "purchase":
                person.baskets.record(item, at, event.order_id, self._baskets)

    def join(self, kept_id: str, absorbed_id: str) -> None:
        """Join two persons: the events of the one with fewer items are taken out and recorded again for the other."""
        known = [self._person(each) for each in (kept_id, absorbed_id) if each in self.people]
        self.people.pop(absorbed_id, None)
        if self._own is not None:
            self._own.add(kept_id)
        if len(known) < 2:
            self.people.update((kept_id, person) for person in known)
            return
        kept, absorbed = known
        longer, shorter = (absorbed, kept) if len(kept.touches) < len(absorbed.touches) else (kept, absorbed)
        self.people[kept_id] = longer
        self._unpair(shorter)
        ids = self.catalogue.ids
        for item, theirs in sorted(shorter.touches.items(), key=lambda row: (row[1].last, ids[row[0]])):
            touch = longer.touch(item)
            affinity, last = touch.affinity, touch.last
            touch.absorb(theirs)
            self._settle(longer, item, affinity, last)
        longer.sessions.absorb(shorter.sessions, self._sessions)
        longer.baskets.absorb(shorter.baskets, self._baskets)

    def recommend(self, query: Query, conditions: Conditions, person_id: str | None, now: float) -> Ranking:
        person = self.people.get(person_id, UNKNOWN_PERSON) if person_id is not None else UNKNOWN_PERSON
        catalogue, depth = self.catalogue, self.config.depth
        shelf = catalogue.shelf(conditions)
        plan = STRATEGIES[query.strategy](Ask(query, person, now, self.config, catalogue, self.tables, shelf))
        return Ranking(query, plan, shelf, catalogue, depth)

    def _person(self, person_id: str) -> Person:
        """Return a person's history for writing: a new one, or a copy if it is still shared with a copy of the
        recommender."""
        person = self.people.get(person_id)
        if person is None:
            person = self.people[person_id] = Person()
        elif self._own is not None and person_id not in self._own:
            person = self.people[person_id] = person.copy()
        else:
            return person
        if self._own is not None:
            self._own.add(person_id)
        return person

    def _number(self, item_id: str) -> int:
        number = self.catalogue.numbers.get(item_id)
        if number is None:
            number = self.catalogue.number(item_id)
            for pairs in (self.tables.touched, self.tables.bought, self.tables.consumed):
                pairs.grow()
        return number

    def _settle(self, person: Person, item: int, affinity: float, last: float) -> None:
        """Move a changed touch to its place in time, and add the change of its affinity to the pairs."""
        touch = person.touches[item]
        now = touch.settle(self.config)
        position = person.place(item, self.catalogue.ids[item], last, touch, self.config)
        person.note(item, touch)
        if now == affinity:
            return
        touched = self.tables.touched
        touched.totals[item] += now - affinity
        if position is None:
            return
        touches = person.touches
        partners = [partner for _, _, partner in person.neighbours(position, self.config.window)]
        theirs = [touches[partner].affinity for partner in partners]
        increments = [a if a < now else now for a in theirs]
        if affinity:  # subtract what the pairs counted before
            changes = [new - (a if a < affinity else affinity) for new, a in zip(increments, theirs, strict=True)]
            partners = [partner for partner, change in zip(partners, changes, strict=True) if change]
            increments = [change for change in changes if change]
        if partners:
            touched.add(item, partners, increments)

    def _unpair(self, person: Person) -> None:
        """Take the person's pairs out of the table; only pairs within the window were counted."""
        touches, touched, window = person.touches, self.tables.touched, self.config.window
        for item, touch in touches.items():
            touched.totals[item] -= touch.affinity
        recent = [item for _, _, item in person.recent]
        for position, item in enumerate(recent):
            partners = recent[max(0, position - window) : position]
            mine = touches[item].affinity
            touched.add(item, partners, [-min(mine, touches[partner].affinity) for partner in partners])
