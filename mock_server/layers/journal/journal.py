"""Keeps the latest exchanges, up to a limit. When the journal is full, its oldest exchange is dropped and counted. An
organisation that fills half of the journal drops its own, so that a busy one leaves room for others."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice, takewhile
from typing import Any

from mock_server.layers.journal.exchange import Exchange
from mock_server.layers.journal.lint.linter import FieldsOf, FindTenant, Linter
from mock_server.layers.journal.raw_exchange import RawExchange

_AT_ONCE = 20  # exchanges that are made readable before requests are served


class Journal:
    """The journal. Ids grow by one per exchange and are never reused. With `capacity` 0 nothing is kept."""

    def __init__(self, capacity: int, find_tenant: FindTenant, fields_of: FieldsOf = lambda _: ()) -> None:
        self.capacity = capacity
        self.closed = False
        self.last_id = 0
        self.clearings = 0  # how often exchanges were removed before they were the oldest
        self._unread: dict[int, RawExchange | Exchange] = {}  # exchanges that the lint has not read yet
        self._read: dict[int, Exchange] = {}  # all earlier exchanges
        self._of: defaultdict[str | None, deque[int]] = defaultdict(deque)  # ids of each organisation, in order
        self._dropped: Counter[str | None] = Counter()
        self._last_dropped: dict[str | None, int] = {}
        self._resets: dict[str | None, int] = {None: 0}  # None: of all organisations together
        self._run = secrets.token_hex(8)
        self._make_linter = partial(Linter, find_tenant, fields_of, self._era_of)
        self._linter = self._make_linter()
        self._waiting: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._unread) + len(self._read)

    def add(self, raw: RawExchange) -> None:
        tenant_id = raw.tenant_id
        if len(self._unread) + len(self._read) >= self.capacity:
            self._drop_for(tenant_id)
        self.last_id = raw.id = number = self.last_id + 1
        raw.era = self._resets[None] + self._resets.get(tenant_id, 0)
        self._unread[number] = raw
        self._of[tenant_id].append(number)
        if self._waiting:
            self._wake()

    async def catch_up(self) -> None:
        """Make new exchanges readable in slices, because doing it for a full journal at once would block requests
        noticeably."""
        newest = self.last_id
        while self._unread and next(iter(self._unread)) <= newest:
            self._look(_AT_ONCE)
            await asyncio.sleep(0)

    def get(self, number: int) -> Exchange | None:
        self._look()
        return self._read.get(number)

    def read(self, after: int = 0, tenant_id: str | None = None) -> list[Exchange]:
        """Return the exchanges that are kept, oldest first, with the lint's findings."""
        self._look()
        numbers = reversed(self._read) if tenant_id is None else reversed(self._of.get(tenant_id, ()))
        return [self._read[number] for number in takewhile(lambda number: number > after, numbers)][::-1]

    def dropped(self, tenant_id: str | None = None) -> int:
        return self._dropped.total() if tenant_id is None else self._dropped[tenant_id]

    def is_complete(self, after: int, tenant_id: str | None = None) -> bool:
        """Return whether no exchange after `after` was dropped, of one organisation or of all."""
        last = self._last_dropped
        return (max(last.values(), default=0) if tenant_id is None else last.get(tenant_id, 0)) <= after

    def clear(self, tenant_id: str | None = None) -> int:
        """Remove the exchanges of one organisation, or all. Returns their number. Dropped exchanges are counted from 0
        again."""
        self._look()
        numbers = list(self._read if tenant_id is None else self._of.get(tenant_id, ()))
        self._forget(numbers)
        if tenant_id is None:
            self._dropped.clear()
            self._last_dropped.clear()
        else:
            del self._dropped[tenant_id]
            self._last_dropped.pop(tenant_id, None)
        return len(numbers)

    def reset(self, tenant_id: str | None = None) -> None:
        """Note a reset of one organisation, or of all. The exchanges stay, but the lint no longer uses those before
        it."""
        self._resets[tenant_id] = self._resets.get(tenant_id, 0) + 1

    def move_ahead(self, tenant_id: str, seconds: float) -> None:
        """Do nothing: moving an organisation's time changes no exchange that is kept."""

    def freeze(self, _: str | None = None) -> dict[str, Any]:
        """Return the journal's position, as JSON."""
        return {"run": self._run, "last_id": self.last_id}

    def thaw(self, frozen: Mapping[str, Any], tenant_id: str | None = None) -> None:
        """Remove exchanges after the position: all, or those of one organisation. Ids continue. A position of another
        run is ignored."""
        if frozen["run"] == self._run:
            numbers = [*self._read, *self._unread] if tenant_id is None else self._of.get(tenant_id, ())
            self._forget([number for number in numbers if number > frozen["last_id"]])
            self._linter = self._make_linter()
            self._unread, self._read = {**self._read, **self._unread}, {}  # the lint reads all of them again

    async def wait(self, after: int, seconds: float) -> None:
        """Return when there is an exchange after `after`, when some were removed, when the time is up, or when the
        journal is closed."""
        if self.last_id > after or self.closed:
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            async with asyncio.timeout(seconds):
                await waiting
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(waiting)

    def close(self) -> None:
        """End every wait."""
        self.closed = True
        self._wake()

    def _era_of(self, tenant_id: str | None) -> int:
        return self._resets[None] + self._resets.get(tenant_id, 0)

    def _look(self, most: int | None = None) -> None:
        """Make new exchanges readable, oldest first, and pass them to the lint. `most`: how many."""
        for number in list(islice(self._unread, most)):
            self._read[number] = exchange = self._unread.pop(number).exchange()
            self._linter.look_at(exchange)

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    def _drop_for(self, tenant_id: str | None) -> None:
        """Make room for an exchange of this organisation, if the journal is full."""
        mine = self._of.get(tenant_id)
        if mine and 2 * len(mine) >= self.capacity:
            number, whose = mine.popleft(), tenant_id
            del (self._unread if number in self._unread else self._read)[number]
        else:
            number = next(iter(self._read or self._unread))
            whose = self._remove(number)
        self._dropped[whose] += 1
        self._last_dropped[whose] = number

    def _remove(self, number: int) -> str | None:
        """Remove an exchange. Returns its organisation."""
        tenant_id = (self._read if number in self._read else self._unread).pop(number).tenant_id
        ids = self._of[tenant_id]
        if ids[0] == number:
            ids.popleft()
        else:
            ids.remove(number)
        if not ids:
            del self._of[tenant_id]
        return tenant_id

    def _forget(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._remove(number)
        if numbers:
            self.clearings += 1
            self._wake()
