"""The state of a running mock, and what can be done to it: reset, seed, advance, flush, add and remove organisations.
No HTTP."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from random import Random, SystemRandom
from typing import Protocol

from fixtures.spec import Spec, load_spec
from mock_server.runtime import collector
from mock_server.runtime.disposal import Disposal
from mock_server.runtime.durable.keeper import Keeper
from mock_server.runtime.durable.loading import Loaded, load
from mock_server.runtime.durable.store import Store, Sync
from mock_server.runtime.ingest import IngestQueue
from mock_server.runtime.lifetimes import Lifetimes
from mock_server.runtime.passwords import Passwords
from mock_server.runtime.snapshots import Freezer
from mock_server.runtime.uploading import Uploads
from mock_server.settings import Settings
from mock_server.spec.contract import Contract
from mock_server.state.accounts.directory import Directory
from mock_server.state.clock import Clock, RealClock, VirtualClock
from mock_server.state.organisations import Organisation, Organisations
from mock_server.state.rate_limit import Visitors
from mock_server.state.recommender import Config
from mock_server.state.seeded import DEFAULT, Fill, SeededTenants
from mock_server.state.snapshots.snapshot import Part, Snapshot, Snapshots
from mock_server.state.tenant import Tenant

VIRTUAL_START = 1_780_315_200.0  # 2026-06-01T12:00:00Z, used unless the seed data sets a time


class LayerState(Part, Protocol):
    """The state of a layer around the API, such as the faults. It is reset and moved in time with the organisations."""

    def reset(self, tenant_id: str | None = None, /) -> None:
        """Reset the state for one organisation, or for all."""

    def move_ahead(self, tenant_id: str, seconds: float, /) -> None:
        """Let time pass for one organisation."""


class Mock:
    """All state of a running mock. Raises SpecError for a spec that can't be served in full.

    `fill` puts the seed data into a new tenant, once; every organisation with seed data starts with a copy of it.
    `worlds`: by name, other data sets with which an organisation can be filled."""

    def __init__(
        self,
        settings: Settings | None = None,
        spec: Spec | None = None,
        clock: Clock | None = None,
        fill: Fill | None = None,
        worlds: Mapping[str, Callable[[], Fill]] | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.contract = Contract(spec or load_spec(self.settings.spec), self.settings)
        self.clock: Clock = clock or (VirtualClock(VIRTUAL_START) if self.settings.clock == "virtual" else RealClock())
        self.ingest = IngestQueue(self.clock, self.settings.ingest_delay)
        self.visitors = Visitors()
        self._moving = asyncio.Lock()
        self.directory = Directory(self.clock, self._account_random, lambda: secrets.token_bytes(32))
        self.passwords = Passwords()
        self.uploads = Uploads(self.clock, self.ingest)
        self.seeded = SeededTenants(fill, worlds)
        usual = self.settings
        self.organisations = Organisations(
            usual.orgs, usual.seed, self._make_tenant, usual.seed_orgs, self.directory.digests, usual.shard
        )
        self.lifetimes = Lifetimes(self.remove_organisation)
        self.snapshots = Snapshots()
        self._layers: dict[str, LayerState] = {}
        self._parts: dict[str, Part] = {"accounts": self.directory}
        self.keeper: Keeper | None = None
        self._loaded = Loaded()
        self._disposal = Disposal(self.ingest)
        self._freezer = Freezer(
            self.clock, self.organisations, self.ingest, self._disposal, self.lifetimes, self.visitors, self._parts
        )

    @property
    def spec(self) -> Spec:
        return self.contract.spec

    def reload_spec(self, spec: Spec) -> None:
        """Serve another spec with the same data. Raises SpecError, and then nothing has changed."""
        self.contract.load(spec)
        collector.collect_everything()

    def attach(self, name: str, layer: LayerState) -> None:
        """Make a layer's state part of the mock's. Snapshots hold it under this name."""
        self._layers[name] = self._parts[name] = layer

    def reset(self, tenant_id: str | None = None, seeded: bool | None = None) -> None:
        """Put one organisation (default: all of them) back to its start, to the seed data, or to no data. Its queued
        records, and the faults and limits set for it, are dropped.

        If all organisations return to their start, the mock is as it was started: those of the start that were removed
        are back, and so is the clock. Raises KeyError for an unknown id."""
        if tenant_id is not None:
            self._disposal.take(self.organisations.reset(tenant_id, seeded))
            self.directory.suspend(tenant_id, False)
            self._reset_layers(tenant_id)
            return
        self.organisations.complete()
        for organisation in self.organisations:
            self._disposal.take(self.organisations.reset(organisation.tenant_id, seeded))
        self.visitors.clear()
        if seeded is None:
            self.clock.put_back(self.clock.started)
            self.uploads.forget()
            for over in self.directory.reset():
                if over in self.organisations:
                    self.remove_organisation(over)
        self._reset_layers()

    def seed(self, tenant_id: str, data: str) -> None:
        """Replace the data of one organisation by a named world. Raises KeyError for an unknown id or name."""
        self.replace_tenant(tenant_id, self._copy(tenant_id, data))

    def replace_tenant(self, tenant_id: str, tenant: Tenant) -> None:
        """Replace the data of an organisation, as a reset does. Raises KeyError."""
        self.reset(tenant_id, seeded=False)
        self.organisations[tenant_id].state.tenant = tenant

    async def flush(self, tenant_id: str | None = None) -> None:
        """Return when everything accepted so far is visible, of one organisation or of all. Uploads are first read to
        their end. Raises KeyError."""
        state = None if tenant_id is None else self.organisations[tenant_id].state
        await self.uploads.finished()
        await self.ingest.flush(state)

    async def advance(self, seconds: float) -> None:
        """Move the clock, applying every record that becomes due on the way, in order. Two calls at the same time move
        it by the sum. Raises ValueError for a number that is negative or not finite."""
        if not 0 <= seconds < float("inf"):
            raise ValueError("seconds must be a number from 0")
        clock = self.clock
        async with self._moving:
            target = clock.monotonic() + seconds
            while (due := self.ingest.next_due) <= target:
                clock.advance(max(0.0, due - clock.monotonic()))
                await self.ingest.apply_due()
            clock.advance(max(0.0, target - clock.monotonic()))
        self.ingest.wake_up()

    async def advance_organisation(self, tenant_id: str, seconds: float) -> None:
        """Move one organisation ahead of the clock, until it is reset. The others are not affected. Raises KeyError."""
        state = self.organisations[tenant_id].state
        state.move_ahead(seconds)
        for layer in self._layers.values():
            layer.move_ahead(tenant_id, seconds)
        await self.ingest.hurry(state, seconds)

    def run_clock_at(self, scale: float) -> None:
        """Set how many seconds of the mock pass in one second of the machine; 0 stops the clock."""
        self.clock.run_at(scale)
        self.ingest.wake_up()

    def add_organisation(
        self, tenant_id: str | None = None, seeded: bool | None = None, ttl_seconds: float | None = None
    ) -> Organisation:
        """Add an organisation with new keys. `seeded`: with a copy of the seed data (None: if that is the default).
        `ttl_seconds`: removed after this time of the machine's clock. Raises ValueError for an id in use."""
        added = self.organisations.add(tenant_id, seeded)
        if ttl_seconds is not None:
            self.lifetimes.start(added.tenant_id, ttl_seconds)
        return added

    def remove_organisation(self, tenant_id: str) -> None:
        """Remove an organisation, its keys and its data. Raises KeyError."""
        self._disposal.take(self.organisations.remove(tenant_id))
        self.lifetimes.end(tenant_id)
        self.directory.forget(tenant_id)
        self.uploads.forget(tenant_id)
        self._reset_layers(tenant_id)

    async def freeze(self, tenant_id: str | None = None, name: str | None = None) -> Snapshot:
        """Take a snapshot of the whole mock, or of one organisation. Raises KeyError."""
        snapshot = await self._freezer.freeze(tenant_id, name)
        collector.freeze()
        return snapshot

    def drop_snapshot(self, snapshot_id: str) -> Snapshot:
        """Drop a kept snapshot and return it. Its records are freed in slices, by a copy that holds them longest: the
        snapshot itself may still be read, by a download. Raises KeyError."""
        dropped = self.snapshots.forget(snapshot_id)
        for each in dropped.organisations:
            self._disposal.take(each.organisation.state.copy())
        collector.freeze()
        return dropped

    async def restore(self, snapshot: Snapshot) -> None:
        """Restore a snapshot. Raises ValueError, and then nothing has changed."""
        await self._freezer.restore(snapshot)
        collector.freeze()

    def keep(self, store: Store, sync: Sync) -> int:
        """Keep everything in this file from now on, before it is acknowledged. Loads the file if it is not new, and
        returns how many events it had. Call this after all layers are attached, before any request. Raises
        StateFileError."""
        parts: dict[str, Part] = {"uploads": self.uploads, "sign_ins": self.directory.tokens}  # not in a snapshot
        parts |= {name: part for name, part in self._parts.items() if name != "journal"}
        keeper = Keeper(store, sync, self.clock, self.organisations, self.ingest, self.lifetimes, parts)
        if not store.is_new:
            self._loaded = load(
                store, self.clock, self.organisations, parts, lambda name: self._make_tenant(name, False)
            )
            keeper.know(self._loaded.places)
        self.uploads.on_read = keeper.finished
        self.keeper = keeper
        return self._loaded.events

    def start(self) -> None:
        """Start the timers, from where loaded data stopped. Requires a running event loop. Raises StateFileError."""
        if self.keeper is None:
            return
        loaded, self._loaded = self._loaded, Loaded()
        self.ingest.restore(loaded.waiting)
        for tenant_id, seconds in loaded.lifetimes.items():
            self.lifetimes.start(tenant_id, seconds)
        self.keeper.start(anew=loaded.needs_cleaning)

    def close(self) -> None:
        """Stop every timer, thread and upload."""
        if self.keeper is not None:
            self.keeper.close()
        self.ingest.close()
        self._disposal.close()
        self.lifetimes.close()
        self.passwords.close()
        self.uploads.close()

    def find_tenant(self, tenant_id: str) -> Tenant | None:
        """Return the data of an organisation, or None if it was removed."""
        return self.organisations[tenant_id].tenant if tenant_id in self.organisations else None

    def _reset_layers(self, tenant_id: str | None = None) -> None:
        for layer in self._layers.values():
            layer.reset(tenant_id)

    def _account_random(self) -> Random:
        """Return a seeded generator under a virtual clock, so that ids and keys repeat; else a cryptographically random
        one."""
        return Random(f"{self.settings.seed}:accounts") if self.clock.virtual else SystemRandom()  # noqa: S311

    def _make_tenant(self, tenant_id: str, seeded: bool) -> Tenant:
        return self._copy(tenant_id) if seeded else Tenant(tenant_id, Config(depth=self.contract.ranking_depth))

    def _copy(self, tenant_id: str, data: str = DEFAULT) -> Tenant:
        copy = self.seeded.copy(tenant_id, self.contract.ranking_depth, data)
        collector.freeze()
        return copy
