"""The ASGI layer around the API and its CORS that plays the faults. While none is set it costs one `if`.

A browser sends a request again, unasked, when a connection that it has used before breaks: nobody would see the fault.
So no connection is kept open while one may come that breaks them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.http.effects import Effects, put_effects
from mock_server.http.trace import trace_of
from mock_server.layers.faults.answers import Answer
from mock_server.layers.faults.fault import Fault, Request
from mock_server.layers.faults.prefer import preferred
from mock_server.layers.faults.refusals import refusal
from mock_server.layers.faults.registry import Hit
from mock_server.layers.faults.wire import discard_body
from mock_server.state.keys import Caller

if TYPE_CHECKING:
    from mock_server.mock import Mock


class FaultLayer:
    def __init__(self, mock: Mock, app: ASGIApp) -> None:
        self._mock = mock
        self._app = app
        self._heeds_prefer = mock.settings.allow_prefer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._mock.faults.are_set and not self._heeds_prefer:
            await self._app(scope, receive, send)
            return
        caller = self._caller(scope)
        if self._mock.faults.may_break_connections(caller.organisation.tenant_id if caller else None):
            send = _closing(send)
        if scope["method"] == "OPTIONS":  # a fault hits the request that a page meant, not its preflight
            await self._app(scope, receive, send)
        else:
            await self._play(caller, scope, receive, send)

    async def _play(self, caller: Caller | None, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._mock.contract.endpoint(scope["raw_path"], scope["method"])
        operation = endpoint.operation if endpoint else None
        wish = preferred(scope["headers"], operation) if self._heeds_prefer else None
        hits: Sequence[Hit] = ()
        if wish is None:
            tenant_id, key_type = (caller.organisation.tenant_id, caller.key_type) if caller else (None, None)
            hits = self._mock.faults.meet(Request(operation, tenant_id, key_type))
            if not hits:
                await self._app(scope, receive, send)
                return
        effects = wish or _effects(hits)
        trace = trace_of(scope)
        trace.fault = ", ".join(dict.fromkeys(hit.label for hit in hits)) or ("Prefer" if effects.refusal else None)
        trace.delay = sum(hit.seconds for hit in hits if hit.fault.kind == "latency")
        deciding = next((hit.fault for hit in hits if hit.fault.decides), None)
        if deciding and deciding.breaks_connections:
            trace.endpoint, trace.caller = endpoint, caller
            await self._break(deciding, trace.delay, scope, receive)
            return
        put_effects(scope, effects)
        answer = Answer()
        await self._app(scope, receive, answer.collect)
        await self._mock.wire.wait(trace.delay, receive)
        await answer.deliver(deciding, self._mock.wire, scope, receive, send)

    async def _break(self, fault: Fault, delay: float, scope: Scope, receive: Receive) -> None:
        wire = self._mock.wire
        await discard_body(receive)
        await wire.wait(delay, receive)
        await (wire.drop if fault.kind == "drop" else wire.reset)(scope, receive)

    def _caller(self, scope: Scope) -> Caller | None:
        values = [value for name, value in scope["headers"] if name == b"x-api-key"]
        return self._mock.organisations.keys.find(values[0]) if len(values) == 1 else None


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
