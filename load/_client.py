"""Sends one step with the right key, judges the response, measures it, and counts it as success, refusal (429) or
failure."""

from typing import Any

from load import _rate_limit
from load._arrivals import counts_from
from load._endpoints import Endpoint, endpoints
from load._http import Connections, request_headers, tell_locust
from load._journeys import Reply, Step
from load._keys import Organisation
from load._node import Node
from load._rate_limit import RateLimit
from load._responses import Refusal, judge
from load._samples import Samples

LIMITED = "[429]"  # follows the name of a refused request


class Sender:
    """Sends steps over one connection pool. Measurements go to the node's samples, which every report replaces."""

    def __init__(self, connections: Connections, node: Node, request_event: Any) -> None:
        self._connections, self._node, self._event = connections, node, request_event
        self._headers: dict[tuple[str, str], dict[str, str]] = {}

    def send(self, organisation: Organisation, step: Step, due: float | None = None) -> tuple[Reply, RateLimit]:
        """Send the step; return reply and rate limit. `due`: when it should have been sent, by `perf_counter`."""
        endpoint = endpoints()[step.operation]
        response = self._connections.send(endpoint, step.body, self._headers_for(organisation, endpoint))
        begun = counts_from(due, response.sent)
        slot = self._node.slot_of(response.sent if due is None else due)
        samples = self._node.samples
        name = f"{endpoint.name} {step.label}" if step.label else endpoint.name
        shown = f"{endpoint.path} {step.label}" if step.label else endpoint.path
        limits = _rate_limit.read(response.headers)
        _note_quota(samples, organisation, limits, response.status, slot)
        try:
            reply = judge(endpoint, step, response.status, response.content, response.error, limits)
        except Refusal as refusal:
            samples.failed(name, slot, self._node.redactor.text(str(refusal)))
            tell_locust(self._event, endpoint, shown, response, begun, refusal)
            return Reply(response.status), limits
        if reply.status == 429:
            shown = f"{shown} {LIMITED}"
            samples.limited(name, slot)
        elif reply.status == endpoint.success:
            samples.answered(name, slot, response.answered - begun, response.answered - response.sent)
            if endpoint.operation_id == "recommend":
                latency = reply.data.get("latency_ms")
                samples.listed(name, slot, bool(reply.items), latency if _is_time(latency) else None)
        tell_locust(self._event, endpoint, shown, response, begun, None)
        return reply, limits

    def _headers_for(self, organisation: Organisation, endpoint: Endpoint) -> dict[str, str]:
        headers = self._headers.get((organisation.name, endpoint.key_type))
        if headers is None:
            headers = self._headers[organisation.name, endpoint.key_type] = request_headers(organisation, endpoint)
        return headers


def _note_quota(samples: Samples, organisation: Organisation, limits: RateLimit, status: int, slot: int) -> None:
    quota = samples.quota(organisation.name)
    quota.sent += 1
    quota.limited += status == 429
    if limits.remaining is not None:
        quota.limit, quota.remaining, quota.reset = limits.limit, limits.remaining, limits.reset
        lowest = samples.lowest_remaining
        if limits.remaining < lowest.get(slot, limits.remaining + 1):
            lowest[slot] = limits.remaining


def _is_time(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e7
