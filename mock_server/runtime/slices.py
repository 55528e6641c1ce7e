"""Long work on the event loop in slices: requests get their turn between them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from time import perf_counter
from typing import TypeVar

SLICE_SECONDS = 0.001  # how long work may keep the event loop to itself

Step = TypeVar("Step")


class Slices:
    """`over` says that a slice has been used up; then `rest`."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._until = perf_counter() + SLICE_SECONDS

    @property
    def over(self) -> bool:
        return perf_counter() > self._until

    async def rest(self) -> None:
        """As long as a slice was: to serve a request takes several turns of the event loop, and whoever comes meanwhile
        waits for a slice in none of them."""
        await asyncio.sleep(SLICE_SECONDS)
        self.begin()


async def in_slices(steps: Generator[Step, None, None]) -> AsyncGenerator[Step, None]:
    """The same steps; the generator is closed with this one."""
    slices = Slices()
    with contextlib.closing(steps):
        for step in steps:
            yield step
            if slices.over:
                await slices.rest()
