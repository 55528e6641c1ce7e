"""Splits long work on the event loop into slices, so that requests are served in between."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from time import perf_counter
from typing import TypeVar

SLICE_SECONDS = 0.001  # how long a slice may block the event loop

Step = TypeVar("Step")


class Slices:
    """Measures slices. `over` is true when the current one is used up; then call `rest`."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._until = perf_counter() + SLICE_SECONDS

    @property
    def over(self) -> bool:
        return perf_counter() > self._until

    async def rest(self) -> None:
        """Sleep for as long as the slice took: a request needs several turns of the event loop, and should not wait for
        a slice in each of them."""
        await asyncio.sleep(SLICE_SECONDS)
        self.begin()


async def in_slices(steps: Generator[Step, None, None]) -> AsyncGenerator[Step, None]:
    """Yield the same steps, in slices. Closing this generator closes `steps`."""
    slices = Slices()
    with contextlib.closing(steps):
        for step in steps:
            yield step
            if slices.over:
                await slices.rest()
