"""The last exchanges, as many as it may keep. What no longer fits is dropped and counted: the oldest, but an
organisation that fills half of the journal drops its own, so that a busy one leaves room for its neighbours."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

from mock_server.journal.exchange import Exchange
from mock_server.journal.lint.linter import FindTenant, Linter


class Journal:
    """Ids grow by one for every exchange and never come again. `capacity` 0 keeps nothing."""

    def __init__(self, capacity: int, find_tenant: FindTenant) -> None:
        self.capacity = capacity
        self.closed = False
        self._ids = count(1)
        self._last = 0
        self._kept: dict[int, Exchange] = {}
        self._of: defaultdict[str | None, deque[int]] = defaultdict(deque)
        self._dropped: Counter[str | None] = Counter()
        self._resets: Counter[str | None] = Counter()
        self._run = secrets.token_hex(8)
        self._find_tenant = find_tenant
        self._linter = Linter(find_tenant)
        self._waiting: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def last_id(self) -> int:
        return self._last

    def add(self, exchange: Exchange) -> None:
        if self.capacity == 0:
            return
        exchange.id = self._last = next(self._ids)
        if len(self._kept) >= self.capacity:
            mine = self._of[exchange.tenant_id]
            self._drop(mine[0] if mine and 2 * len(mine) >= self.capacity else next(iter(self._kept)))
        self._of[exchange.tenant_id].append(exchange.id)
        self._kept[exchange.id] = exchange
        if self._waiting:
            self._wake()

    def get(self, number: int) -> Exchange | None:
        self._lint()
        return self._kept.get(number)

    def read(self, after: int = 0, tenant_id: str | None = None) -> list[Exchange]:
        """Those that are kept, oldest first, with what the lint says about them."""
        self._lint()
        if tenant_id is not None:
            return [self._kept[number] for number in self._of.get(tenant_id, ()) if number > after]
        return list(self.after(after))

    def dropped(self, tenant_id: str | None = None) -> int:
        return self._dropped.total() if tenant_id is None else self._dropped[tenant_id]

    def clear(self, tenant_id: str | None = None) -> int:
        """Forget all, or what belongs to one organisation; how many there were. The dropped are counted anew."""
        self._lint()
        numbers = list(self._kept) if tenant_id is None else list(self._of.get(tenant_id, ()))
        self._forget(numbers)
        if tenant_id is None:
            self._dropped.clear()
        else:
            del self._dropped[tenant_id]
        return len(numbers)

    def reset(self, tenant_id: str | None = None) -> None:
        """An organisation, or all of them, begin anew: what was sent stays, the lint holds none of it against them."""
        self._resets[tenant_id] += 1

    def era(self, tenant_id: str | None) -> int:
        """How often an organisation began anew."""
        return self._resets[None] + (self._resets[tenant_id] if tenant_id is not None else 0)

    def freeze(self, _: str | None = None) -> dict[str, Any]:
        """The position, as JSON."""
        return {"run": self._run, "last_id": self._last}

    def thaw(self, frozen: Mapping[str, Any], tenant_id: str | None = None) -> None:
        """Forget what came after that position: everything, or what belongs to one organisation. Ids go on. A position
        of another run says nothing about this one."""
        if frozen["run"] == self._run:
            numbers = list(self._kept) if tenant_id is None else self._of.get(tenant_id, ())
            self._forget([number for number in numbers if number > frozen["last_id"]])
            self._linter = Linter(self._find_tenant)

    async def wait(self, after: int, seconds: float) -> None:
        """Return when there is something after this exchange, when the time is up, or when the journal is closed."""
        if self._last > after or self.closed:
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
        """Nobody waits any longer."""
        self.closed = True
        self._wake()

    def after(self, number: int) -> Iterator[Exchange]:
        """The kept ones after this, oldest first."""
        newer: list[Exchange] = []
        for exchange in reversed(self._kept.values()):
            if exchange.id <= number:
                break
            newer.append(exchange)
        return reversed(newer)

    def _lint(self) -> None:
        self._linter.look_at(self.after(self._linter.seen))

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    def _drop(self, number: int) -> None:
        tenant_id = self._kept[number].tenant_id
        self._forget([number])
        self._dropped[tenant_id] += 1

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            tenant_id = self._kept.pop(number).tenant_id
            ids = self._of[tenant_id]
            if ids[0] == number:
                ids.popleft()
            else:
                ids.remove(number)
            if not ids:
                del self._of[tenant_id]
