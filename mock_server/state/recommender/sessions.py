"""Sessions and purchase baskets: the events of one person that belong together, by a shared id or by time. A basket is
a session of purchases, with the order's id.

Events without an id belong to one session if the gaps between them are at most `gap` seconds. A late event or an
identify may join two sessions; a pair of items that both had counted is then counted once.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice
from operator import attrgetter

from mock_server.state.recommender.pairs import Pairs

FIRST = attrgetter("first")


class Session:
    __slots__ = ("first", "items", "last")

    def __init__(self, at: float) -> None:
        self.first = self.last = at
        self.items: dict[int, float] = {}  # item -> time of its last event

    def copy(self) -> Session:
        twin = Session(self.first)
        twin.last, twin.items = self.last, self.items.copy()
        return twin

    def add(self, item: int, at: float, counted: Counted) -> None:
        if at > self.last:
            self.last = at
        elif at < self.first:
            self.first = at
        before = self.items.get(item)
        if before is None:
            counted.change(item, list(islice(reversed(self.items), counted.window)), 1.0)
            self.items[item] = at
        elif at > before:
            self.items[item] = at

    def absorb(self, other: Session, counted: Counted) -> None:
        other.take_back(counted)
        for item, at in other.items.items():
            self.add(item, at, counted)
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)

    def take_back(self, counted: Counted) -> None:
        """Subtract the pairs that this session counted."""
        items = list(self.items)
        for position, item in enumerate(items):
            counted.change(item, items[max(0, position - counted.window) : position], -1.0)


class Counted:
    """The table in which sessions count pairs: once per session, within the window."""

    __slots__ = ("gap", "pairs", "window")

    def __init__(self, pairs: Pairs, window: int, gap: float) -> None:
        self.pairs, self.window, self.gap = pairs, window, gap

    def change(self, item: int, partners: list[int], by: float) -> None:
        self.pairs.totals[item] += by
        if partners:
            self.pairs.add(item, partners, [by] * len(partners))


class Sessions:
    __slots__ = ("named", "unnamed")

    def __init__(self) -> None:
        self.named: dict[str, Session] = {}
        self.unnamed: list[Session] = []  # in order of time, with gaps of more than `gap` between them

    def copy(self) -> Sessions:
        """Copy the sessions. Their pairs are not counted again: the copy's table has them already."""
        twin = Sessions()
        twin.named = {name: session.copy() for name, session in self.named.items()}
        twin.unnamed = [session.copy() for session in self.unnamed]
        return twin

    def record(self, item: int, at: float, name: str | None, counted: Counted) -> None:
        if name is None:
            self._around(at, counted).add(item, at, counted)
            return
        session = self.named.get(name)
        if session is None:
            session = self.named[name] = Session(at)
        session.add(item, at, counted)

    def absorb(self, other: Sessions, counted: Counted) -> None:
        """Take over the sessions of another person who turned out to be this one."""
        for name, session in other.named.items():
            mine = self.named.setdefault(name, session)
            if mine is not session:
                mine.absorb(session, counted)
        for session in other.unnamed:
            self._insert(session, counted)

    def newest(self, count: int) -> list[Session]:
        """Return the sessions that ended last, the latest first; of those that ended together, the one that began
        later."""
        rows = [(-session.last, -session.first, name, session) for name, session in self.named.items()]
        rows += [(-session.last, -session.first, "", session) for session in self.unnamed[-count:]]
        rows.sort()  # keys are distinct, so sessions themselves are never compared
        return [row[3] for row in rows[:count]]

    def _around(self, at: float, counted: Counted) -> Session:
        """Return the unnamed session to which an event at this time belongs; make one if needed."""
        position = bisect_right(self.unnamed, at, key=FIRST)
        before = self.unnamed[position - 1] if position else None
        after = self.unnamed[position] if position < len(self.unnamed) else None
        if before is not None and at - before.last <= counted.gap:
            if after is None or after.first - at > counted.gap:
                return before
        elif after is not None and after.first - at <= counted.gap:
            return after
        return self._insert(Session(at), counted)

    def _insert(self, session: Session, counted: Counted) -> Session:
        """Insert a session among the unnamed ones, joining those within `gap` of it."""
        unnamed = self.unnamed
        low = high = bisect_right(unnamed, session.first, key=FIRST)
        while low and session.first - unnamed[low - 1].last <= counted.gap:
            low -= 1
        while high < len(unnamed) and unnamed[high].first - session.last <= counted.gap:
            high += 1
        for other in unnamed[low:high]:
            big, small = (session, other) if len(session.items) > len(other.items) else (other, session)
            big.absorb(small, counted)
            session = big
        unnamed[low:high] = [session]
        return session
