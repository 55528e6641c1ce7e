"""The outermost layer of the API: records what the client sent and received, with the CORS headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.context import Context, Header, context_of
from mock_server.http.encoding import decoded_beginning
from mock_server.layers.journal.exchange import MAX_BODY_BYTES
from mock_server.layers.journal.journal import Journal
from mock_server.layers.journal.meter import Meter
from mock_server.layers.journal.raw_exchange import MAX_HEADER_BYTES, RawExchange, head_of
from mock_server.state.clock import Clock

_WAIT_SECONDS = 0.02  # how long to wait for a body that the API has refused unread


class Recorder:
    def __init__(self, app: ASGIApp, journal: Journal, meter: Meter, clock: Clock) -> None:
        self._app = app
        self._journal = journal
        self._meter = meter
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = context_of(scope)
        tap = _Tap(scope, receive, send)
        try:
            await self._app(scope, tap.receive, tap.send)
        finally:
            ended = perf_counter()
            operation_id = request.endpoint.operation.operation_id if request.endpoint else None
            self._meter.count(operation_id, tap.status, ended - request.started)
            if self._journal.capacity:
                tap.ended, tap.operation_id = ended, operation_id
                tap.finish(request, self._clock)
                self._journal.add(tap)


class _Tap(RawExchange):
    """Records a request and its response, up to the size that is kept."""

    __slots__ = ("_headers", "_receive", "_scope", "_send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self.read = self.sent = self.status = None
        self.read_bytes = self.sent_bytes = 0
        self._headers: Iterable[Header] = ()  # of the response

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            body = message.get("body", b"")
            self.read = _continued(self.read, self.read_bytes, body)
            self.read_bytes += len(body)
        return message

    def send(self, message: Message) -> Awaitable[None]:
        """Record a message and send it. Not a coroutine of its own, which would cost more than all other steps."""
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            self.sent = _continued(self.sent, self.sent_bytes, body)
            self.sent_bytes += len(body)
        elif message["type"] == "http.response.start":
            self.status, self._headers = message["status"], message["headers"]
            if self.read is None and message["status"] >= 400:
                return self._send_refusal(message)
        return self._send(message)

    async def _send_refusal(self, message: Message) -> None:
        """Send a refusal. If the body was not read, wait briefly for it, so that it can be recorded; usually it has
        arrived."""
        names = {name for name, _ in self._scope["headers"]}
        if b"expect" not in names and names & {b"content-length", b"transfer-encoding"}:
            try:
                async with asyncio.timeout(_WAIT_SECONDS):
                    while self.read_bytes < MAX_BODY_BYTES and (await self.receive()).get("more_body"):
                        pass
            except TimeoutError:
                pass
        await self._send(message)

    def finish(self, request: Context, clock: Clock) -> None:
        """Record the context and release the request. A request with a valid API key is kept raw and masked when it is
        read; all others, such as a sign-in or one with a token, are masked at once."""
        scope, caller, endpoint, error = self._scope, request.caller, request.endpoint, request.error
        self.request_head, self.response_head = head_of(scope["headers"]), head_of(self._headers)
        del self._scope, self._receive, self._send, self._headers
        self.at, self.moment, self.scale = clock.reading()
        self.tenant_id = self.key_type = None
        if caller is not None:
            organisation, self.key_type = caller
            self.tenant_id = organisation.tenant_id
            if ahead := organisation.state.ahead:
                self.at, self.moment = self.at + ahead, self.moment + ahead
        self.needed_key_type = endpoint.key_type if endpoint is not None else None
        self.started, self.address, self.method = request.started, request.address, scope["method"]
        self.path, self.query = scope["raw_path"], scope["query_string"]
        self.findings, self.accepted, self.fault = request.findings, request.accepted, request.fault
        self.error, self.detail = (None, "") if error is None else (error.summary, error.detail)
        self.masked = False
        if b"content-encoding" in request.headers:  # decoded, because a compressed body would hide its secrets
            self._decode(request.headers[b"content-encoding"])
        length = request.header_bytes + len(self.path) + len(self.query)
        if caller is None or self.needed_key_type is None or length > MAX_HEADER_BYTES:
            self.mask()

    def _decode(self, encoding: bytes) -> None:
        self.read = decoded_beginning(self.read, encoding, MAX_BODY_BYTES) if self.read else self.read
        self.read_bytes = max(self.read_bytes, len(self.read or b""))


def _continued(kept: bytes | None, size: int, part: bytes) -> bytes:
    if kept is None:
        return part if len(part) <= MAX_BODY_BYTES else part[:MAX_BODY_BYTES]
    return kept + part[: MAX_BODY_BYTES - size] if size < MAX_BODY_BYTES else kept
