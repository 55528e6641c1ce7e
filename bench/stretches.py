"""How long each kind of work blocks the event loop at most, in CPU time: these are the causes of pauses.

    python -m bench.stretches [--quick] [--write]

In one process and without HTTP, over the shop of bench/rotation.py, with the garbage collector set as the server sets
it. CPU time, so that a busy machine makes little difference. Each is done several times; the longest counts.
"""

import asyncio
import gc
import sys
import tempfile
import time
from asyncio.events import Handle
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

import orjson
from starlette.types import ASGIApp, Message

from bench.part import Options, Part, run
from bench.rotation import SEED, SIZE, Rotation
from bench.uploads import catalogue
from fixtures.world import build_world
from mock_server.app import Layers, create_app
from mock_server.command.seeding import Seed
from mock_server.mock import Mock
from mock_server.runtime import collector
from mock_server.settings import Delay, Settings
from mock_server.state.accounts.uploads import Upload
from mock_server.state.organisations import Organisation

OTHER = "bench-shop"
Act = Callable[[], Awaitable[None]]


class Stretches:
    """Milliseconds of CPU time by kind of work: the longest turn of the event loop, and garbage collections."""

    def __init__(self) -> None:
        self.longest: defaultdict[str, float] = defaultdict(float)
        self.doing = "start"
        self._began = 0.0
        self._run = Handle._run

    def note(self, name: str, seconds: float) -> None:
        self.longest[name] = max(self.longest[name], seconds * 1000)

    @contextmanager
    def watching(self) -> Iterator[None]:
        def timed(handle: Handle) -> None:
            doing, began = self.doing, time.thread_time()
            self._run(handle)
            self.note(doing, time.thread_time() - began)

        gc.callbacks.insert(0, self._collected)
        with patch.object(Handle, "_run", timed):
            yield
        gc.callbacks.remove(self._collected)

    def _collected(self, phase: str, info: Mapping[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
        else:
            self.note(f"a collection of generation {info['generation']}", time.thread_time() - self._began)


class Shop:
    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._fill = Seed("bench", build_world(SIZE, SEED)).fill
        self.mock = Mock(Settings(rate_limit="off", ingest_delay=Delay(0, 0)), fill=self._fill)
        self._app: ASGIApp = create_app(self.mock, layers=Layers(self.mock))
        with tempfile.TemporaryDirectory() as folder:
            self.requests = Rotation(Path(folder)).requests()

    async def ask(self, count: int, organisation: Organisation) -> None:
        for path, body in islice(self.requests, count):
            await self._send(path, orjson.dumps(body), organisation.publishable_key)
            await asyncio.sleep(0)

    async def make(self) -> None:
        self.mock.add_organisation(OTHER, seeded=True)

    async def make_with_own_data(self) -> None:
        self._fill(self.mock.add_organisation(OTHER, seeded=False).tenant)
        collector.freeze()

    async def remove(self) -> None:
        self.mock.remove_organisation(OTHER)

    def file(self) -> BinaryIO:
        """Return a file to upload. The upload closes it."""
        file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115
        file.write(catalogue(self._rows))
        file.seek(0)
        return file

    async def upload(self, file: BinaryIO) -> None:
        endpoint = self.mock.contract.endpoint(f"/organisations/{OTHER}/uploads".encode(), "POST")
        assert endpoint is not None
        upload = Upload("u", "items", "items.csv", "csv", self._rows, self._rows + 1, False, None, 0.0, "bench")
        self.mock.uploads.start(upload, self.mock.organisations[OTHER], file, endpoint.row_checks["items"])
        await self.mock.flush()

    async def _send(self, path: str, body: bytes, key: str) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            assert message.get("status", 200) in (200, 202)

        headers = [(b"x-api-key", key.encode()), (b"content-length", b"%d" % len(body))]
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b""}
        await self._app({**scope, "headers": headers, "client": ("127.0.0.1", 1)}, receive, send)


async def tick() -> None:
    """Collect young objects as the server does."""
    for number in count():
        collector.tick(number)
        await asyncio.sleep(collector.TICK_SECONDS)


async def measure_all(shop: Shop, stretches: Stretches, rounds: int, requests: int) -> None:
    mock, first = shop.mock, shop.mock.organisations.first
    ticking = asyncio.create_task(tick())

    async def do(name: str, act: Awaitable[object]) -> None:
        """Do the work, and everything that it leaves to be done later in slices."""
        stretches.doing = name
        await asyncio.sleep(0)
        await act
        if left := asyncio.all_tasks() - {asyncio.current_task(), ticking}:
            await asyncio.wait(left)
        stretches.doing = "between"
        await asyncio.sleep(0)

    async def reset() -> None:
        mock.reset(first.tenant_id)

    for _ in range(rounds):
        await do("a request of the mixed rotation", shop.ask(requests, first))
        await do("making an organisation with the seed data", shop.make())
        await do("its first requests", shop.ask(30, mock.organisations[OTHER]))
        await do("removing it", shop.remove())
        await do("a reset of the organisation that is asked", reset())
        await do("its first requests after it", shop.ask(30, first))
        stretches.doing = "between"
        await shop.make_with_own_data()
        snapshot = await mock.freeze()
        await do("a snapshot of everything", mock.freeze())
        await do("going back to it", mock.restore(snapshot))
        await do("removing an organisation with a shop of its own", shop.remove())
        await shop.make()
        file = shop.file()
        await do("an upload of items", shop.upload(file))
        await do("removing an organisation with uploaded items", shop.remove())


def measure(options: Options) -> str:
    collector.start()
    rounds, requests, rows = (2, 2_000, 10_000) if options.quick else (5, 10_000, 100_000)
    shop, stretches = Shop(rows), Stretches()
    collector.settle()
    with stretches.watching():
        asyncio.run(measure_all(shop, stretches, rounds, requests))
    named = {name: longest for name, longest in stretches.longest.items() if name not in ("start", "between")}
    table = [f"| {name} | {longest:.1f} |" for name, longest in named.items()]
    size = f"{SIZE.items:,} items, {SIZE.users:,} users, {SIZE.events:,} events"
    return "\n".join(
        ["| what is done | longest stretch, ms of CPU |", "|---|---|", *table, "", f"{rounds} times each; {size}."]
    )


PART = Part("stretches", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
