"""Frees the data of removed or reset organisations in slices, one organisation after the other, because freeing all
of it at once would hold up requests (`python -m bench.stretches`)."""

from __future__ import annotations

import asyncio
from collections import deque

from mock_server.runtime.ingest import IngestQueue
from mock_server.runtime.slices import in_slices
from mock_server.state.organisations import State


class Disposal:
    def __init__(self, ingest: IngestQueue) -> None:
        self._ingest = ingest
        self._waiting: deque[State] = deque()
        self._task: asyncio.Task[None] | None = None

    def take(self, state: State) -> None:
        """Free the state of an organisation that was removed or reset. Its queued records are never applied. Without an
        event loop the state is freed at once."""
        self._ingest.forget(state)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._waiting.append(state)
        if self._task is None or self._task.done():
            self._task = loop.create_task(self._free())

    async def finished(self) -> None:
        """Return when everything that was taken is freed."""
        if self._task is not None:
            await asyncio.shield(self._task)

    def close(self) -> None:
        """Cancel the work: the process ends, which frees everything."""
        if self._task is not None:
            self._task.cancel()

    async def _free(self) -> None:
        while self._waiting:
            state = self._waiting.popleft()
            async with self._ingest.pause():
                pass  # waits for the batch that was being applied to the state
            async for _ in in_slices(state.tenant.dissolve()):
                pass
            del state
