"""An organisation's audit log: who did what, when and from which address. Entries are never changed; only the newest
are kept, because every snapshot contains all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

MOST = 10_000  # entries of one organisation

Outcome = Literal["done", "refused"]


class Actor(NamedTuple):
    """Who acted. `account_id` and `email` are None if it was the mock's operator."""

    account_id: str | None
    email: str | None
    ip_address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry. `subject`: the id of the member, key pair or upload. `at`: seconds since the epoch."""

    entry_id: int
    at: float
    actor: Actor
    action: str
    outcome: Outcome
    subject: str | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions on entries; None matches everything. `after` is inclusive, `before` exclusive, both in epoch
    seconds."""

    action: str | None = None
    account_id: str | None = None
    outcome: str | None = None
    after: float | None = None
    before: float | None = None

    def fits(self, entry: Entry) -> bool:
        return (
            self.action in (None, entry.action)
            and self.account_id in (None, entry.actor.account_id)
            and self.outcome in (None, entry.outcome)
            and (self.after is None or self.after <= entry.at)
            and (self.before is None or entry.at < self.before)
        )


@dataclass(slots=True)
class AuditLog:
    entries: list[Entry] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.entries)

    def add(
        self,
        at: float,
        actor: Actor,
        action: str,
        outcome: Outcome = "done",
        subject: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Entry:
        number = self.entries[-1].entry_id + 1 if self.entries else 1
        entry = Entry(number, at, actor, action, outcome, subject, details or {})
        self.entries.append(entry)
        del self.entries[:-MOST]
        return entry

    def found(self, wanted: Filter) -> Sequence[Entry]:
        """Return the matching entries, newest first."""
        return [entry for entry in reversed(self.entries) if wanted.fits(entry)]
