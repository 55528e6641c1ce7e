"""The generators' part of the rate limit probe: shoot over fresh connections, report every answer."""

from time import perf_counter
from typing import Any

import gevent
import gevent.pool
import orjson

from fixtures.bodies import event_body, item_body, recommend_body, user_body
from load import _rate_limit
from load._client import LIMITED, new_session, request_headers
from load._endpoints import endpoints
from load._node import Node

_ID = "load-probe"  # what the probe leaves behind: one inactive item, one inactive user, events without an item
_BODIES = {
    "recommend": recommend_body("popular", limit=1),
    "ingestEvents": event_body("load_probe", _ID),
    "upsertItems": item_body(_ID, status="inactive"),
    "upsertUsers": user_body(_ID, status="inactive"),
}
BODIES = {operation: orjson.dumps(body) for operation, body in _BODIES.items()}


class Shooter:
    """Answers the master's messages on one node."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def on_clock(self, msg: Any, **_: Any) -> None:
        """What time is it there? The master does the sums."""
        self._node.send("probe_shots", {"id": msg.data["id"], "clock": perf_counter(), "records": []})

    def on_shots(self, msg: Any, **_: Any) -> None:
        """`lanes` lists of [organisation, operation]; each lane is one new connection and sends one after the other."""
        pool = gevent.pool.Group()
        records: list[list[Any]] = []
        for lane, shots in enumerate(msg.data["lanes"]):
            pool.spawn(self._lane, lane, shots, records)
        pool.join()
        self._node.send("probe_shots", {"id": msg.data["id"], "clock": perf_counter(), "records": records})

    def _lane(self, lane: int, shots: list[list[Any]], records: list[list[Any]]) -> None:
        node = self._node
        plan = node.the_plan
        session = new_session(
            plan.target,
            node.environment.events.request,
            connections=1,
            timeout=plan.request_timeout,
            ca_file=node.machine.ca_file,
        )
        for organisation, operation in shots:
            node.in_flight += 1
            try:
                records.append([organisation, operation, lane, *self._shot(session, organisation, operation)])
            finally:
                node.in_flight -= 1
        session.client.close()

    def _shot(self, session: Any, organisation: int, operation: str) -> list[Any]:
        endpoint, key = endpoints()[operation], self._node.organisations[organisation]
        headers = request_headers(key, endpoint)
        sent = perf_counter()
        with session.request(
            endpoint.method,
            endpoint.path,
            name=endpoint.path,
            data=BODIES[operation],
            headers=headers,
            catch_response=True,
        ) as response:
            answered = perf_counter()
            limits, status = _rate_limit.read(response.headers), response.status_code
            problems: list[str] = []
            if status == 429:
                response.request_meta["name"] = f"{endpoint.path} {LIMITED}"
                problems = list(_rate_limit.problems_of_429(limits, _json(response.content)))
                response.success()
        quota = self._node.samples.quota(key.name)
        quota.sent, quota.limited = quota.sent + 1, quota.limited + (status == 429)
        quota.limit, quota.remaining, quota.reset = limits.limit, limits.remaining, limits.reset
        return [sent, answered, status, limits.limit, limits.remaining, limits.reset, problems]


def _json(content: bytes | None) -> Any:
    try:
        return orjson.loads(content or b"")
    except ValueError:
        return None
