"""A server for the load benchmarks: answers a recommendation of twenty items at once, or as its mode demands.

`python bench/load_target.py URL_FILE [stall|known|slow|fast] [LOG]`: `stall` stops a second in every five; `known`
takes lognormal times (median 20 ms), 800 ms for 2 in 100, and stops two seconds in every ten; `slow` serves one request
at a time, 10 ms each; `fast` works about 0.3 ms for each, so that a core serves some 3,000/s. LOG: the seconds of every
answer, from the request's arrival on, a line each."""

import asyncio
import json
import math
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import uvicorn

ITEMS = [f"prod_{number}" for number in range(1, 21)]
RESULTS = [
    {"item_id": item, "score": 0.5, "reason": "behavioral_match", "metadata": {"brand": "Sony", "price": 89.99}}
    for item in ITEMS
]
DATA = {
    "recommendation_id": "550e8400-e29b-41d4-a716-446655440000",
    "tenant_id": "glow-beauty-ng",
    "domain": "commerce",
    "strategy": "popular",
    "mode": "behavioral",
    "results": RESULTS,
    "recommended_items": ITEMS,
    "pagination": {"page": 1, "limit": 20, "total_count": 48, "has_next": False},
    "latency_ms": 0.4,
}
BODY = json.dumps({"success": True, "message": "Success", "data": DATA, "error": None}).encode()
HEADERS = [
    (b"content-type", b"application/json"),
    (b"content-length", str(len(BODY)).encode()),
    (b"ratelimit-limit", b"1000000"),
    (b"ratelimit-remaining", b"999999"),
    (b"ratelimit-reset", b"900"),
]
STALLS = {"stall": (5.0, 1.0), "known": (10.0, 2.0)}  # seconds: the period; how long nothing is sent in each
MODE = sys.argv[2] if len(sys.argv) > 2 else ""
LOG = Path(sys.argv[3]).open("a", encoding="utf-8", buffering=1) if len(sys.argv) > 3 else None  # noqa: SIM115
RNG = Random(7)
ONE_AT_A_TIME = asyncio.Lock()
WORK = 15_000  # how many numbers are added up for each request


async def app(_: Any, receive: Any, send: Any) -> None:
    arrived = time.perf_counter()
    while (await receive()).get("more_body"):
        pass
    period, stall = STALLS.get(MODE, (1.0, 0.0))
    if (moment := time.monotonic() % period) < stall:
        await asyncio.sleep(stall - moment)
    if MODE == "known":
        await asyncio.sleep(0.8 if RNG.random() < 0.02 else RNG.lognormvariate(math.log(0.02), 0.5))
    elif MODE == "slow":
        async with ONE_AT_A_TIME:
            await asyncio.sleep(0.01)
    elif MODE == "fast":
        sum(range(WORK))
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
    if LOG is not None:
        LOG.write(f"{time.perf_counter() - arrived:.6f}\n")


def write_url(port: int) -> None:
    Path(sys.argv[1]).write_text(f"http://127.0.0.1:{port}", encoding="utf-8")


class Server(uvicorn.Server):
    """A server that writes its URL to a file once it listens."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        write_url(port)


if __name__ == "__main__":
    Server(uvicorn.Config(app, port=0, log_level="error", access_log=False, lifespan="off")).run()
