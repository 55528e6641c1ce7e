"""One request and its response on a connection, based on uvicorn's; a complete response is sent by one write.

ASGI lets a server hold the head of a response back until the body begins. By then most responses are complete, and most
of their header lines are cached from earlier ones. Responses that come in pieces, that end the connection or that have
no Content-Length are left to uvicorn.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

_OF_THE_FRAME = (b"connection", b"transfer-encoding")  # headers that decide where a response ends


class Cycle(RequestResponseCycle):
    _start: Any = None  # the start message, held back until the body begins

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start" and not self.response_started:
            self._start = message  # if the application fails before its body, this is never sent
            return
        start, self._start = self._start, None
        if start is not None:
            if self._send_whole(start, message):
                return
            await super().send(start)
        await super().send(message)

    def _send_whole(self, start: Any, message: Any) -> bool:
        """Send a complete response by one write. Returns False, with nothing sent, if one write is not enough."""
        if message.get("more_body") or not self.keep_alive or self.disconnected or self.flow.write_paused:
            return False
        body, headers = message.get("body", b""), start["headers"]
        if (b"content-length", b"%d" % len(body)) not in headers or self.scope["method"] == "HEAD":
            return False
        lines = [
            _line(name, value) if not value.isdigit() else _beginning(name) + value + b"\r\n"
            for name, value in (*self.default_headers, *headers)
        ]
        if b"" in lines:
            return False
        self.response_started = self.response_complete = True
        self.waiting_for_100_continue = False
        self.transport.write(b"".join((STATUS_LINE[start["status"]], *lines, b"\r\n", body)))
        self.message_event.set()
        self.on_response()
        return True


@lru_cache(maxsize=1_000)
def _line(name: bytes, value: bytes) -> bytes:
    """Return a header as it is sent; empty for one that decides where the response ends. Raises RuntimeError for a
    header that HTTP forbids. Not for numbers, which differ from response to response and would only fill the cache."""
    if HEADER_VALUE_RE.search(value):
        raise RuntimeError(f"HTTP forbids this header: {name[:64]!r}")
    return b"" if name.lower() in _OF_THE_FRAME else b"%b%b\r\n" % (_beginning(name), value)


@lru_cache(maxsize=1_000)
def _beginning(name: bytes) -> bytes:
    """Return the beginning of a header, up to its value. Raises RuntimeError for a name that HTTP forbids."""
    if HEADER_RE.search(name):
        raise RuntimeError(f"HTTP forbids this header: {name[:64]!r}")
    return name.lower() + b": "
