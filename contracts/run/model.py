"""The records that the target accepted in this run, with times: every response is judged against them. Knows no
HTTP.

Nothing here assumes when a queue is applied. A write may count from the moment it was sent; it must count once
`settle` seconds have passed since it was answered. In between both the old and the new state are right.
"""

import bisect
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from contracts.run.history import Histories
from contracts.run.operations import NOT_ACTIVE

Record = dict[str, Any]
ABSENT = object()  # an attribute that the item doesn't have
FOREIGN = "it belongs to another organisation"  # a fate
NO_ORGANISATION = "none"  # for requests with a key that no organisation has
ITEM_FIELDS = ("item_type", "status")  # names in a filter that may mean fields of the item (R32)


@dataclass(frozen=True)
class Write:
    """One accepted record. `until`: when it was answered; infinite without a response, because then it is unknown
    whether it counts."""

    body: Record
    sent: float  # seconds of a monotonic clock
    until: float


@dataclass
class Item:
    """The writes and refused upserts of one item in one organisation."""

    writes: list[Write] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # statuses of refused upserts
    in_refused_array: bool = False  # it may have been valid, and another record of the array not

    def possible(self, since: float, until: float, settle: float) -> list[list[Write]]:
        """Return every prefix of the writes that may be the state for a response to a request at `since`."""
        certain = 0
        for place, write in enumerate(self.writes, 1):
            if write.until + settle < since:
                certain = place
        sent = [place for place, write in enumerate(self.writes, 1) if write.sent <= until]
        most = max(sent, default=0)
        return [self.writes[:place] for place in range(certain, most + 1)]

    def statuses(self, since: float, until: float, settle: float) -> set[str | None]:
        """Return the possible statuses; None means that the item doesn't exist yet."""
        states = self.possible(since, until, settle)
        return {str(writes[-1].body.get("status")) if writes else None for writes in states}

    def values(self, name: str, since: float, until: float, settle: float) -> list[Any]:
        """Return the possible values of an attribute. An upsert without it may keep or drop the old value (R28)."""
        found: list[Any] = []
        for writes in self.possible(since, until, settle):
            found += _values(writes, name) if writes else [ABSENT]
        return found


def _values(writes: list[Write], name: str) -> list[Any]:
    if name in ITEM_FIELDS and name not in (writes[-1].body.get("attributes") or {}):
        return [writes[-1].body.get(name, ABSENT)]
    found: list[Any] = []
    for write in reversed(writes):
        attributes = write.body.get("attributes")
        if isinstance(attributes, dict) and name in attributes:
            return [*found, attributes[name]]
        found = [ABSENT]
    return [ABSENT]


@dataclass
class Model:
    """All accepted records. Every id of the run starts with `prefix`, or, if it has digits only, with `digits`."""

    prefix: str
    digits: str = ""
    settle: float = 10.0
    made_up: set[str] = field(default_factory=set)  # other ids of the run, e.g. UUIDs
    items: dict[tuple[str, str], Item] = field(default_factory=dict)  # (organisation, item id)
    users: set[tuple[str, str]] = field(default_factory=set)
    touched: dict[tuple[str, str], float] = field(default_factory=dict)  # item of an accepted event -> answered at
    written_at: list[float] = field(default_factory=list)  # when writes were answered
    histories: Histories = field(default_factory=Histories)  # what users did

    @property
    def last_write(self) -> float:
        return self.written_at[-1] if self.written_at else 0.0

    def last_write_before(self, moment: float) -> float:
        place = bisect.bisect_left(self.written_at, moment)
        return self.written_at[place - 1] if place else 0.0

    # -- accepted records

    def upserted(self, organisation: str, body: Record, sent: float, until: float) -> None:
        item_id = body.get("item_id")
        if isinstance(item_id, str) and self.owns(item_id):
            self.items.setdefault((organisation, item_id), Item()).writes.append(Write(body, sent, until))

    def refused(self, organisation: str, body: Record, status: str) -> None:
        item_id = body.get("item_id")
        if isinstance(item_id, str) and self.owns(item_id):
            self.items.setdefault((organisation, item_id), Item()).refusals.append(status)

    def refused_in_array(self, organisation: str, body: Record) -> None:
        item_id = body.get("item_id")
        if isinstance(item_id, str) and self.owns(item_id):
            self.items.setdefault((organisation, item_id), Item()).in_refused_array = True

    def user_upserted(self, organisation: str, body: Record, sent: float) -> None:
        user_id = body.get("user_id")
        self.histories.upserted(organisation, body, sent)
        if isinstance(user_id, str) and self.owns(user_id):
            self.users.add((organisation, user_id))

    def happened(self, organisation: str, event: Record, sent: float, until: float) -> None:
        self.histories.took_place(organisation, event, sent, until)
        item_id, place = event.get("item_id"), (organisation, str(event.get("item_id")))
        if isinstance(item_id, str) and event.get("event_name") in ("view", "purchase"):
            self.touched[place] = min(until, self.touched.get(place, math.inf))

    # -- what responses must show

    def owns(self, identifier: str) -> bool:
        """Return whether this id belongs to the run."""
        begins = identifier.startswith(self.prefix) or (bool(self.digits) and identifier.startswith(self.digits))
        return begins or identifier in self.made_up

    def resembles(self, identifier: str) -> str | None:
        """Return the id of the run that this id is a changed copy of: in other case, shortened, trimmed, in another
        notation."""
        plain = identifier.casefold().strip()
        if not plain.startswith((self.prefix, self.digits or self.prefix)):
            return None
        known = {item_id for _, item_id in self.items}
        if identifier in known:
            return None
        alike = [item_id for item_id in known if _alike(item_id, identifier)]
        return alike[0] if alike else None

    def fate(self, organisation: str, item_id: str, until: float) -> str | None:
        """Return why an item of this run must not be in a list of that organisation; None if it may."""
        item = self.items.get((organisation, item_id))
        if item and (item.in_refused_array or any(write.sent <= until for write in item.writes)):
            return None  # LIFE-refused-array-stores-nothing judges arrays, which no document defines (R21)
        owners = {owner for (owner, known), other in self.items.items() if known == item_id and other.writes}
        if owners == {NO_ORGANISATION}:
            return "only a request without a valid key upserted it"
        if owners - {organisation}:
            return FOREIGN
        refusals = [other.refusals for (_, known), other in self.items.items() if known == item_id and other.refusals]
        if refusals:
            return f"its upsert was refused with {refusals[0][0]}"
        changed = self.resembles(item_id)
        return f"it was upserted as {changed}" if changed else "it was never upserted"

    def hidden(self, organisation: str, item_id: str, since: float, until: float) -> str | None:
        """Return the status because of which the item must not be shown, however far the queue is; None if it may be
        shown."""
        item = self.items.get((organisation, item_id))
        statuses = item.statuses(since, until, self.settle) if item and item.writes else set()
        gone = statuses <= {*NOT_ACTIVE} and bool(statuses)
        return " or ".join(sorted(map(str, statuses))) if gone else None

    def matches(
        self, organisation: str, item_id: str, name: str, wanted: Any, since: float, until: float
    ) -> bool | None:
        """Return whether the item may be in a list with that filter; None for an item that the run didn't write."""
        item = self.items.get((organisation, item_id))
        if item is None or not item.writes:
            return None
        return any(holds(value, wanted) for value in item.values(name, since, until, self.settle))

    def expected(self, organisation: str, name: str, wanted: Any, since: float, until: float) -> Iterator[str]:
        """Yield the items that are certainly active and matching, and that a user has viewed or bought."""
        for (owner, item_id), item in self.items.items():
            seen = self.touched.get((owner, item_id), math.inf) + self.settle < since
            if owner == organisation and item.writes and seen:
                certain = item.statuses(since, until, self.settle) == {"active"}
                values = item.values(name, since, until, self.settle)
                if certain and all(holds(value, wanted) for value in values):
                    yield item_id

    def leftovers(self, organisation: str) -> Iterator[Record]:
        """Yield the items that were accepted in the organisation and are not deleted yet, with status deleted."""
        for (owner, item_id), item in self.items.items():
            if owner == organisation and item.writes and item.writes[-1].body.get("status") != "deleted":
                yield {"item_id": item_id, "item_type": "product", "status": "deleted"}


def holds(value: Any, wanted: Any) -> bool:
    """Compare as JSON values (R32): 20 equals 20.0, true doesn't equal 1. A list value matches if it contains the
    wanted value, a wanted list if it contains the value; a wanted null matches a missing or null value."""
    if isinstance(wanted, list):
        return any(holds(value, one) for one in wanted)
    if isinstance(value, list):
        return any(same(one, wanted) for one in value)
    return value in (None, ABSENT) if wanted is None else same(value, wanted)


def same(one: Any, other: Any) -> bool:
    """Return whether two values are equal as JSON: numbers by value, all others by type and value."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    return type(one) is type(other) and bool(one == other)


def _alike(known: str, shown: str) -> bool:
    plain, other = known.casefold(), shown.casefold().strip()
    return plain.strip() == other or (len(other) > len(known) // 2 and plain.startswith(other))


def records_of(body: Any) -> list[Record]:
    """Return the records of an ingestion body, which is one object or an array."""
    return [record for record in (body if isinstance(body, list) else [body]) if isinstance(record, dict)]
