"""Splits long work on the event loop into slices, so that requests are served in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from time import perf_counter
from typing import TypeVar

SLICE_SECONDS = 0.0005  # how long a slice may block the event loop
LEAST_SHARE = 0.05  # of the time of others, however busy they are: else work that comes regularly would pile up
REST_SECONDS = 0.001
TURNS = 3  # of the event loop, in which a request that has arrived is read, begun and answered
OTHERS_SECONDS = 0.00004  # if the turns take longer, others worked: empty ones take 5 to 15 us, a request 60 or more

Step = TypeVar("Step")


class Slices:
    """Measures slices. `over` is true when the current one is used up; then call `rest`."""

    def __init__(self) -> None:
        self.begin()

    def begin(self, rested: float = 0.0) -> None:
        """Begin a slice, a longer one after a long rest (in seconds)."""
        self._until = perf_counter() + max(SLICE_SECONDS, LEAST_SHARE * rested)

    @property
    def over(self) -> bool:
        return perf_counter() > self._until

    async def rest(self) -> None:
        """Let others work, and begin a new slice. If somebody did, sleep, because the next request of the same client
        comes soon, and none should wait for more than one slice. If nobody did, go on at once."""
        began = perf_counter()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        if perf_counter() - began > OTHERS_SECONDS:
            await asyncio.sleep(REST_SECONDS)
        self.begin(perf_counter() - began)


async def in_slices(steps: Generator[Step, None, None]) -> AsyncGenerator[Step, None]:
    """Yield the same steps, in slices. Closing this generator closes `steps`."""
    slices = Slices()
    with contextlib.closing(steps):
        for step in steps:
            yield step
            if slices.over:
                await slices.rest()
