"""Collects changes, and writes them in one transaction for all responses of one turn of the event loop.

A response waits in `settle` until what it acknowledges is in the file. With `normal` the file is written on the event
loop, which takes well under a millisecond; with `full` in a thread, because it waits for the disk."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Mapping, Sequence

import orjson

from mock_server.runtime.durable.store import StateFileError, Statement, Store, Sync
from mock_server.runtime.durable.written import (
    ADD_LOG,
    Row,
    block_of,
    live_facts,
    made_facts,
    row_of,
    rows_of,
    served_row,
)
from mock_server.runtime.ingest import IngestQueue
from mock_server.runtime.lifetimes import Lifetimes
from mock_server.state.clock import Clock
from mock_server.state.organisations import Organisation, Organisations, State
from mock_server.state.records import Event, Item, User
from mock_server.state.snapshots.snapshot import Part
from mock_server.state.tenant import Tenant

_PUT_ORGANISATION = "INSERT OR REPLACE INTO organisation (tenant_id, place, made, live) VALUES (?, ?, ?, ?)"
_PUT_LIVE = "UPDATE organisation SET live = ? WHERE tenant_id = ?"
_PUT_RANDOM = "INSERT OR REPLACE INTO random (tenant_id, name, block) VALUES (?, ?, ?)"
_PUT_PART = "INSERT OR REPLACE INTO part (name, data) VALUES (?, ?)"
_PUT_UPLOAD = "INSERT OR IGNORE INTO upload (upload_id) VALUES (?)"
_FORGET = tuple(f"DELETE FROM {table} WHERE tenant_id = ?" for table in ("log", "random", "organisation"))  # noqa: S608

_DRAWS = 2_000  # ids drawn before the state of their generator is written again

logger = logging.getLogger(__name__)


class NotKept(Exception):
    """The file could not be written; accepted data may be lost."""


class Known:
    """The part of an organisation's state that the file holds."""

    __slots__ = ("drawn", "has_delays", "live", "place", "served", "state", "tenant")

    def __init__(self, state: State, place: int) -> None:
        self.state, self.tenant, self.place = state, state.tenant, place
        self.served = served_count(state.tenant)  # number of recommendations
        self.drawn: int | None = None  # ids drawn when the generator's state was last written
        self.has_delays = False
        self.live = b""

    def new_served(self) -> list[Row]:
        """Return the recommendations served since the last call, as rows."""
        count = served_count(self.tenant)
        fresh = self.tenant.attribution.latest(count - self.served)
        self.served = count
        return [served_row(self.tenant.tenant_id, fresh)] if fresh else []


class Keeper:
    """Writes the state file. `parts`: state besides the organisations, by name."""

    def __init__(
        self,
        store: Store,
        sync: Sync,
        clock: Clock,
        organisations: Organisations,
        ingest: IngestQueue,
        lifetimes: Lifetimes,
        parts: Mapping[str, Part],
    ) -> None:
        self._store, self._in_thread = store, sync == "full"
        self._clock, self._organisations, self._ingest, self._lifetimes = clock, organisations, ingest, lifetimes
        self._parts = parts
        self._known: dict[str, Known] | None = None  # None: the whole file has to be written
        self._rows: list[tuple[State, Row]] = []
        self._touched: dict[str, Organisation] = {}
        self._everything = False
        self._uploads: list[str] = []
        self._waiters: list[asyncio.Future[None]] = []
        self._is_scheduled = False
        ingest.on_accept = self._accepted

    def know(self, organisations: Mapping[str, int]) -> None:
        """Register organisations that the file already holds, with their positions by id."""
        self._known = {name: Known(self._organisations[name].state, place) for name, place in organisations.items()}

    def touch(self, organisation: Organisation) -> None:
        """Note that a request of this organisation was answered."""
        self._touched[organisation.tenant_id] = organisation

    def touch_everything(self) -> None:
        """Note that anything may have changed."""
        self._everything = True

    def finished(self, upload_id: str) -> None:
        """Note that an upload was read to its end, so that its records count after a restart."""
        self._uploads.append(upload_id)
        self._schedule()

    async def settle(self) -> None:
        """Return when everything up to now is in the file. Raises NotKept."""
        if self._rows or self._touched or self._everything or self._uploads:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            self._schedule()
            await waiter

    def start(self, anew: bool) -> None:
        """Write the current state; `anew`: replace the whole file. Raises StateFileError."""
        if anew:
            self._known = None
        try:
            self.write_everything()
        except sqlite3.Error as error:
            raise StateFileError(f"{self._store.path}: can't be written: {error}") from None

    def write_everything(self) -> None:
        """Write everything at once, in one transaction. Raises sqlite3.Error."""
        self._everything = True
        self._store.write(self._collect())

    def close(self) -> None:
        """Write the final state and release the file."""
        try:
            self.write_everything()
        except sqlite3.Error as error:
            logger.error("%s: the last state could not be written: %s", self._store.path, error)
        self._ingest.on_accept = None
        self._store.close()

    def _accepted(
        self, state: State, records: Sequence[Item | User | Event], due: float, upload_id: str | None
    ) -> None:
        moment = due + self._clock.now() - self._clock.monotonic()
        self._rows.append((state, row_of(state.tenant.tenant_id, records, moment, upload_id)))

    def _schedule(self) -> None:
        """Write at the end of this turn of the event loop, with all changes of the turn."""
        if not self._is_scheduled:
            self._is_scheduled = True
            loop = asyncio.get_running_loop()
            if self._in_thread:
                self._task = loop.create_task(self._write_in_thread())
            else:
                loop.call_soon(self._write)

    def _write(self) -> None:
        self._is_scheduled = False
        waiters, self._waiters = self._waiters, []
        try:
            self._store.write(self._collect())
        except Exception as error:  # every waiter gets the error, whatever it is
            self._fail(waiters, error)
        else:
            _answer(waiters)

    async def _write_in_thread(self) -> None:
        await asyncio.sleep(0)
        waiters, self._waiters = self._waiters, []
        try:
            await asyncio.to_thread(self._store.write, self._collect())
        except Exception as error:  # every waiter gets the error, whatever it is
            self._fail(waiters, error)
        else:
            _answer(waiters)
        self._is_scheduled = False
        if self._waiters or self._uploads:
            self._schedule()

    def _fail(self, waiters: Sequence[asyncio.Future[None]], error: Exception) -> None:
        """Pass the error to the waiters. The next transaction writes everything, because the contents of this one are
        lost."""
        logger.error("%s: can't be written: %s", self._store.path, error)
        self._known, self._everything = None, True
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(NotKept(f"the state file can't be written: {error}"))

    def _collect(self) -> list[Statement]:
        """Return the statements to write. From now on their changes count as written."""
        statements: list[Statement] = []
        rows, touched, everything = self._rows, self._touched, self._everything or self._known is None
        self._rows, self._touched, self._everything = [], {}, False
        if self._known is None:
            self._known = {}
            statements += [(f"DELETE FROM {table}", [()]) for table in ("log", "random", "organisation", "upload")]  # noqa: S608
        if everything:
            touched = {each.tenant_id: each for each in self._organisations}
            gone = [(tenant_id,) for tenant_id in self._known if tenant_id not in touched]
            statements += [(sql, gone) for sql in _FORGET] if gone else []
            for (tenant_id,) in gone:
                del self._known[tenant_id]
            statements.append((_PUT_PART, self._parts_now()))
        elif names := self._changing_parts():
            statements.append((_PUT_PART, [(name, _json(self._parts[name].freeze())) for name in names]))
        is_new: set[str] = set()
        for tenant_id, organisation in touched.items():
            state, known = organisation.state, self._known.get(tenant_id)
            if known is None or known.state is not state or known.tenant is not state.tenant:
                if organisation.tenant_id not in self._organisations:
                    continue  # it was removed in the meantime
                statements += self._whole(organisation, known)
                is_new.add(tenant_id)
        added = [row for state, row in rows if state is self._state_known(row[0]) and row[0] not in is_new]
        for tenant_id, organisation in touched.items():
            known = self._known.get(tenant_id)
            if known is not None and tenant_id not in is_new:
                added += known.new_served()
                statements += self._live(organisation, known)
        if added:
            statements.append((ADD_LOG, added))
        if self._uploads:
            statements.append((_PUT_UPLOAD, [(each,) for each in self._uploads]))
            self._uploads = []
        return statements

    def _state_known(self, tenant_id: str) -> State | None:
        known = self._known.get(tenant_id) if self._known else None
        return known.state if known else None

    def _whole(self, organisation: Organisation, known: Known | None) -> list[Statement]:
        """Return the statements that write all data of an organisation that was replaced, with its queued records."""
        assert self._known is not None  # noqa: S101 - `_collect` sets it
        tenant_id, state = organisation.tenant_id, organisation.state
        place = known.place if known else 1 + max((each.place for each in self._known.values()), default=0)
        shift = self._clock.now() - self._clock.monotonic()
        rows = list(rows_of(tenant_id, state.tenant))
        rows += [row_of(tenant_id, each.records, each.due + shift) for each in self._ingest.of(state) if each.records]
        fresh = self._known[tenant_id] = Known(state, place)
        statements: list[Statement] = [(sql, [(tenant_id,)]) for sql in _FORGET]
        statements.append((ADD_LOG, rows))
        statements.append((_PUT_ORGANISATION, [(tenant_id, place, made_facts(organisation), b"{}")]))
        return statements + self._live(organisation, fresh)

    def _live(self, organisation: Organisation, known: Known) -> list[Statement]:
        statements: list[Statement] = []
        tenant_id, state = organisation.tenant_id, organisation.state
        if known.drawn is None or state.drawn - known.drawn > _DRAWS:
            known.drawn = state.drawn
            statements.append((_PUT_RANDOM, [(tenant_id, "ids", block_of(state.ids))]))
        if not known.has_delays or self._ingest.draws:
            known.has_delays = True
            statements.append((_PUT_RANDOM, [(tenant_id, "delays", block_of(state.delays))]))
        left = self._lifetimes.left(tenant_id)
        expires_at = None if left is None else round(time.time() + left)
        shift = self._clock.now() - self._clock.monotonic()
        live = live_facts(state, shift, expires_at, state.drawn - known.drawn)
        if live != known.live:
            known.live = live
            statements.append((_PUT_LIVE, [(live, tenant_id)]))
        return statements

    def _changing_parts(self) -> list[str]:
        """Return the parts that change without `touch_everything`: faults count their hits, an upload ends."""
        return [
            name for name, changes in (("faults", self._parts.get("faults")), ("uploads", self._uploads)) if changes
        ]

    def _parts_now(self) -> list[tuple[str, bytes]]:
        frozen = {name: part.freeze() for name, part in self._parts.items()}
        frozen["clock"] = list(self._clock.pace)
        frozen["random"] = _plain_state(self._organisations.rng.getstate())
        return [(name, _json(each)) for name, each in frozen.items()]


def _json(frozen: object) -> bytes:
    return orjson.dumps(frozen)


def _answer(waiters: Sequence[asyncio.Future[None]]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)


def _plain_state(state: tuple[object, ...]) -> list[object]:
    return [list(each) if isinstance(each, tuple) else each for each in state]


def served_count(tenant: Tenant) -> int:
    """Return how many recommendations an organisation has been served in total."""
    return len(tenant.attribution) + tenant.attribution.forgotten
