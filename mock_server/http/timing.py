"""Adds the Server-Timing header (--server-timing): how many milliseconds the mock took for a response, and a fault's
delay. Browsers show it beside each request."""

from __future__ import annotations

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.context import context_of

_READABLE = (b"timing-allow-origin", b"*")  # lets other origins read PerformanceResourceTiming.serverTiming


class ServerTiming:
    """The outermost layer around the API, except the journal's recorder."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = perf_counter()

        async def send_with_timing(message: Message) -> None:
            if message["type"] == "http.response.start":
                request = context_of(scope)
                delay = request.delay
                value = f"app;dur={max(0.0, perf_counter() - started - delay) * 1000:.3f}"
                if request.fault:
                    value += f', fault;dur={delay * 1000:.3f};desc="{request.fault}"'
                message["headers"].extend([(b"server-timing", value.encode()), _READABLE])
            await send(message)

        await self._app(scope, receive, send_with_timing)
