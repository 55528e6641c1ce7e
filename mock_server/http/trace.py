"""What is known of a running request, for the layers around the API: an outer one puts a Trace into the scope, the
inner ones note what they find out, and the outer one reads it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from starlette.types import Scope

from mock_server.errors import ApiError
from mock_server.state.keys import Caller

if TYPE_CHECKING:
    from mock_server.spec.paths import Endpoint

_KEY = "lehnz.trace"


class Finding(NamedTuple):
    """Something that is wrong with a request or its answer; `field` is a JSON path, None where it is all of it."""

    id: str
    field: str | None
    message: str


class Trace:
    """None stands for what was not found out: a request that no key belongs to has no caller."""

    __slots__ = ("accepted", "caller", "delay", "endpoint", "error", "fault", "findings")

    def __init__(self) -> None:
        self.caller: Caller | None = None
        self.endpoint: Endpoint | None = None
        self.error: ApiError | None = None
        self.accepted: tuple[str, int] | None = None  # ("items", 3): what the request put into the queue
        self.fault: str | None = None  # name of the fault that was played on it
        self.delay = 0.0  # seconds for which a fault kept the answer back
        self.findings: list[Finding] = []  # beside those of the error


def begin_trace(scope: Scope) -> Trace:
    trace: Trace = Trace()
    scope[_KEY] = trace
    return trace


def trace_of(scope: Scope) -> Trace:
    """The request's trace; one that nobody reads where no layer began any."""
    trace: Trace | None = scope.get(_KEY)
    return trace if trace is not None else Trace()
