"""Applies a fault to a response: collects all of it, then sends it late, cut, corrupted or slowly."""

from __future__ import annotations

from starlette.types import Message, Receive, Scope, Send

from mock_server.layers.faults.fault import Fault
from mock_server.layers.faults.wire import Wire

_STEP_SECONDS = 0.1  # between the pieces of a response that is sent slowly


class BufferedResponse:
    """Collects the messages that the application sends; pass its `send` to the application."""

    def __init__(self) -> None:
        self.start: Message | None = None
        self.body = b""

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def deliver(self, fault: Fault | None, wire: Wire, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response as the fault demands. Sends nothing if the application sent nothing because the client had
        gone."""
        if self.start is None:
            return
        kind = fault.kind if fault else None
        if kind == "malformed":
            self.body = self.body[: len(self.body) // 2]
            self.start["headers"] = [
                (name, b"%d" % len(self.body) if name == b"content-length" else value)
                for name, value in self.start["headers"]
            ]
        await send(self.start)
        if fault and kind == "truncate":
            sent = len(self.body) // 2 if fault.after_bytes is None else min(fault.after_bytes, len(self.body) - 1)
            await send({"type": "http.response.body", "body": self.body[:sent], "more_body": True})
            await wire.drop(scope, receive)
        elif fault and fault.bytes_per_second:
            await self._dribble(fault.bytes_per_second, wire, receive, send)
        else:
            await send({"type": "http.response.body", "body": self.body})

    async def _dribble(self, bytes_per_second: int, wire: Wire, receive: Receive, send: Send) -> None:
        piece = max(1, int(bytes_per_second * _STEP_SECONDS))
        for position in range(0, len(self.body), piece):
            part, more = self.body[position : position + piece], position + piece < len(self.body)
            await wire.wait(len(part) / bytes_per_second, receive)
            await send({"type": "http.response.body", "body": part, "more_body": more})
