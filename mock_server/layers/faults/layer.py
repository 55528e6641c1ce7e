"""The ASGI layer that applies the faults, around the API and its CORS. If no fault is set it costs one `if`.

A browser silently repeats a request when a connection that was used before breaks, so the fault would not be noticed.
Therefore no connection is kept open while a fault that breaks it may hit."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.context import Context, Effects, context_of
from mock_server.layers.faults.buffered_response import BufferedResponse
from mock_server.layers.faults.fault import Fault, Request
from mock_server.layers.faults.prefer import preferred
from mock_server.layers.faults.refusals import refusal
from mock_server.layers.faults.registry import Faults, Hit
from mock_server.layers.faults.wire import Wire, discard_body


class FaultLayer:
    """The layer. `heeds_prefer`: a request may ask for an error with its Prefer header."""

    def __init__(self, app: ASGIApp, faults: Faults, wire: Wire, heeds_prefer: bool = False) -> None:
        self._app = app
        self._faults = faults
        self._wire = wire
        self._heeds_prefer = heeds_prefer

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Call the application. Not a coroutine of its own, so that it costs next to nothing if no fault hits."""
        if not self._faults.are_set and not self._heeds_prefer:
            return self._app(scope, receive, send)
        return self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = context_of(scope)
        if self._faults.may_break_connections(request.caller.organisation.tenant_id if request.caller else None):
            send = _closing(send)
        if scope["method"] == "OPTIONS":  # a fault is meant for the page's request, not for its preflight
            await self._app(scope, receive, send)
        else:
            await self._play(request, scope, receive, send)

    async def _play(self, request: Context, scope: Scope, receive: Receive, send: Send) -> None:
        operation, caller = request.endpoint.operation if request.endpoint else None, request.caller
        wish = preferred(scope["headers"], operation) if self._heeds_prefer else None
        hits: Sequence[Hit] = ()
        if wish is None:
            tenant_id, key_type = (caller.organisation.tenant_id, caller.key_type) if caller else (None, None)
            hits = self._faults.meet(Request(operation, tenant_id, key_type))
            if not hits:
                await self._app(scope, receive, send)
                return
        request.effects = wish or _effects(hits)
        request.fault = ", ".join(dict.fromkeys(hit.label for hit in hits)) or (
            "Prefer" if request.effects.refusal else None
        )
        request.delay = sum(hit.seconds for hit in hits if hit.fault.kind == "latency")
        deciding = next((hit.fault for hit in hits if hit.fault.decides), None)
        if deciding and deciding.breaks_connections:
            await self._break(deciding, request.delay, scope, receive)
            return
        response = BufferedResponse()
        await self._app(scope, receive, response.collect)
        await self._wire.wait(request.delay, receive)
        await response.deliver(deciding, self._wire, scope, receive, send)

    async def _break(self, fault: Fault, delay: float, scope: Scope, receive: Receive) -> None:
        await discard_body(receive)
        await self._wire.wait(delay, receive)
        await (self._wire.drop if fault.kind == "drop" else self._wire.reset)(scope, receive)


def _closing(send: Send) -> Send:
    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"].append((b"connection", b"close"))
        await send(message)

    return send_and_close


def _effects(hits: Sequence[Hit]) -> Effects:
    kinds = {hit.fault.kind for hit in hits}
    status = next((hit for hit in hits if hit.fault.status is not None), None)
    return Effects(
        refusal=refusal(status.fault.status or 0, f"the fault {status.label!r} is set") if status else None,
        retry_after=status.fault.retry_after if status else None,
        ingest_delay=sum(hit.seconds for hit in hits if hit.fault.kind == "slow_ingestion"),
        no_results="no_results" in kinds,
        no_history="no_history" in kinds,
    )
