"""Records what users did, as far as it was accepted: a history per organisation and id, joined by identify events.

Knows no HTTP. Histories are compared with each other: nothing here assumes how much an event counts."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

Record = dict[str, Any]
Key = tuple[str, str]  # organisation, user id
Deeds = frozenset[tuple[tuple[str, str | None], int]]  # how often each (event name, item id) occurred


@dataclass(frozen=True)
class Act:
    """One event. `until`: when it was answered, in seconds of a monotonic clock; infinite without a response."""

    name: str
    item_id: str | None
    sent: float
    until: float


@dataclass
class Histories:
    acts: defaultdict[Key, list[Act]] = field(default_factory=lambda: defaultdict(list))
    identities: defaultdict[Key, list[tuple[str, Act]]] = field(default_factory=lambda: defaultdict(list))
    owners: defaultdict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))  # users of an identified id
    profiles: defaultdict[Key, list[Record]] = field(default_factory=lambda: defaultdict(list))
    left: dict[Key, float] = field(default_factory=dict)  # when the user was first sent with a status other than active
    unclear: set[Key] = field(default_factory=set)  # users whose history the documents leave open
    _event_ids: set[Key] = field(default_factory=set)

    def took_place(self, organisation: str, event: Record, sent: float, until: float) -> None:
        user, item, previous = event.get("user_id"), event.get("item_id"), event.get("previous_user_id")
        if not isinstance(user, str):
            return
        key = organisation, user
        act = Act(str(event.get("event_name")), item if isinstance(item, str) else None, sent, until)
        if self._is_repeated(organisation, event.get("event_id")):  # it may count once or twice (R24)
            self.unclear.add(key)
        if act.name == "identify" and isinstance(previous, str):
            self.identities[key].append((previous, act))
            self.owners[organisation, previous].add(user)
        else:
            self.acts[key].append(act)

    def refused(self, organisation: str, record: Record) -> None:
        """Mark the user as unclear: the valid records of a refused array may have been stored (R21, R22)."""
        if isinstance(user := record.get("user_id"), str):
            self.unclear.add((organisation, user))

    def upserted(self, organisation: str, user: Record, sent: float) -> None:
        """Record a user's profile; users who aren't active are not served by their history (R48)."""
        if isinstance(user_id := user.get("user_id"), str):
            self.profiles[organisation, user_id].append(user)
            if user.get("status") != "active":
                self.left.setdefault((organisation, user_id), sent)

    def _is_repeated(self, organisation: str, event_id: Any) -> bool:
        place = organisation, str(event_id)
        repeated = event_id is not None and place in self._event_ids
        self._event_ids.add(place)
        return repeated

    def has_profile(self, organisation: str, user_id: str) -> bool:
        """Return whether attributes, besides the history, may make the user's list different."""
        return any(profile.get("attributes") for profile in self.profiles.get((organisation, user_id), ()))

    def is_identified(self, organisation: str, user_id: str) -> bool:
        return (organisation, user_id) in self.identities

    def began(self, organisation: str, user_id: str) -> float:
        """Return when the first event that counts for the user was sent; infinite without one."""
        key = organisation, user_id
        joined = [act for _, act in self.identities.get(key, ())]
        return min((act.sent for act in (*self.acts.get(key, ()), *joined)), default=math.inf)

    def owners_of(self, user_id: str) -> set[str]:
        """Return the organisations in which a user with that id has events."""
        return {owner for owner, name in (*self.acts, *self.identities) if name == user_id}

    def of(self, organisation: str, user_id: str, since: float, until: float, settle: float) -> Deeds | None:
        """Return the history that every response to a request at `since` must reflect; None if that is not defined."""
        key = organisation, user_id
        identities = [(previous, act) for previous, act in self.identities.get(key, ()) if act.sent <= until]
        joined = [self._joined(organisation, previous, act) for previous, act in identities]
        if key in self.unclear or key in self.owners or None in joined or self.left.get(key, math.inf) <= until:
            return None
        acts = [act for act in self.acts.get(key, ()) if act.sent <= until]
        acts += [act for acts_of_one in joined for act in acts_of_one or ()]
        if any(act.until + settle >= since for act in (*acts, *(act for _, act in identities))):
            return None
        return frozenset(Counter((act.name, act.item_id) for act in acts).items())

    def _joined(self, organisation: str, previous: str, identify: Act) -> list[Act] | None:
        """Return the history that an identify joins; None if the identify came too late, for chains, and for ids of two
        users (R27)."""
        key = organisation, previous
        acts = self.acts.get(key, [])
        late = any(act.until >= identify.sent for act in acts)
        shared = len(self.owners[key]) > 1
        return None if late or shared or key in self.identities or key in self.unclear else acts
