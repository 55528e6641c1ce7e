"""The mock with a log of pauses: `python -m bench.peers.watched_mock FILE [options of lehnz-mock]`.

Each second it writes a line of JSON: the longest pause of the event loop, the longest garbage collection, and the
memory of the process. Nothing else is changed."""

import asyncio
import gc
import json
import sys
import time
from typing import Any
from unittest.mock import patch

import psutil

from mock_server.__main__ import main
from mock_server.command.server import Server

FILE, EVERY_SECONDS = sys.argv.pop(1), 0.005


class Collections:
    """Records the durations of garbage collections since the last call."""

    def __init__(self) -> None:
        self.longest = self._began = 0.0
        gc.callbacks.insert(0, self._note)

    def _note(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self.longest = max(self.longest, time.perf_counter() - self._began)

    def take(self) -> float:
        longest, self.longest = self.longest, 0.0
        return longest


async def watch() -> None:
    process, collections, began = psutil.Process(), Collections(), time.perf_counter()
    with open(FILE, "w", buffering=1, encoding="utf-8") as diary:  # noqa: ASYNC230 - a line a second
        while True:
            pause, until = 0.0, time.perf_counter() + 1
            while (now := time.perf_counter()) < until:
                await asyncio.sleep(EVERY_SECONDS)
                pause = max(pause, time.perf_counter() - now - EVERY_SECONDS)
            line = {
                "second": time.perf_counter() - began,
                "pause_ms": pause * 1000,
                "collector_ms": collections.take() * 1000,
                "memory_mb": process.memory_info().rss / 2**20,
            }
            print(json.dumps(line), file=diary)


class Watched(Server):
    async def startup(self, *given: Any, **named: Any) -> None:
        await super().startup(*given, **named)
        self.watching = asyncio.get_running_loop().create_task(watch())


with patch("mock_server.command.running.Server", Watched):
    sys.exit(main())
