"""What one request is while it is served. Route and caller are found once, before any layer; the layers read them here,
and note here what they do to the request and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

from starlette.types import Scope

from mock_server.errors import ApiError, TooManyRequests
from mock_server.spec.contract import Contract
from mock_server.spec.paths import Endpoint, Path
from mock_server.state.keys import KeyRing
from mock_server.state.organisations import Caller
from mock_server.state.rate_limit import Quota

Header = tuple[bytes, bytes]
Headers = Mapping[bytes, bytes]

_KEY = "lehnz.context"
_NOWHERE: tuple[None, Mapping[str, bytes]] = (None, {})
_READ = {
    b"authorization",
    b"content-encoding",
    b"content-length",
    b"content-type",
    b"host",
    b"origin",
    b"referer",
    b"x-api-key",
}


class Finding(NamedTuple):
    """Something that is wrong with a request or its answer; `field` is a JSON path, None where it is all of it."""

    id: str
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What a fault changes inside the API: a layer around it can delay or cut its answers, but these only it can do.

    `refusal` is answered before key, limit and body are looked at; `retry_after` is in seconds."""

    refusal: ApiError | None = None
    retry_after: int | None = None
    ingest_delay: float = 0.0  # seconds on top of the usual ones
    no_results: bool = False
    no_history: bool = False

    @property
    def is_429(self) -> bool:
        return isinstance(self.refusal, TooManyRequests)

    def shown(self, quota: Quota) -> Quota:
        """What the headers say: beside a 429 nothing is left."""
        if not self.is_429:
            return quota
        return quota._replace(remaining=0, reset=self.retry_after or max(1, quota.reset))


NO_EFFECTS = Effects()


class Context:
    """Found before the layers: `started` by perf_counter, `path` and `endpoint` (None: the API has none here),
    `parameters` of the path, still encoded, `headers` that matter here, `header_bytes` of all of them, `address` of the
    client, `caller` (None: no organisation has this key). Found by the layers: all else, which most requests leave as
    it is."""

    address = ""
    caller: Caller | None = None
    effects = NO_EFFECTS
    error: ApiError | None = None
    accepted: tuple[str, int] | None = None  # ("items", 3): what the request put into the queue
    fault: str | None = None  # name of the fault that was played on it
    delay = 0.0  # seconds for which a fault kept the answer back
    findings: Sequence[Finding] = ()  # beside those of the error

    def __init__(
        self, path: Path | None, parameters: Mapping[str, bytes], method: str, headers: Headers, size: int = 0
    ) -> None:
        self.started = perf_counter()
        self.path = path
        self.parameters = parameters
        self.endpoint: Endpoint | None = path.endpoints.get(method) if path else None
        self.headers = headers
        self.header_bytes = size


class Resolver:
    """`keys`: None where they are not the mock's to know, as in front of another server."""

    def __init__(self, contract: Contract, keys: KeyRing[Caller] | None) -> None:
        self._contract = contract
        self._keys = keys

    def resolve(self, scope: Scope) -> Context:
        """Find out what is asked and by whom, and put it into the scope."""
        path, parameters = self._contract.find(scope["raw_path"]) or _NOWHERE
        headers, size = read_headers(scope)
        found = Context(path, parameters, scope["method"], headers, size)
        if client := scope.get("client"):
            found.address = client[0]
        key = headers.get(b"x-api-key")
        if key and self._keys is not None and (found.endpoint is None or found.endpoint.credential == "key"):
            found.caller = self._keys.find(key)
        scope[_KEY] = found
        return found


def context_of(scope: Scope) -> Context:
    """What was found out about the request of this scope."""
    context: Context = scope[_KEY]
    return context


def has_context(scope: Scope) -> bool:
    """Whether it is a request to the API, and not one to what stands beside it."""
    return _KEY in scope


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """The headers that matter here; one that comes twice reads as a list, as HTTP says."""
    return read_headers(scope)[0]


def read_headers(scope: Scope) -> tuple[dict[bytes, bytes], int]:
    """The same, and how many bytes all headers have."""
    headers: dict[bytes, bytes] = {}
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name in _READ:
            value = value.strip(b" \t")  # no part of a value, and not every server takes it off
            headers[name] = headers[name] + b", " + value if name in headers else value
    return headers, size
