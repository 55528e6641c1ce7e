"""A server for the load benchmarks: answers a recommendation of twenty items at once, or stalls a second in every five.

`python bench/load_target.py URL_FILE [stall]`."""

import asyncio
import json
import sys
import time
from pathlib import Path
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
PERIOD, STALL = 5.0, 1.0


async def app(_: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    if "stall" in sys.argv and (moment := time.monotonic() % PERIOD) < STALL:
        await asyncio.sleep(STALL - moment)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def write_url(port: int) -> None:
    Path(sys.argv[1]).write_text(f"http://127.0.0.1:{port}", encoding="utf-8")


class Server(uvicorn.Server):
    """Writes its URL to a file once it listens."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        write_url(port)


if __name__ == "__main__":
    Server(uvicorn.Config(app, port=0, log_level="error", access_log=False, lifespan="off")).run()
