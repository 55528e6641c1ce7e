"""One request: sent with the right key, judged, measured, and counted as a success, a refusal (429) or a failure."""

import ssl
from time import perf_counter
from typing import Any

import gevent
import orjson
from locust.contrib.fasthttp import FastHttpSession

from load import _rate_limit
from load._endpoints import Endpoint, endpoints
from load._journeys import Reply, Step
from load._keys import Organisation
from load._rate_limit import RateLimit
from load._samples import SLOT, Samples

LIMITED = "[429]"  # what stands after the name of a refused request


class Refusal(Exception):
    """An answer that isn't what the contract promises; the text says what is wrong with it."""


class Sender:
    """Sends steps for one connection pool; what it measures goes to `samples()`, which changes with every report."""

    def __init__(self, session: Any, node: Any) -> None:
        self._session, self._node = session, node
        self._headers: dict[tuple[str, str], dict[str, str]] = {}

    def send(self, organisation: Organisation, step: Step, due: float | None = None) -> tuple[Reply, RateLimit]:
        """`due`: when it should have been sent, by `perf_counter`; response times count from then."""
        node, endpoint = self._node, endpoints()[step.operation]
        started = perf_counter()
        begun = started if due is None else due
        slot = int((begun - node.judged_from) // SLOT)
        with self._session.request(
            endpoint.method,
            endpoint.path,
            name=endpoint.path,
            data=step.body,
            headers=self._headers_for(organisation, endpoint),
            catch_response=True,
        ) as response:
            ended = perf_counter()
            response.request_meta["response_time"] = (ended - begun) * 1000
            samples: Samples = node.samples
            limits = _rate_limit.read(response.headers)
            self._note_quota(samples, organisation, limits, response.status_code, slot)
            try:
                reply = judge(endpoint, step, response, limits)
            except Refusal as refusal:
                samples.failed(endpoint.name, slot, str(refusal))
                response.failure(str(refusal))
                return Reply(response.status_code), limits
            response.success()
            if reply.status == 429:
                response.request_meta["name"] = f"{endpoint.path} {LIMITED}"
                samples.limited(endpoint.name, slot)
            elif reply.status == endpoint.success:
                samples.answered(endpoint.name, slot, ended - begun, ended - started)
                if step.operation == "recommend":
                    latency = reply.data.get("latency_ms")
                    samples.listed(endpoint.name, slot, bool(reply.items), latency if _is_number(latency) else None)
        return reply, limits

    def _headers_for(self, organisation: Organisation, endpoint: Endpoint) -> dict[str, str]:
        headers = self._headers.get((organisation.name, endpoint.key_type))
        if headers is None:
            headers = self._headers[organisation.name, endpoint.key_type] = request_headers(organisation, endpoint)
        return headers

    def _note_quota(
        self, samples: Samples, organisation: Organisation, limits: RateLimit, status: int, slot: int
    ) -> None:
        quota = samples.quota(organisation.name)
        quota.sent += 1
        quota.limited += status == 429
        if limits.remaining is not None:
            quota.limit, quota.remaining, quota.reset = limits.limit, limits.remaining, limits.reset
            lowest = samples.lowest_remaining
            if limits.remaining < lowest.get(slot, limits.remaining + 1):
                lowest[slot] = limits.remaining


def request_headers(organisation: Organisation, endpoint: Endpoint) -> dict[str, str]:
    """What every request carries."""
    return {
        "X-API-KEY": organisation.key(endpoint.key_type),
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
    }


def judge(endpoint: Endpoint, step: Step, response: Any, limits: RateLimit) -> Reply:
    """The reply of a success, a well-formed 429 or a tolerated 400. Raises Refusal for everything else."""
    status = response.status_code
    if not status:
        raise Refusal(f"no answer: {type(response.error).__name__}")
    try:
        body = orjson.loads(response.content or b"")
    except ValueError:
        body = None
    if status == 429:
        problems = list(_rate_limit.problems_of_429(limits, body))
        if problems:
            raise Refusal(f"malformed 429: {'; '.join(problems)}")
        return Reply(status)
    if status == 400 and step.tentative:
        return Reply(status)
    if status != endpoint.success:
        raise Refusal(f"status {status}")
    if not isinstance(body, dict) or body.get("success") is not True:
        raise Refusal(f"status {status} without the success envelope")
    data = body.get("data")
    if step.operation == "recommend" and not isinstance(data, dict):
        raise Refusal("a recommendation without data")
    return Reply(status, data)


def new_session(
    target: str, request_event: Any, *, connections: int, timeout: float, ca_file: str, user: Any = None
) -> FastHttpSession:
    """A connection pool of its own; certificates are verified, against `ca_file` if one is given."""
    session = FastHttpSession(
        base_url=target,
        request_event=request_event,
        user=user,
        insecure=False,
        ssl_context_factory=lambda: gevent.ssl.create_default_context(cafile=ca_file or None),
        concurrency=connections,
        connection_timeout=timeout,
        network_timeout=timeout,
        max_retries=0,
    )
    agent: Any = session.client
    agent.redirect_response_codes = frozenset()  # a redirect would carry the key to who knows where
    return session


def check_ca_file(path: str) -> str | None:
    """Why the file of certificates can't be used."""
    try:
        ssl.create_default_context(cafile=path or None)
    except (OSError, ssl.SSLError) as error:
        return f"--ca-file {path}: {error}"
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e7
