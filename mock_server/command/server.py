"""uvicorn, extended: a callback when it answers, and exit code 0 on Ctrl+C or SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

from uvicorn import Config
from uvicorn import Server as UvicornServer

from mock_server.command.options import UsageError
from mock_server.runtime import collector

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Scope

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_GRACE_SECONDS = 5  # seconds for open requests
# Seconds; if it were shorter than a client's pause, the client would send into a closing connection.
_KEEP_ALIVE_SECONDS = 75


def _protocol() -> Any:
    """The HTTP protocol with our limits; h11, which has its own, where httptools is missing, as on Windows."""
    if importlib.util.find_spec("httptools") is None:
        return "h11"
    from mock_server.command.connection import Connection

    return Connection


class Server(UvicornServer):
    """`on_ready` is called once, when requests are answered. If it raises UsageError, the server stops and `failure` is
    that error. `on_stop` is called before the server waits for open requests; a second signal ends that wait."""

    def __init__(
        self, app: ASGIApp, on_ready: Callable[[], None], on_stop: Callable[[], None], date_header: bool = True
    ) -> None:
        super().__init__(
            Config(
                app,
                access_log=False,
                date_header=date_header,
                http=_protocol(),
                lifespan="on",
                log_config=None,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                ws="none",
            )
        )
        self._on_ready = on_ready
        self._on_stop = on_stop
        self.failure: UsageError | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        collector.settle()
        try:
            self._on_ready()
        except UsageError as error:
            self.failure, self.should_exit = error, True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)

    def transport_of(self, scope: Scope) -> asyncio.Transport | None:
        """The connection of a request."""
        known: asyncio.Transport | None = scope.get("lehnz.transport")
        if known is not None:
            return known
        for connection in self.server_state.connections:  # h11 does not store it in the scope
            ends = (getattr(connection, "client", None), getattr(connection, "server", None))
            if ends == (scope["client"], scope["server"]):
                return connection.transport
        return None

    async def close_idle(self, is_meant: Callable[[Scope], bool]) -> None:
        """Close the connections whose last request matches; a busy one closes after its response."""
        for connection in list(self.server_state.connections):
            scope = getattr(connection, "scope", None)
            if scope is not None and is_meant(scope):
                connection.shutdown()
        await asyncio.sleep(0)  # transports close in the loop's next turn; the caller expects it to be done

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's, but without raising the signal again at the end, because a requested stop is no failure."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def _stop(self, number: int, _: FrameType | None) -> None:
        if self.should_exit:
            self.force_exit = True
        elif number == signal.SIGINT:
            logging.getLogger("mock_server").info("stopping; press Ctrl+C again not to wait for open requests")
        self.should_exit = True
