"""The cost of the fault layer for a request that no fault hits, in CPU time compared with the API without the layer.

    python -m bench.fault_cost [--quick] [--write]

In one process and without HTTP, so that nothing else is measured: one question, repeated. Its list is cached, so it is
the cheapest request there is. The variants alternate; the result is the ratio within a round."""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.part import Options, Part, run
from fixtures.world import build_world
from mock_server.app import Layers, make_api
from mock_server.command.seeding import Seed
from mock_server.context import Resolver
from mock_server.layers.faults.fault import Fault
from mock_server.layers.faults.layer import FaultLayer
from mock_server.mock import Mock
from mock_server.runtime import collector
from mock_server.settings import Settings

BODY = json.dumps({"strategy": "popular", "limit": 20}).encode()
REQUESTS = 300  # in each round
OTHERS = "acme-books"  # the faults apply to this organisation; the requests come from another one


def make(faults: int | None) -> tuple[Mock, ASGIApp]:
    """Return a mock and its API with `faults` faults set; None leaves the fault layer out."""
    settings = Settings(rate_limit="off")
    mock = Mock(settings, fill=Seed("small", build_world("small", seed=42)).fill)
    layers = Layers(mock)
    api: ASGIApp = make_api(mock)
    if faults is not None:
        for number in range(faults):
            layers.faults.add(Fault(kind="status", status=500, tenant_id=OTHERS, name=f"fault {number}"))
        api = FaultLayer(api, layers.faults, layers.wire)
    return mock, resolved(mock, api)


def resolved(mock: Mock, app: ASGIApp) -> ASGIApp:
    """Resolve route and caller before `app` is called, as the server does before the layers."""
    resolver = Resolver(mock.contract, mock.organisations.keys)

    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        resolver.resolve(scope)
        await app(scope, receive, send)

    return outermost


def measure(options: Options) -> str:
    collector.settle()
    rounds = 10 if options.quick else 60
    variants: dict[str, tuple[Mock, ASGIApp]] = {
        "no layer": make(None),
        "no faults": make(0),
        "1 fault of another organisation": make(1),
        "20 faults of another organisation": make(20),
    }
    found: dict[str, list[float]] = {name: [] for name in variants}
    for turn in range(-1, rounds):  # the first turn warms up
        for name, (mock, app) in variants.items():
            spent = asyncio.run(spend(app, mock.organisations.first.publishable_key, REQUESTS))
            if turn >= 0:
                found[name].append(spent / REQUESTS * 1e6)
    return _report(found)


async def spend(app: ASGIApp, key: str, count: int) -> float:
    """Return the CPU seconds for this many requests."""
    headers = [(b"x-api-key", key.encode()), (b"content-type", b"application/json")]
    statuses: set[int] = set()

    async def receive() -> Message:
        return {"type": "http.request", "body": BODY}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.add(message["status"])

    began = time.process_time()
    for _ in range(count):
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/recommend",
            "raw_path": b"/v1/recommend",
            "query_string": b"",
            "headers": headers,
            "client": ("127.0.0.1", 1),
        }
        await app(scope, receive, send)
    spent = time.process_time() - began
    assert statuses == {200}, statuses
    return spent


def _report(found: dict[str, list[float]]) -> str:
    rows = ["| faults that are set | CPU us/request | relative to no layer, median (least, most) |", "|---|---|---|"]
    return "\n".join([*rows, *(row(name, spent, found["no layer"]) for name, spent in found.items())])


def row(name: str, spent: Sequence[float], bare: Sequence[float]) -> str:
    ratios = [each / base for each, base in zip(spent, bare, strict=True)]
    spread = f"{statistics.median(ratios):.3f} ({min(ratios):.3f}, {max(ratios):.3f})"
    return f"| {name} | {statistics.median(spent):,.1f} | {spread} |"


PART = Part("fault_cost", measure)

if __name__ == "__main__":
    sys.exit(run(PART, __doc__))
