"""The outermost layer of the API: it writes down what the client sent and what it saw, CORS headers included."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from mock_server.edge.trace import Finding, Trace, begin_trace
from mock_server.errors import ApiError
from mock_server.journal.exchange import MAX_BODY_BYTES, Exchange, Header, Message
from mock_server.journal.masking import mask_body, mask_header, mask_keys, mask_target

if TYPE_CHECKING:
    from mock_server.app import Mock

_MAX_HEADER_BYTES = 8_192  # of one message; what comes after them is not kept
_MAX_TARGET_BYTES = 4_096  # of a path, of a query
_PATIENCE_SECONDS = 0.02  # for a body that the API has refused to read
_RECOMMENDATIONS = 2_048  # a longer answer is a list of records, which hold nothing that the mock doesn't show anyway


class Recorder:
    def __init__(self, app: ASGIApp, mock: Mock) -> None:
        self._app = app
        self._mock = mock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace = begin_trace(scope)
        tap = _Tap(scope, receive, send)
        started = perf_counter()
        try:
            await self._app(scope, tap.receive, tap.send)
        finally:
            ended = perf_counter()
            operation_id = trace.endpoint.operation.operation_id if trace.endpoint else None
            self._mock.meter.count(operation_id, tap.status, ended - started)
            if self._mock.journal.capacity:
                exchange = _exchange(scope, trace, tap)
                exchange.operation_id = operation_id
                exchange.started, exchange.ended = started, ended
                clock = self._mock.clock
                exchange.at, exchange.moment, exchange.scale = clock.now(), clock.monotonic(), clock.scale
                exchange.era = self._mock.journal.era(exchange.tenant_id)
                self._mock.journal.add(exchange)


class _Tap:
    """What passes by, as far as it is kept."""

    __slots__ = ("_receive", "_scope", "_send", "headers", "read", "read_bytes", "sent", "sent_bytes", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.read: bytes | None = None
        self.sent: bytes | None = None
        self.read_bytes = self.sent_bytes = 0
        self.status: int | None = None
        self.headers: Sequence[Header] = ()

    async def receive(self) -> AsgiMessage:
        message = await self._receive()
        if message["type"] == "http.request":
            body = message.get("body", b"")
            self.read = _continued(self.read, self.read_bytes, body)
            self.read_bytes += len(body)
        return message

    async def send(self, message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], message["headers"]
            if self.read is None and self.status >= 400:
                await self._read_refused()
        elif message["type"] == "http.response.body":
            body = message.get("body", b"")
            self.sent = _continued(self.sent, self.sent_bytes, body)
            self.sent_bytes += len(body)
        await self._send(message)

    async def _read_refused(self) -> None:
        """The body of a request that was refused for something else: one that is here already, mostly."""
        names = {name for name, _ in self._scope["headers"]}
        if b"expect" in names or not names & {b"content-length", b"transfer-encoding"}:
            return
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while self.read_bytes < MAX_BODY_BYTES and (await self.receive()).get("more_body"):
                    pass
        except TimeoutError:
            pass


def _continued(kept: bytes | None, size: int, part: bytes) -> bytes:
    if kept is None:
        return part if len(part) <= MAX_BODY_BYTES else part[:MAX_BODY_BYTES]
    return kept + part[: MAX_BODY_BYTES - size] if size < MAX_BODY_BYTES else kept


def _exchange(scope: Scope, trace: Trace, tap: _Tap) -> Exchange:
    """Everything but the times."""
    exchange = Exchange()
    caller = trace.caller
    exchange.tenant_id = caller.organisation.tenant_id if caller else None
    exchange.key_type = caller.key_type if caller else None
    exchange.needed_key_type = trace.endpoint.key_type if trace.endpoint else None
    exchange.method = scope["method"][:16]
    exchange.path = mask_target(scope["raw_path"][:_MAX_TARGET_BYTES]).decode("latin-1")
    exchange.query = mask_target(scope["query_string"][:_MAX_TARGET_BYTES]).decode("latin-1")
    exchange.address = scope["client"][0] if scope.get("client") else ""
    exchange.status = tap.status
    headers = _masked(scope["headers"])
    exchange.origin = next((value.decode("latin-1") for name, value in headers if name == b"origin"), None)
    body = mask_body(tap.read) if tap.read else tap.read
    exchange.request = Message(headers, body, tap.read_bytes)
    later = tap.sent is not None and len(tap.sent) > _RECOMMENDATIONS
    answer = tap.sent if later or not tap.sent else mask_body(tap.sent)
    exchange.response = Message(_masked(tap.headers), answer, tap.sent_bytes, unmasked=later)
    exchange.findings = [*_findings(trace.error), *trace.findings] if trace.error or trace.findings else ()
    exchange.accepted, exchange.fault = trace.accepted, trace.fault
    exchange.lint = ()
    return exchange


def _masked(headers: Sequence[Header]) -> list[Header]:
    kept, size = [], 0
    for name, value in headers:
        size += len(name) + len(value)
        if size > _MAX_HEADER_BYTES:
            break
        kept.append((name, mask_header(name, value)))
    return kept


def _findings(error: ApiError | None) -> list[Finding]:
    """What an error names; only texts are kept, for the error itself holds on to the whole request."""
    if error is None:
        return []
    name = error.summary.lower().replace(" ", "-")
    if isinstance(error.detail, str):
        return [Finding(name, None, mask_keys(error.detail.encode(errors="replace")).decode())]
    return [Finding(name, field.field, field.message) for field in error.detail]
