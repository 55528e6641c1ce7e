"""The last exchanges, as many as it may keep. What no longer fits is dropped and counted: the oldest, but an
organisation that fills half of the journal drops its own, so that a busy one leaves room for its neighbours."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from itertools import count

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

    def rewind(self, last_id: int, tenant_ids: Iterable[str]) -> None:
        """Forget what these organisations did after an exchange, as if it had never happened."""
        numbers = [number for tenant_id in tenant_ids for number in self._of.get(tenant_id, ()) if number > last_id]
        self._forget(numbers)
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
