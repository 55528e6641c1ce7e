"""The context of a request: its route and caller are found once, before any layer. The layers read them here, and store
here what they did and the result."""

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
    """A problem with a request or its response. `field` is a JSON path, or None for the whole message."""

    id: str
    field: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Effects:
    """What a fault changes inside the API. (A layer around the API can only delay or cut its responses.)

    `refusal` is raised before key, limit and body are checked; `retry_after` is in seconds."""

    refusal: ApiError | None = None
    retry_after: int | None = None
    ingest_delay: float = 0.0  # seconds, added to the configured delay
    no_results: bool = False
    no_history: bool = False

    @property
    def is_429(self) -> bool:
        return isinstance(self.refusal, TooManyRequests)

    def shown(self, quota: Quota) -> Quota:
        """Return the quota as the headers of this 429 show it: nothing is left."""
        return quota._replace(remaining=0, reset=self.retry_after or max(1, quota.reset))


NO_EFFECTS = Effects()


class Context:
    """The context of one request. Set before the layers run: `started` (perf_counter), `path` and `endpoint` (None: the
    API has none), the still encoded path `parameters`, the `headers` that the mock reads, `header_bytes` of all
    headers, the client's `address`, and `caller` (None: no organisation has this key). The layers set the rest, which
    most requests leave unchanged."""

    address = ""
    caller: Caller | None = None
    effects = NO_EFFECTS
    error: ApiError | None = None
    accepted: tuple[str, int] | None = None  # what the request put into the queue, as ("items", 3)
    fault: str | None = None  # name of the fault that hit the request
    delay = 0.0  # seconds by which a fault delayed the response
    findings: Sequence[Finding] = ()  # in addition to the findings that the error causes

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
    """Finds the route and the caller of a request. `keys` is None with --proxy: the target's keys are unknown here."""

    def __init__(self, contract: Contract, keys: KeyRing[Caller] | None) -> None:
        self._contract = contract
        self._keys = keys

    def resolve(self, scope: Scope) -> Context:
        """Find the route and the caller, and store them in the scope."""
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
    """Return the context that the resolver stored in this scope."""
    context: Context = scope[_KEY]
    return context


def has_context(scope: Scope) -> bool:
    """Return whether this is a request to the API, and not to /docs or /_mock."""
    return _KEY in scope


def headers_of(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers that the mock reads. Repeated headers are joined to a list, as HTTP defines."""
    return read_headers(scope)[0]


def read_headers(scope: Scope) -> tuple[dict[bytes, bytes], int]:
    """Return the headers that the mock reads, and the number of bytes of all headers."""
    headers: dict[bytes, bytes] = {}
    size = 0
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name in _READ:
            value = value.strip(b" \t")  # white space around a value is not part of it, and not every server strips it
            headers[name] = headers[name] + b", " + value if name in headers else value
    return headers, size
