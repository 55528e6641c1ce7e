"""The generator side of the rate limit probe: sends over new connections, reports every response."""

from time import perf_counter
from typing import Any

import gevent
import gevent.pool
import orjson

from fixtures.bodies import event_body, item_body, recommend_body, user_body
from load import _rate_limit
from load._client import LIMITED
from load._endpoints import endpoints
from load._http import Connections, request_headers, tell_locust
from load._node import Node
from load._responses import Refusal

_ID = "load-probe"  # the probe's data: one inactive item, one inactive user, events without an item
_BODIES = {
    "recommend": recommend_body("popular", limit=1),
    "ingestEvents": event_body("load_probe", _ID),
    "upsertItems": item_body(_ID, status="inactive"),
    "upsertUsers": user_body(_ID, status="inactive"),
}
BODIES = {operation: orjson.dumps(body) for operation, body in _BODIES.items()}


class Shooter:
    """Handles the master's messages on one node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def on_clock(self, msg: Any, **_: Any) -> None:
        """Report this machine's time; the master computes the offset."""
        self._node.send("probe_shots", {"id": msg.data["id"], "clock": perf_counter(), "records": []})

    def on_shots(self, msg: Any, **_: Any) -> None:
        """Send the requests. `lanes`: lists of [organisation, operation]; each lane is one new connection that sends
        them in sequence."""
        pool = gevent.pool.Group()
        records: list[list[Any]] = []
        for lane, shots in enumerate(msg.data["lanes"]):
            pool.spawn(self._lane, lane, shots, records)
        pool.join()
        self._node.send("probe_shots", {"id": msg.data["id"], "clock": perf_counter(), "records": records})

    def _lane(self, lane: int, shots: list[list[Any]], records: list[list[Any]]) -> None:
        node = self._node
        connections = node.connect(1)
        for organisation, operation in shots:
            node.in_flight += 1
            try:
                records.append([organisation, operation, lane, *self._shot(connections, organisation, operation)])
            finally:
                node.in_flight -= 1
        connections.close()

    def _shot(self, connections: Connections, organisation: int, operation: str) -> list[Any]:
        node, endpoint = self._node, endpoints()[operation]
        key = node.organisations[organisation]
        response = connections.send(endpoint, BODIES[operation], request_headers(key, endpoint))
        limits, name, exception = _rate_limit.read(response.headers), endpoint.path, None
        problems: list[str] = []
        if response.status == 429:
            name = f"{endpoint.path} {LIMITED}"
            problems = list(_rate_limit.problems_of_429(limits, _json(response.content)))
        elif not 200 <= response.status < 300:
            exception = Refusal(f"status {response.status}" if response.status else f"no response: {response.error}")
        tell_locust(node.environment.events.request, endpoint, name, response, response.sent, exception)
        quota = node.samples.quota(key.name)
        quota.sent, quota.limited = quota.sent + 1, quota.limited + (response.status == 429)
        quota.limit, quota.remaining, quota.reset = limits.limit, limits.remaining, limits.reset
        return [
            response.sent,
            response.answered,
            response.status,
            limits.limit,
            limits.remaining,
            limits.reset,
            problems,
        ]


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except ValueError:
        return None
