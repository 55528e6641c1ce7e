"""A snapshot of the whole mock or of one organisation; runtime/snapshots.py takes and restores it.

A snapshot of one organisation does not contain the clock, which all share: its windows and queued records keep their
remaining times."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

import orjson
from pydantic import ValidationError

from mock_server.state.clock import Pace
from mock_server.state.organisations import Organisation
from mock_server.state.rate_limit import Visitors
from mock_server.state.records import Event, Item, User

Record = Item | User | Event


class Part(Protocol):
    """A part of the mock whose state snapshots include."""

    def freeze(self, tenant_id: str | None = None, /) -> Any:
        """Return the state as plain JSON: all of it, or that of one organisation."""

    def thaw(self, frozen: Any, tenant_id: str | None = None, /) -> None:
        """Restore the state. Raises ValueError, KeyError or TypeError for data that `freeze` did not return."""


class Waiting(NamedTuple):
    """The records of one request that were not visible yet. `due`: seconds after the snapshot."""

    due: float
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Frozen:
    """One organisation in a snapshot; never changed. All times of its state are seconds relative to the snapshot."""

    organisation: Organisation
    waiting: Sequence[Waiting] = ()
    expires_in: float | None = None  # seconds


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot. `tenant_id`: the only organisation in it; None: the whole mock. `at`: by the mock's clock."""

    at: float
    organisations: Sequence[Frozen]
    parts: Mapping[str, bytes]  # compressed, because many snapshots may be kept
    pace: Pace
    dice: Any
    tenant_id: str | None = None
    name: str | None = None
    snapshot_id: str = ""
    visitors: Visitors = field(default_factory=Visitors)

    @property
    def tenant_ids(self) -> list[str]:
        return [each.organisation.tenant_id for each in self.organisations]


def pack(frozen: Any) -> bytes:
    """Compress the state of a part, which is plain JSON."""
    return zlib.compress(orjson.dumps(frozen), level=1)


def unpack(packed: bytes) -> Any:
    return orjson.loads(unpacked(packed))


def unpacked(packed: bytes) -> bytes:
    """Decompress the state to JSON text."""
    return zlib.decompress(packed)


def in_a_line(error: Exception) -> str:
    """Describe the first problem of the data, with its place, in one line."""
    if isinstance(error, ValidationError):
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
    return f"can't be read ({error})"


class Snapshots:
    """The snapshots that are kept, by id."""

    most = 200

    def __init__(self) -> None:
        self._kept: dict[str, Snapshot] = {}
        self._made = 0

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self._kept.values())

    def __getitem__(self, snapshot_id: str) -> Snapshot:
        """Return the snapshot with this id. Raises KeyError."""
        return self._kept[snapshot_id]

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Store a snapshot and set its id. Raises OverflowError if there are too many."""
        if len(self._kept) >= self.most:
            raise OverflowError(f"there are already {self.most} snapshots: delete some")
        self._made += 1
        kept = replace(snapshot, snapshot_id=f"snapshot-{self._made}")
        self._kept[kept.snapshot_id] = kept
        return kept

    def forget(self, snapshot_id: str) -> Snapshot:
        """Drop a snapshot and return it. Raises KeyError."""
        return self._kept.pop(snapshot_id)
