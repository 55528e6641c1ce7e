"""A moment to come back to, of the whole mock or of one organisation; runtime/snapshots.py takes and restores it.

A snapshot of one organisation leaves the clock alone, which is everybody's: its windows and what waits for it have as
much time left as they had.
"""

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
    """Something of the mock's that has a state of its own."""

    def freeze(self, tenant_id: str | None = None, /) -> Any:
        """The state as plain JSON: all of it, or what belongs to one organisation."""

    def thaw(self, frozen: Any, tenant_id: str | None = None, /) -> None:
        """Put it back. Raises ValueError, KeyError or TypeError for what `freeze` never gave."""


class Waiting(NamedTuple):
    """Records of one request that were not visible yet; `due` in seconds after the snapshot."""

    due: float
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Frozen:
    """One organisation. All moments of its state are in seconds after the snapshot; nobody writes to it."""

    organisation: Organisation
    waiting: Sequence[Waiting] = ()
    expires_in: float | None = None  # seconds


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`tenant_id`: the only organisation in it; None: the whole mock. `at`: by the mock's clock."""

    at: float
    organisations: Sequence[Frozen]
    parts: Mapping[str, bytes]  # packed: many snapshots may be kept
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
    """A part's state, which is plain JSON, in little room."""
    return zlib.compress(orjson.dumps(frozen), level=1)


def unpack(packed: bytes) -> Any:
    return orjson.loads(unpacked(packed))


def unpacked(packed: bytes) -> bytes:
    """As JSON text."""
    return zlib.decompress(packed)


def in_a_line(error: Exception) -> str:
    """The first thing that is wrong with frozen data, and where."""
    if isinstance(error, ValidationError):
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
    return f"can't be read ({error})"


class Snapshots:
    """Those that are kept, by id."""

    most = 200

    def __init__(self) -> None:
        self._kept: dict[str, Snapshot] = {}
        self._made = 0

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self._kept.values())

    def __getitem__(self, snapshot_id: str) -> Snapshot:
        """Raises KeyError."""
        return self._kept[snapshot_id]

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Give it an id. Raises OverflowError when there are too many."""
        if len(self._kept) >= self.most:
            raise OverflowError(f"there are {self.most} snapshots already: delete some")
        self._made += 1
        kept = replace(snapshot, snapshot_id=f"snapshot-{self._made}")
        self._kept[kept.snapshot_id] = kept
        return kept

    def forget(self, snapshot_id: str) -> Snapshot:
        """Raises KeyError."""
        return self._kept.pop(snapshot_id)
