"""The cost of a state file: CPU time of the mixed rotation compared with no state file, and the duration of a start.

    python -m bench.state_cost [--quick] [--write]

In one process and without HTTP, over the whole application with journal and metrics: the rotation of the recommend
benchmark (nineteen recommendations, one event), 16 requests at a time, as a busy server has them. The variants take
turns; what counts are the ratios within a round. Then a file with 50,000 events that were sent one by one is loaded.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message

from bench.part import Options, Part, run
from bench.rotation import Rotation
from fixtures.bodies import event_body
from fixtures.sources import load_world
from mock_server.app import Layers, create_app
from mock_server.command.seeding import Seed
from mock_server.mock import Mock
from mock_server.runtime import collector
from mock_server.runtime.durable.store import Store
from mock_server.settings import Settings

AT_ONCE = 16
REQUESTS = 320  # in each round
EVENTS = 50_000  # in the file that is loaded


def measure(options: Options) -> str:
    with tempfile.TemporaryDirectory(prefix="lehnz-state-") as folder:
        rotation = Rotation(Path(folder))
        world = load_world(rotation.shop, seed=0)
        seed = Seed("shop", world)
        requests = list(islice(rotation.requests(), 9 * 3 * REQUESTS))
        collector.settle()
        variants = {
            "without": _made(seed, None),
            "`--state FILE`": _made(seed, Path(folder, "normal.db")),
        }
        ratios = asyncio.run(_rounds(variants, requests, 10 if options.quick else 40))
        started = asyncio.run(_load(Path(folder, "events.db"), EVENTS // 10 if options.quick else EVENTS))
    rows = ["| | CPU us/request | throughput relative to without, median (least, most) |", "|---|---|---|"]
    for name, spent in ratios.items():
        to = [bare / each for bare, each in zip(ratios["without"], spent, strict=True)]
        rows.append(
            f"| {name} | {statistics.median(spent):.0f} | {statistics.median(to):.2f} ({min(to):.2f}, {max(to):.2f}) |"
        )
    return "\n".join([*rows, "", started])


def _made(seed: Seed, path: Path | None) -> tuple[Mock, ASGIApp]:
    mock = Mock(Settings(rate_limit="off"), fill=seed.fill)
    layers = Layers(mock)
    if path is not None:
        mock.keep(Store.open(path, "normal"), "normal")
    return mock, create_app(mock, layers=layers)


async def _rounds(
    variants: dict[str, tuple[Mock, ASGIApp]], requests: Sequence[tuple[str, dict[str, Any]]], rounds: int
) -> dict[str, list[float]]:
    for mock, _ in variants.values():
        mock.start()
    found: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(-3, rounds):
        start = (turn + 3) * REQUESTS % len(requests)
        batch = requests[start : start + REQUESTS]
        for name, (mock, app) in variants.items():
            spent = await spend(app, mock.organisations.first.publishable_key, batch)
            if turn >= 0:
                found[name].append(spent / REQUESTS * 1e6)
    for mock, _ in variants.values():
        mock.close()
    return found


async def spend(app: ASGIApp, key: str, requests: Sequence[tuple[str, dict[str, Any]]]) -> float:
    """Return the CPU seconds for these requests, with `AT_ONCE` of them open at a time."""
    headers = [(b"x-api-key", key.encode()), (b"content-type", b"application/json")]
    waiting = [(path, json.dumps(body).encode()) for path, body in reversed(requests)]
    began = time.process_time()

    async def client() -> None:
        while waiting:
            await _ask(app, headers, *waiting.pop())
            await asyncio.sleep(0)  # in both variants, because otherwise only one of them would apply events here

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    return time.process_time() - began


async def _ask(app: ASGIApp, headers: list[tuple[bytes, bytes]], path: str, body: bytes) -> None:
    statuses: list[int] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
    }
    await app(scope, receive, send)
    assert statuses[0] < 300, statuses


async def _load(path: Path, count: int) -> str:
    """Measure the start from a file that a killed mock left behind."""
    mock, app = _made(Seed("none", load_world("none", 0)), path)
    mock.start()
    names = ("view", "view", "click", "add_to_cart", "purchase")
    events = [
        (
            "/v1/ingest/events/ingest",
            event_body(names[n % 5], f"user_{n % 900}", f"prod_{n * 7 % 1000}", event_id=f"e{n}"),
        )
        for n in range(count)
    ]
    await spend(app, mock.organisations.first.publishable_key, events)
    await mock.flush()
    assert mock.keeper is not None
    mock.keeper._store.close()  # as after a kill: every event has a row of its own
    mock.ingest.close()
    began, cpu = time.perf_counter(), time.process_time()
    again, _ = _made(Seed("none", load_world("none", 0)), path)
    again.start()
    took, spent = time.perf_counter() - began, time.process_time() - cpu
    await again.flush()  # events of the last moments have their ingest delay before them again
    found = len(again.organisations.first.tenant.events)
    assert found == count, found
    again.close()
    return f"A file with {count:,} events, each sent by itself, was loaded in {took:.2f} s ({spent:.2f} s of CPU)."


PART = Part("state_cost", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
