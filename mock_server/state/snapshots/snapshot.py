"""Freezing and restoring, of the whole mock or of one organisation.

A snapshot of one organisation leaves the clock alone, which is everybody's: its windows and what waits for it have as
much time left as they had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pydantic import ValidationError

from mock_server.runtime.ingest import Apply, Batch
from mock_server.state.clock import Pace
from mock_server.state.organisations import Organisation
from mock_server.state.rate_limit import Visitors
from mock_server.state.records import Event, Item, User
from mock_server.state.tenant import Tenant

if TYPE_CHECKING:
    from mock_server.mock import Mock

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
    parts: Mapping[str, Any]
    pace: Pace
    dice: Any
    tenant_id: str | None = None
    name: str | None = None
    snapshot_id: str = ""
    visitors: Visitors = field(default_factory=Visitors)

    @property
    def tenant_ids(self) -> list[str]:
        return [each.organisation.tenant_id for each in self.organisations]


async def freeze(mock: Mock, tenant_id: str | None = None, name: str | None = None) -> Snapshot:
    """Raises KeyError for an unknown organisation."""
    async with mock.ingest.pause():
        chosen = list(mock.organisations) if tenant_id is None else [mock.organisations[tenant_id]]
        return Snapshot(
            at=mock.clock.now(),
            organisations=[_freeze(mock, each) for each in chosen],
            parts={part: each.freeze(tenant_id) for part, each in mock.parts.items()},
            pace=mock.clock.pace,
            dice=mock.organisations.dice.getstate(),
            tenant_id=tenant_id,
            name=name,
            visitors=mock.visitors.copy(-mock.clock.monotonic()),
        )


async def restore(mock: Mock, snapshot: Snapshot) -> None:
    """Put the mock, or the one organisation, back. Raises ValueError, and then nothing has changed."""
    async with mock.ingest.pause():
        _thaw_parts(mock, snapshot)
        if snapshot.tenant_id is None:
            for each in list(mock.organisations):
                mock.ingest.forget(mock.organisations.remove(each.tenant_id))
                mock.lifetimes.end(each.tenant_id)
            mock.clock.put_back(snapshot.pace)
            mock.organisations.dice.setstate(snapshot.dice)
            mock.visitors = snapshot.visitors.copy(mock.clock.monotonic())
        for frozen in snapshot.organisations:
            _thaw(mock, frozen)
    await mock.ingest.apply_due()


def applying(tenant: Tenant, record: Record) -> Apply:
    """What a queue does with records of this kind."""
    if isinstance(record, Item):
        return tenant.apply_item
    return tenant.apply_user if isinstance(record, User) else tenant.apply_event


def _freeze(mock: Mock, organisation: Organisation) -> Frozen:
    now = mock.clock.monotonic()
    waiting = [Waiting(batch.due - now, batch.records) for batch in mock.ingest.of(organisation.state)]
    expires_in = mock.lifetimes.left(organisation.tenant_id)
    return Frozen(organisation.copy(-now), waiting, expires_in)


def _thaw(mock: Mock, frozen: Frozen) -> None:
    now = mock.clock.monotonic()
    organisation = frozen.organisation.copy(now)
    tenant_id, state = organisation.tenant_id, organisation.state
    if tenant_id in mock.organisations:
        mock.ingest.forget(mock.organisations[tenant_id].state)
    mock.organisations.insert(organisation)
    mock.ingest.restore(
        Batch(each.due + now, number, state, applying(state.tenant, each.records[0]), each.records)
        for number, each in enumerate(frozen.waiting)
        if each.records
    )
    mock.lifetimes.end(tenant_id)
    if frozen.expires_in is not None:
        mock.lifetimes.start(tenant_id, frozen.expires_in)


def _thaw_parts(mock: Mock, snapshot: Snapshot) -> None:
    tenant_id = snapshot.tenant_id
    if unknown := sorted(snapshot.parts.keys() - mock.parts.keys()):
        raise ValueError(f"parts.{unknown[0]}: this mock has no such part")
    before = {name: part.freeze(tenant_id) for name, part in mock.parts.items()}
    tried: list[str] = []
    for name in [name for name in mock.parts if name in snapshot.parts]:  # in the order of the mock's
        tried.append(name)
        try:
            mock.parts[name].thaw(snapshot.parts[name], tenant_id)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            for changed in tried:
                mock.parts[changed].thaw(before[changed], tenant_id)
            raise ValueError(f"parts.{name}: {in_a_line(error)}") from None


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
