"""Extends uvicorn: calls a function when the server answers, and exits with code 0 on Ctrl+C or SIGTERM."""

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
_GRACE_SECONDS = 5  # seconds that a stopping server gives open requests
# Seconds; longer than clients pause, because a client could send a request into a connection that is being closed.
_KEEP_ALIVE_SECONDS = 75


def _protocol() -> Any:
    """Return the HTTP protocol with our limits, or h11, which has its own, where httptools is missing, as on
    Windows."""
    if importlib.util.find_spec("httptools") is None:
        return "h11"
    from mock_server.command.connection import Connection

    return Connection


class Server(UvicornServer):
    """The server. `on_ready` is called once, when requests are answered; if it raises UsageError, the server stops and
    `failure` is that error. `on_stop` is called before the server waits for open requests; a second signal ends that
    wait."""

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

    async def on_tick(self, counter: int) -> bool:
        collector.tick(counter)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)

    def transport_of(self, scope: Scope) -> asyncio.Transport | None:
        """Return the connection of a request, or None."""
        known: asyncio.Transport | None = scope.get("lehnz.transport")
        if known is not None:
            return known
        for connection in self.server_state.connections:  # h11 does not store the transport in the scope
            ends = (getattr(connection, "client", None), getattr(connection, "server", None))
            if ends == (scope["client"], scope["server"]):
                return connection.transport
        return None

    async def close_idle(self, is_meant: Callable[[Scope], bool]) -> None:
        """Close idle connections whose last request matches `is_meant`. A busy one is closed after its response."""
        for connection in list(self.server_state.connections):
            scope = getattr(connection, "scope", None)
            if scope is not None and is_meant(scope):
                connection.shutdown()
        await asyncio.sleep(0)  # lets the loop close the transports now, as the caller expects

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture signals as uvicorn does, but without raising them again at the end: a requested stop is no
        failure."""
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
