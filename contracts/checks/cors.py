"""A browser on any origin may call the two browser-safe operations and read the response."""

from contracts.checks.common import valid_body
from contracts.exchange import Exchange
from contracts.run.probe import Probe
from contracts.run.registry import check
from fixtures.spec import Operation

ORIGIN = "https://shop.example"


def _operations(probe: Probe) -> tuple[Operation, Operation]:
    return probe.operations.events, probe.operations.recommend


def _allows_origin(exchange: Exchange) -> bool:
    return exchange.headers.get("access-control-allow-origin") in ("*", ORIGIN)


@check("CORS-preflight")
def preflight(probe: Probe) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST", "Content-Type": None}
    asked["Access-Control-Request-Headers"] = "content-type,x-api-key"
    for operation in _operations(probe):
        exchange = probe.request("OPTIONS", operation.path, probe.credentials.none(), headers=asked)
        where = operation.operation_id
        probe.expect(exchange.ok, f"{where}: status", "2xx", f"{exchange.status}", exchange, operation=where)
        probe.expect(
            _allows_origin(exchange),
            f"{where}: origin",
            "Access-Control-Allow-Origin",
            "none",
            exchange,
            operation=where,
        )
        allowed = exchange.headers.get("access-control-allow-headers", "").lower().replace(" ", "").split(",")
        held = {"x-api-key", "content-type"} <= set(allowed) or "*" in allowed
        probe.expect(
            held,
            f"{where}: headers",
            "x-api-key and content-type allowed",
            ",".join(allowed),
            exchange,
            operation=where,
        )


@check("CORS-answers")
def answers(probe: Probe) -> None:
    """Check error responses too: a page that can't read a 401 can't show what is wrong."""
    for operation in _operations(probe):
        body = valid_body(probe, operation)
        for case, credential in {"success": None, "401": probe.credentials.none()}.items():
            exchange = probe.send(operation, body, credential, headers={"Origin": ORIGIN})
            probe.expect(_allows_origin(exchange), case, "Access-Control-Allow-Origin", "none", exchange)


@check("CORS-exposes-rate-limit")
def exposes_rate_limit(probe: Probe) -> None:
    for operation in _operations(probe):
        exchange = probe.send(operation, valid_body(probe, operation), headers={"Origin": ORIGIN})
        exposed = exchange.headers.get("access-control-expose-headers", "").lower()
        for name in ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"):
            probe.expect(name in exposed, name, f"{name} exposed to scripts", exposed or "nothing", exchange)
