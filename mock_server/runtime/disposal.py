"""Frees the data of removed or reset organisations in slices, because freeing 50,000 events at once takes 25 ms."""

from __future__ import annotations

import asyncio

from mock_server.runtime.ingest import IngestQueue
from mock_server.runtime.slices import in_slices
from mock_server.state.organisations import State

_FEW = 5_000  # records that may be freed at once


class Disposal:
    def __init__(self, ingest: IngestQueue) -> None:
        self._ingest = ingest
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, state: State) -> None:
        """Free the state of an organisation that was removed or reset. Its queued records are never applied. Without an
        event loop the state is freed at once."""
        self._ingest.forget(state)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if state.tenant.size > _FEW:
            task = loop.create_task(self._free(state))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Cancel the tasks: the process ends, which frees everything."""
        for task in self._tasks:
            task.cancel()

    async def _free(self, state: State) -> None:
        async with self._ingest.pause():
            pass  # waits for the batch that was being applied to the state
        async for _ in in_slices(state.tenant.dissolve()):
            pass
