"""Measures the lag of the event loop: the one number that shows whether the mock, and not the client, is slow."""

from __future__ import annotations

import asyncio
from time import perf_counter

SAMPLED_EVERY_SECONDS = 0.1


class LoopLag:
    """Samples the lag from the first call of `take` on, so a mock that nobody watches has no timer."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worst = 0.0

    def take(self) -> float:
        """Return the longest delay of a timer since the last call, in seconds."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop = loop
            self._wait(loop)
        worst, self._worst = self._worst, 0.0
        return worst

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(SAMPLED_EVERY_SECONDS, self._sample, loop, perf_counter() + SAMPLED_EVERY_SECONDS)

    def _sample(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._worst = max(self._worst, perf_counter() - due)
        self._wait(loop)
