"""Queues accepted records: a 202 means accepted, and the data becomes visible a little later (R51).

Nothing accepted is lost, and each organisation's records are applied in the order in which they arrived."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any, NamedTuple

from mock_server.runtime.slices import Slices
from mock_server.settings import Delay
from mock_server.state.clock import Clock
from mock_server.state.organisations import State
from mock_server.state.records import Item

Apply = Callable[[Any], object]
OnAccept = Callable[[State, Sequence[Any], float, str | None], None]  # state, records, when they are due, upload_id
logger = logging.getLogger(__name__)


class Batch(NamedTuple):
    """The records of one request. `number` is unique, so that the heap never compares the other fields."""

    due: float
    number: int
    state: State
    apply: Apply
    records: Sequence[Any]


class IngestQueue:
    """The batches of all organisations, ordered by when they are due. A running clock wakes the queue up; if the clock
    stands still, `Mock.advance` moves it."""

    def __init__(self, clock: Clock, delay: Delay) -> None:
        self._clock = clock
        self._delay = delay
        self._batches: list[Batch] = []
        self._accepted = 0
        self._applying = asyncio.Lock()
        self._slices = Slices()  # for applying batches
        self.on_accept: OnAccept | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def draws(self) -> bool:
        """Whether delays are random."""
        return self._delay.longest > self._delay.shortest

    def __len__(self) -> int:
        """Return the number of requests whose records are not visible yet."""
        return len(self._batches)

    @property
    def next_due(self) -> float:
        """When the next batch is due, by the clock's `monotonic`; infinity if the queue is empty."""
        return self._batches[0].due if self._batches else math.inf

    async def put(
        self,
        state: State,
        apply: Apply,
        records: Sequence[Any],
        extra: float = 0.0,
        upload_id: str | None = None,
    ) -> None:
        """Accept records; without a delay they are applied before this returns. `extra`: additional seconds of delay.
        `upload_id`: the upload to which they belong."""
        now = self._clock.monotonic()
        delay = self._delay
        wait = state.delays.uniform(delay.shortest, delay.longest) if delay.longest > delay.shortest else delay.shortest
        state.due = max(state.due, now + wait + extra)  # not before the records that were accepted earlier
        self._accepted += 1
        if self.on_accept is not None:
            self.on_accept(state, records, state.due, upload_id)
        batch = Batch(state.due, self._accepted, state, apply, records)
        heapq.heappush(self._batches, batch)
        if state.due <= now:
            await self.apply_due()
        elif self._batches[0] is batch:
            self.wake_up()

    def restore(self, batches: Iterable[Batch]) -> None:
        """Put batches of an earlier queue back. They get new numbers in the same order."""
        for batch in sorted(batches):
            self._accepted += 1
            heapq.heappush(self._batches, batch._replace(number=self._accepted))
        self.wake_up()

    async def apply_due(self) -> None:
        """Apply everything that is due, in order. Cancelling the caller does not cancel this."""
        if self._task is None or self._task.done():  # a running task goes on until nothing is due
            self._task = asyncio.ensure_future(self._apply_due())
        await asyncio.shield(self._task)

    async def flush(self, state: State | None = None) -> None:
        """Apply everything accepted before this call, due or not, of one organisation or of all."""
        await asyncio.shield(asyncio.ensure_future(self._flush(self._accepted, state)))

    def of(self, state: State) -> list[Batch]:
        """Return the batches of one organisation, in the order in which they will be applied."""
        return sorted(batch for batch in self._batches if batch.state is state)

    def has(self, state: State, item_id: str) -> bool:
        """Return whether an item with this id is in one organisation's queue."""
        waiting = (record for batch in self._batches if batch.state is state for record in batch.records)
        return any(isinstance(record, Item) and record.item_id == item_id for record in waiting)

    def waiting(self) -> Counter[State]:
        """Return the number of queued requests of each organisation."""
        return Counter(batch.state for batch in self._batches)

    def forget(self, state: State) -> None:
        """Drop the batches of an organisation, because its state was replaced."""
        self._batches = [batch for batch in self._batches if batch.state is not state]
        heapq.heapify(self._batches)

    async def hurry(self, state: State, seconds: float) -> None:
        """Make one organisation's batches due `seconds` earlier. Those that are due then are visible when this
        returns."""
        self._batches = [
            batch._replace(due=batch.due - seconds) if batch.state is state else batch for batch in self._batches
        ]
        heapq.heapify(self._batches)
        await self.apply_due()

    @contextlib.asynccontextmanager
    async def pause(self) -> AsyncIterator[None]:
        """Apply no batch inside this block, so that each request is either queued or visible, never half of it."""
        async with self._applying:
            yield
        self.wake_up()

    def close(self) -> None:
        """Stop the timer."""
        if self._timer:
            self._timer.cancel()
            self._timer = None

    async def _apply_due(self) -> None:
        async with self._applying:
            self._slices.begin()  # one slice for all batches together, because many may be small
            while self.next_due <= self._clock.monotonic():
                await self._apply(heapq.heappop(self._batches))
        self.wake_up()

    async def _flush(self, last: int, state: State | None) -> None:
        async with self._applying:
            self._slices.begin()
            meant = (batch for batch in self._batches if batch.number <= last and state in (None, batch.state))
            for batch in sorted(meant):
                if self._take(batch):
                    await self._apply(batch)
        self.wake_up()

    def _take(self, batch: Batch) -> bool:
        """Remove the batch from the queue. Returns False if it was dropped in the meantime."""
        if self._batches and self._batches[0] is batch:
            heapq.heappop(self._batches)
        elif batch in self._batches:
            self._batches.remove(batch)
            heapq.heapify(self._batches)
        else:
            return False
        return True

    async def _apply(self, batch: Batch) -> None:
        for record in batch.records:
            if self._slices.over:
                await self._slices.rest()
            try:
                batch.apply(record)
            except Exception:  # an error of ours must not affect later records
                logger.exception("a record could not be applied")

    def wake_up(self) -> None:
        """Set the timer again after the clock was changed, to when the next batch is due. A clock that stands still
        needs none."""
        self.close()
        if self._batches and (scale := self._clock.scale):
            wait = max(0.0, self.next_due - self._clock.monotonic()) / scale
            self._timer = asyncio.get_running_loop().call_later(wait, self._start)

    def _start(self) -> None:
        self._timer = None
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._apply_due())
