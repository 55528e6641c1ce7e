"""Raw sockets against a mock: broken, truncated, split, pipelined and abandoned requests, while a healthy client works.

    python -m bench.wire [--cases 100000] [--seed 1] [--at-once 20]

Prints how the cases ended, how long the healthy client waited, and the memory of the mock. Exit code 1 for a 5xx other
than 501, for a traceback in the log, and for a complete request without a response."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import psutil

from bench.wire_cases import Case, case
from fixtures.mock_process import RunningMock, running_mock

ANSWER_SECONDS = 10.0  # seconds to wait for a response that must come
GLANCE_SECONDS = 0.05  # seconds to wait for a response that may not come
OPTIONS = ("--seed-data", "small", "--rate-limit", "off", "--auth-rate-limit", "off", "--ingest-delay", "0", "--quiet")
_RESET = struct.pack("ii", 1, 0)
_POLLS = b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass
class Outcome:
    """How the cases ended. `odd`: the numbers of the cases that need a look, with the reason."""

    statuses: Counter[int] = field(default_factory=Counter)
    odd: list[tuple[int, str]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)  # seconds that the healthy client waited

    @property
    def p99(self) -> float:
        return sorted(self.waits)[int(len(self.waits) * 0.99)] if self.waits else 0.0


async def run(url: str, keys: list[str], numbers: range, seed: int, at_once: int) -> Outcome:
    """Send the cases with these numbers."""
    parts, outcome = urlsplit(url), Outcome()
    host, port = str(parts.hostname), parts.port or 80
    waiting = iter(numbers)

    async def sends() -> None:
        for number in waiting:
            await _send(host, port, number, case(seed, number, keys), outcome)

    healthy = asyncio.ensure_future(_healthy(host, port, outcome))
    try:
        await asyncio.gather(*(sends() for _ in range(at_once)))
    finally:
        healthy.cancel()
        await asyncio.gather(healthy, return_exceptions=True)
    return outcome


async def _send(host: str, port: int, number: int, each: Case, outcome: Outcome) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    received = b""
    try:
        with contextlib.suppress(ConnectionError):
            for piece in each.pieces:
                writer.write(piece)
                await writer.drain()
            if each.half_closes and not each.leaves:
                with contextlib.suppress(OSError):
                    writer.write_eof()
            if not each.leaves:
                received = await _received(reader, ANSWER_SECONDS if each.whole else GLANCE_SECONDS)
        statuses = _statuses(received)
        outcome.statuses.update(statuses or [0])
        if any(status >= 500 and status != 501 for status in statuses):
            outcome.odd.append((number, f"answered {statuses}"))
        if each.whole and not statuses:
            outcome.odd.append((number, "no answer"))
    finally:
        if each.leaves == "reset":
            with contextlib.suppress(OSError):  # the server closed first
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _received(reader: asyncio.StreamReader, seconds: float) -> bytes:
    """Read until nothing more arrives; after the first response, read only what has already arrived."""
    found = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        while part := await asyncio.wait_for(reader.read(262_144), GLANCE_SECONDS if _statuses(found) else seconds):
            found += part
    return found


def _statuses(received: bytes) -> list[int]:
    """Return the statuses of all responses; no body contains a text like a status line."""
    found = []
    for part in received.split(b"HTTP/1.1 ")[1:]:
        with contextlib.suppress(ValueError):
            found.append(int(part[:3]))
    return [status for status in found if status != 100]


async def _healthy(host: str, port: int, outcome: Outcome) -> None:
    """Send one request after the other on one connection, as a healthy client does."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        while True:
            began = time.perf_counter()
            writer.write(_POLLS)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
            outcome.waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.01)
    finally:
        writer.close()


@contextlib.contextmanager
def measured_mock() -> Iterator[tuple[RunningMock, psutil.Process]]:
    with running_mock(*OPTIONS) as mock:
        yield mock, psutil.Process(mock.pid)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=20)
    arguments = parser.parse_args()
    with measured_mock() as (mock, process):
        keys = [mock.publishable_key, mock.secret_key]
        numbers = range(arguments.first, arguments.first + arguments.cases)
        tenth = numbers[: max(1, len(numbers) // 10)]
        warm = asyncio.run(run(mock.url, keys, tenth, arguments.seed, arguments.at_once))
        before = process.memory_info().rss
        outcome = asyncio.run(run(mock.url, keys, numbers[len(tenth) :], arguments.seed, arguments.at_once))
        grown = process.memory_info().rss - before
        log = mock.log.read_text(encoding="utf-8", errors="replace")
    traces, lines = log.count("Traceback"), len(log.splitlines())
    odd = [*warm.odd, *outcome.odd]
    statuses = warm.statuses + outcome.statuses
    print(json.dumps({"cases": arguments.cases, "statuses": dict(sorted(statuses.items())), "odd": odd[:20]}))
    print(f"healthy client: p99 {outcome.p99 * 1000:.1f} ms, longest {max(outcome.waits) * 1000:.1f} ms")
    print(f"memory after the first tenth: {before / 2**20:.0f} MiB, and {grown / 2**20:+.1f} MiB since")
    print(f"log: {lines} lines, {traces} tracebacks")
    if traces:
        print(log[-8_000:])
    return 1 if odd or traces else 0


if __name__ == "__main__":
    sys.exit(main())
