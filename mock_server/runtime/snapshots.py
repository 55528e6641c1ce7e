"""Takes a snapshot of the running mock, and restores it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mock_server.runtime.disposal import Disposal
from mock_server.runtime.ingest import Apply, Batch, IngestQueue
from mock_server.runtime.lifetimes import Lifetimes
from mock_server.state.clock import Clock
from mock_server.state.organisations import Organisation, Organisations
from mock_server.state.rate_limit import Visitors
from mock_server.state.records import Item, User
from mock_server.state.snapshots.snapshot import Frozen, Part, Record, Snapshot, Waiting, in_a_line, pack, unpack
from mock_server.state.tenant import Tenant


class Freezer:
    """Takes and restores snapshots. `parts`: state besides the organisations, by its name in a snapshot."""

    def __init__(
        self,
        clock: Clock,
        organisations: Organisations,
        ingest: IngestQueue,
        disposal: Disposal,
        lifetimes: Lifetimes,
        visitors: Visitors,
        parts: Mapping[str, Part],
    ) -> None:
        self._clock = clock
        self._organisations = organisations
        self._ingest = ingest
        self._disposal = disposal
        self._lifetimes = lifetimes
        self._visitors = visitors
        self._parts = parts

    async def freeze(self, tenant_id: str | None = None, name: str | None = None) -> Snapshot:
        """Take a snapshot. Raises KeyError for an unknown organisation."""
        async with self._ingest.pause():
            chosen = list(self._organisations) if tenant_id is None else [self._organisations[tenant_id]]
            frozen = {part: each.freeze(tenant_id) for part, each in self._parts.items()}
            snapshot = Snapshot(
                at=self._clock.now(),
                organisations=[self._freeze(each) for each in chosen],
                parts={},
                pace=self._clock.pace,
                dice=self._organisations.rng.getstate(),
                tenant_id=tenant_id,
                name=name,
                visitors=self._visitors.copy(-self._clock.monotonic()),
            )
        parts = await asyncio.to_thread(lambda: {part: pack(each) for part, each in frozen.items()})
        return replace(snapshot, parts=parts)

    async def restore(self, snapshot: Snapshot) -> None:
        """Restore the mock, or the one organisation of the snapshot. Raises ValueError, and then nothing has
        changed."""
        parts = await asyncio.to_thread(lambda: {part: unpack(each) for part, each in snapshot.parts.items()})
        async with self._ingest.pause():
            self._thaw_parts(parts, snapshot.tenant_id)
            if snapshot.tenant_id is None:
                for each in list(self._organisations):
                    self._disposal.take(self._organisations.remove(each.tenant_id))
                    self._lifetimes.end(each.tenant_id)
                self._clock.put_back(snapshot.pace)
                self._organisations.rng.setstate(snapshot.dice)
                self._visitors.put_back(snapshot.visitors.copy(self._clock.monotonic()))
            for frozen in snapshot.organisations:
                self._thaw(frozen)
        await self._ingest.apply_due()

    def _freeze(self, organisation: Organisation) -> Frozen:
        now = self._clock.monotonic()
        waiting = [Waiting(batch.due - now, batch.records) for batch in self._ingest.of(organisation.state)]
        expires_in = self._lifetimes.left(organisation.tenant_id)
        return Frozen(organisation.copy(-now), waiting, expires_in)

    def _thaw(self, frozen: Frozen) -> None:
        now = self._clock.monotonic()
        organisation = frozen.organisation.copy(now)
        tenant_id, state = organisation.tenant_id, organisation.state
        if tenant_id in self._organisations:
            self._disposal.take(self._organisations[tenant_id].state)
        self._organisations.insert(organisation)
        self._ingest.restore(
            Batch(each.due + now, number, state, applying(state.tenant, each.records[0]), each.records)
            for number, each in enumerate(frozen.waiting)
            if each.records
        )
        self._lifetimes.end(tenant_id)
        if frozen.expires_in is not None:
            self._lifetimes.start(tenant_id, frozen.expires_in)

    def _thaw_parts(self, frozen: Mapping[str, Any], tenant_id: str | None) -> None:
        parts = self._parts
        if unknown := sorted(frozen.keys() - parts.keys()):
            raise ValueError(f"parts.{unknown[0]}: this mock has no such part")
        before = {name: part.freeze(tenant_id) for name, part in parts.items()}
        tried: list[str] = []
        for name in [name for name in parts if name in frozen]:  # in the mock's own order
            tried.append(name)
            try:
                parts[name].thaw(frozen[name], tenant_id)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                for changed in tried:
                    parts[changed].thaw(before[changed], tenant_id)
                raise ValueError(f"parts.{name}: {in_a_line(error)}") from None


def applying(tenant: Tenant, record: Record) -> Apply:
    """Return the function that applies records of this kind."""
    if isinstance(record, Item):
        return tenant.apply_item
    return tenant.apply_user if isinstance(record, User) else tenant.apply_event
