"""Actions that ASGI can't express: breaking a request's connection, and waits that end when the client has gone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from time import perf_counter

from starlette.types import Receive, Scope

_LINGER_0 = struct.pack("ii", 1, 0)  # close() discards unsent data and sends RST


class Wire:
    """The server's callbacks. `transport_of` returns the connection of a request, or None. `close_idle` closes the idle
    connections whose last request matches."""

    def __init__(self) -> None:
        self.transport_of: Callable[[Scope], asyncio.Transport | None] = lambda _: None
        self.close_idle: Callable[[Callable[[Scope], bool]], Awaitable[None]] = _close_none
        self._waiting: set[asyncio.Future[None]] = set()
        self._stopped = False

    async def wait(self, seconds: float, receive: Receive) -> None:
        """Wait, in real seconds. Ends early if the client goes away or the server stops."""
        if self._stopped or seconds <= 0:
            return
        loop = asyncio.get_running_loop()
        until = perf_counter() + seconds
        over: asyncio.Future[None] = loop.create_future()

        # uvloop counts timers from the start of the loop's turn, so they fire early on a busy machine.
        def look() -> None:
            if over.done():
                return
            if (missing := until - perf_counter()) > 0:
                loop.call_later(missing, look)
            else:
                _end(over)

        timer = loop.call_later(seconds, look)
        watcher = loop.create_task(_when_gone(receive, over))
        self._waiting.add(over)
        try:
            await over
        finally:
            self._waiting.discard(over)
            timer.cancel()
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    def stop(self) -> None:
        """End every wait, now and in the future."""
        self._stopped = True
        for over in self._waiting:
            _end(over)

    async def drop(self, scope: Scope, receive: Receive) -> None:
        """Close the connection with FIN, after the data already sent. Raises ConnectionAbortedError without a
        connection, as in a test that calls the application directly."""
        transport = self.transport_of(scope)
        if transport is None:
            raise ConnectionAbortedError("a fault dropped the connection")
        transport.close()
        await _gone(receive)

    async def reset(self, scope: Scope, receive: Receive) -> None:
        """Send RST. Raises ConnectionResetError without a connection."""
        transport = self.transport_of(scope)
        if transport is None:
            raise ConnectionResetError("a fault reset the connection")
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
        transport.abort()
        await _gone(receive)


async def _close_none(_: Callable[[Scope], bool]) -> None:
    """Do nothing, because without a server there are no connections."""


async def discard_body(receive: Receive) -> None:
    """Read the request to its end, because closing the connection with unread bytes would send RST."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass


async def _gone(receive: Receive) -> None:
    """Return when the server has noticed the closed connection; before that it would try to respond."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _when_gone(receive: Receive, over: asyncio.Future[None]) -> None:
    await _gone(receive)
    _end(over)


def _end(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)
