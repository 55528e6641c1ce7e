"""The journal as server-sent events. A reader is a position in the journal, without a queue: a slow reader gets what is
still kept when it reads again, and one that does not read is disconnected."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from mock_server.layers.faults.wire import Wire
from mock_server.layers.journal.exchange import Exchange
from mock_server.layers.journal.journal import Journal

HEARTBEAT_SECONDS = 15.0  # keeps proxies from closing the connection as idle
READ_TIMEOUT_SECONDS = 30.0  # a reader that takes nothing for so long is disconnected
_TOGETHER_SECONDS = 0.05  # events within this time are sent together
_AT_ONCE = 100
_CLEARED = b"event: cleared\ndata: {}\n\n"
_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class Stream(Response):
    """The exchanges after a position, of one organisation or of all. `cleared`: earlier ones were removed."""

    def __init__(self, journal: Journal, wire: Wire, after: int, tenant_id: str | None) -> None:
        super().__init__(headers=_HEADERS)
        del self.headers["content-length"]
        self._journal, self._wire = journal, wire
        self._position, self._tenant_id = after, tenant_id
        self._clearings = journal.clearings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        feed, gone = asyncio.ensure_future(self._feed(send)), asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({feed, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            feed.cancel()
            gone.cancel()
            results = await asyncio.gather(feed, gone, return_exceptions=True)
        if isinstance(results[0], TimeoutError):
            await self._wire.reset(scope, receive)

    async def _feed(self, send: Send) -> None:
        """Send until the journal is closed. Raises TimeoutError for a reader that takes nothing."""
        text = b"retry: 1000\n: listening\n\n"
        while not self._journal.closed:
            async with asyncio.timeout(READ_TIMEOUT_SECONDS):
                await send({"type": "http.response.body", "body": text, "more_body": True})
            await asyncio.sleep(_TOGETHER_SECONDS)
            if self._clearings == self._journal.clearings:
                await self._journal.wait(self._position, HEARTBEAT_SECONDS)
            await self._journal.catch_up()
            text = b"".join(self._news()) or b": nothing new\n\n"
        await send({"type": "http.response.body", "body": b""})

    def _news(self) -> Iterator[bytes]:
        """Yield the oldest new exchanges; the following call yields the next."""
        journal = self._journal
        if self._clearings != journal.clearings:
            self._clearings = journal.clearings
            yield _CLEARED
        new = journal.read(self._position, self._tenant_id)
        self._position = new[_AT_ONCE - 1].id if len(new) > _AT_ONCE else journal.last_id
        yield from map(_event, new[:_AT_ONCE])


def _event(exchange: Exchange) -> bytes:
    return b"id: %d\nevent: exchange\ndata: %b\n\n" % (exchange.id, orjson.dumps(exchange.summary()))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
