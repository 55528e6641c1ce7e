"""One request and its answer on a connection: uvicorn's, but a whole answer is one write.

ASGI has a server keep the head of an answer until something of its body is there. Then most answers are known as a
whole, and most of their lines from the answers before. What comes in pieces, ends the connection or does not say its
length is uvicorn's to write.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from uvicorn.protocols.http.httptools_impl import HEADER_RE, HEADER_VALUE_RE, STATUS_LINE, RequestResponseCycle

_OF_THE_FRAME = (b"connection", b"transfer-encoding")  # headers that say where an answer ends


class Cycle(RequestResponseCycle):
    _start: Any = None  # the beginning of an answer, until something of its body is there

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start" and not self.response_started:
            self._start = message  # that of an application which failed before its body is never sent
            return
        start, self._start = self._start, None
        if start is not None:
            if self._send_whole(start, message):
                return
            await super().send(start)
        await super().send(message)

    def _send_whole(self, start: Any, message: Any) -> bool:
        """False, with nothing sent, where one write is not all that there is to do."""
        if message.get("more_body") or not self.keep_alive or self.disconnected or self.flow.write_paused:
            return False
        body, headers = message.get("body", b""), start["headers"]
        if (b"content-length", b"%d" % len(body)) not in headers or self.scope["method"] == "HEAD":
            return False
        lines = [_line(name, value) for name, value in (*self.default_headers, *headers)]
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
    """A header as it is sent; nothing for one that says where the answer ends. Raises RuntimeError for what HTTP
    forbids."""
    if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise RuntimeError(f"HTTP forbids this header: {name[:64]!r}")
    return b"" if name.lower() in _OF_THE_FRAME else b"%b: %b\r\n" % (name.lower(), value)
