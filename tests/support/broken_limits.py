"""A small server of the four operations for the load tests, whose rate limiter or speed is wrong in one named way.

The base URL chooses: `http://127.0.0.1:PORT/FAULT/LIMIT/WINDOW`, each with its own counters; FAULT `none` is a correct
server. Keys are `pk-NAME` and `sk-NAME` of an organisation. `python tests/support/broken_limits.py FILE [CERTIFICATE
KEY]` writes its URL to FILE."""

import asyncio
import itertools
import json
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any

import uvicorn

Headers = dict[str, str]
REPLICAS = 3


@dataclass(frozen=True)
class Hit:
    """One request as a limiter sees it."""

    key: str
    path: str
    connection: int

    @property
    def organisation(self) -> str:
        return self.key.partition("-")[2]


class Limiter:
    """A correct fixed window per organisation; each fault changes one step of it."""

    serves_early = 0.0  # share of the window by which it ends too early
    refusals_push_the_reset = False
    refusals_have_a_reset = True

    def __init__(self, limit: int, window: float) -> None:
        self.limit, self.window = limit, window
        self.windows: dict[str, tuple[float, int]] = {}  # bucket -> end of its window, number of accepted requests

    async def hit(self, hit: Hit) -> tuple[bool, Headers]:
        """Count the request; return whether it is accepted, and its headers."""
        bucket, now = self.bucket(hit), time.monotonic()
        end, used = self.windows.get(bucket, (0.0, 0))
        if now >= end - self.serves_early * self.window:
            end, used = now + self.window, 0
        await self.between_read_and_write()
        passed = used < self.limit
        if not passed and self.refusals_push_the_reset:
            end = now + self.window
        self.windows[bucket] = (end, used + passed)
        return passed, self.headers(passed, used + passed, math.ceil(max(end - time.monotonic(), 0.001)))

    def bucket(self, hit: Hit) -> str:
        return hit.organisation

    async def between_read_and_write(self) -> None:
        """Do nothing, as in an atomic counter; a fault overrides this."""

    def headers(self, passed: bool, used: int, reset: int) -> Headers:
        headers = {"RateLimit-Limit": str(self.shown_limit()), "RateLimit-Remaining": str(self.remaining(used))}
        if passed or self.refusals_have_a_reset:
            headers["RateLimit-Reset"] = self.reset(reset)
        return headers

    def shown_limit(self) -> int:
        return self.limit

    def remaining(self, used: int) -> int:
        return self.limit - used

    def reset(self, seconds: int) -> str:
        return str(seconds)


class OffByOne(Limiter):
    def __init__(self, limit: int, window: float) -> None:
        super().__init__(limit + 1, window)

    def shown_limit(self) -> int:
        return self.limit - 1

    def remaining(self, used: int) -> int:
        return max(0, self.limit - 1 - used)


class Racy(Limiter):
    async def between_read_and_write(self) -> None:
        await asyncio.sleep(0.002)


class PerKey(Limiter):
    def bucket(self, hit: Hit) -> str:
        return hit.key


class PerRoute(Limiter):
    def bucket(self, hit: Hit) -> str:
        return f"{hit.organisation} {hit.path}"


class Global(Limiter):
    def bucket(self, hit: Hit) -> str:
        return hit.key[:0]  # one bucket for all organisations


class RoundRobin(Limiter):
    turns = itertools.count()

    def bucket(self, hit: Hit) -> str:
        return f"{hit.organisation} {next(self.turns) % REPLICAS}"


class Sticky(Limiter):
    def bucket(self, hit: Hit) -> str:
        return f"{hit.organisation} {hit.connection % REPLICAS}"


class NoReset(Limiter):
    refusals_have_a_reset = False


class ResetIsADate(Limiter):
    def reset(self, seconds: int) -> str:
        return formatdate(time.time() + seconds, usegmt=True)


class ResetIsEpoch(Limiter):
    def reset(self, seconds: int) -> str:
        return str(int(time.time()) + seconds)


class EarlyServe(Limiter):
    serves_early = 0.4


class ResetPushed(Limiter):
    refusals_push_the_reset = True


class StuckRemaining(Limiter):
    def remaining(self, used: int) -> int:
        return self.limit - 1 if used < self.limit else 0


class NoLimit(Limiter):
    def __init__(self, limit: int, window: float) -> None:
        super().__init__(1_000_000_000, window)
        self.shown = limit

    def shown_limit(self) -> int:
        return self.shown

    def remaining(self, used: int) -> int:
        return self.shown if used else 0


LIMITERS: dict[str, Callable[[int, float], Limiter]] = {
    "none": Limiter,
    "off-by-one": OffByOne,
    "racy": Racy,
    "per-key": PerKey,
    "per-route": PerRoute,
    "global": Global,
    "round-robin": RoundRobin,
    "sticky": Sticky,
    "no-reset": NoReset,
    "reset-is-a-date": ResetIsADate,
    "reset-is-epoch": ResetIsEpoch,
    "early-serve": EarlyServe,
    "reset-pushed": ResetPushed,
    "stuck-remaining": StuckRemaining,
    "no-limit": NoLimit,
}
DELAYS = {"slow": (33, 0.7)}  # one in so many requests takes so many seconds
ERRORS = {"errors": 50, "all-errors": 1}  # one in so many requests is answered with 500
ENDLESS = {"endless": 25}  # one in so many requests gets a body without an end
STALL, PERIOD = 1.0, 2.0  # fault `stall` sends nothing for one second in every two, so that even a short run meets it


class App:
    """The ASGI application: chooses limiter and speed by the base URL."""

    def __init__(self) -> None:
        self.limiters: dict[str, Limiter] = {}
        self.counts: dict[str, Iterator[int]] = {}
        self.seen: dict[str, int] = {}  # requests per base URL, for GET BASE/count
        self.connections: dict[Any, int] = {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        _, fault, limit, window, *rest = scope["path"].split("/")
        base, path = f"{fault}/{limit}/{window}", "/".join(rest)
        if path == "count":
            await respond(send, 200, {"count": self.seen.get(base, 0)}, {})
            return
        self.seen[base] = self.seen.get(base, 0) + 1
        while (await receive()).get("more_body"):
            pass
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        if base not in self.limiters:
            self.limiters[base] = LIMITERS.get(fault, Limiter)(int(limit), float(window))
            self.counts[base] = itertools.count(1)
        number = next(self.counts[base])
        connection = self.connections.setdefault(scope["client"], len(self.connections))
        passed, limits = await self.limiters[base].hit(Hit(headers.get("x-api-key", ""), path, connection))
        every, delay = DELAYS.get(fault, (0, 0.0))
        if every and number % every == 0:
            await asyncio.sleep(delay)
        if fault == "stall" and (moment := time.monotonic() % PERIOD) < STALL:
            await asyncio.sleep(STALL - moment)
        if fault == "one-refused" and headers.get("x-api-key", "").endswith("1"):
            await respond(send, 401, {"success": False, "message": "who?", "data": None, "error": "x"}, {})
        elif fault == "redirect":
            await respond(send, 308, {}, {"Location": f"http://127.0.0.1:1/{path}"})
        elif fault in ENDLESS and number % ENDLESS[fault] == 0:
            await respond_without_end(send)
        elif fault in ERRORS and number % ERRORS[fault] == 0:
            await respond(send, 500, {"success": False, "message": "broken", "data": None, "error": "x"}, limits)
        elif not passed:
            await respond(send, 429, {"success": False, "message": "slow down", "data": None, "error": "x"}, limits)
        else:
            await respond(send, 200 if path == "v1/recommend" else 202, answer(path, fault), limits)


def answer(path: str, fault: str) -> dict[str, Any]:
    """Return the success of that path; with fault `empty`, lists have no items."""
    data: dict[str, Any] = {"accepted": 1}
    if path == "v1/recommend":
        items = [] if fault == "empty" else [f"prod_{number}" for number in range(1, 5)]
        results = [{"item_id": item, "score": 0.5, "reason": "popular", "metadata": {}} for item in items]
        pagination = {"page": 1, "limit": 20, "total_count": len(items), "has_next": False}
        data = {"recommendation_id": "550e8400-e29b-41d4-a716-446655440000", "recommended_items": items}
        data |= {"results": results, "pagination": pagination, "latency_ms": 0.5}
    return {"success": True, "message": "Success", "data": data, "error": None}


async def respond(send: Any, status: int, body: dict[str, Any], headers: Headers) -> None:
    content = json.dumps(body).encode()
    lines = {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}
    encoded = [(name.lower().encode(), value.encode()) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": content})


async def respond_without_end(send: Any) -> None:
    """Send a body until the client closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    for _ in range(10_000):
        await send({"type": "http.response.body", "body": b" " * 65_536, "more_body": True})
        await asyncio.sleep(0)


class Server(uvicorn.Server):
    """Runs the application, and writes its URL to a file once it listens."""

    def __init__(self, config: uvicorn.Config, url_file: Path) -> None:
        super().__init__(config)
        self.url_file = url_file

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        partial = self.url_file.with_suffix(".partial")
        scheme = "https" if self.config.is_ssl else "http"
        partial.write_text(f"{scheme}://127.0.0.1:{port}", encoding="utf-8")
        partial.rename(self.url_file)


if __name__ == "__main__":
    tls: dict[str, Any] = dict(zip(("ssl_certfile", "ssl_keyfile"), sys.argv[2:], strict=False))
    config = uvicorn.Config(App(), port=0, log_level="warning", access_log=False, lifespan="off", **tls)
    Server(config, Path(sys.argv[1])).run()
