"""One client's connection, based on uvicorn's, with the limits and behaviour that uvicorn lacks.

- An offer to upgrade, as the JDK's HttpClient and `curl --http2` send it, is ignored and the request served normally.
- The head of a request, a trailer and a chunk's extensions are limited: 414 and 431, in time linear in their length.
  Invalid HTTP is 400. All three have the error envelope, and the rest of the client's data is not read.
- A client that has closed its half of the connection still gets its response; a lost connection is cleaned up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from mock_server.command.cycle import Cycle
from mock_server.errors import ApiError, BadRequest, HeadersTooLarge, NotImplementedHere, UriTooLong
from mock_server.http.envelope import failure

MOST_BYTES = 65_536  # of a request's head, of its URL and of a trailer
_MOST_QUEUED = 1_000  # pipelined requests that wait for the first response
_LINGER_SECONDS = 2.0  # how long a refused client's connection stays open, so that it can read the response
_BODY_SECONDS = 3.0  # how long a stopping server waits for the rest of a body; uvicorn waits five seconds for responses
_ANSWER_SECONDS = 30.0  # how long a half-closed connection waits for its response; the client may be gone
_OF_AN_OFFER = {b"upgrade", b"http2-settings"}


class Connection(HttpToolsProtocol):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._fed = 0  # bytes received since the request began, or since the last piece of its body
        self._before = 0  # bytes of the data with which the current head began, which may belong to earlier requests
        self._moved = False  # whether the last data completed some part of a request
        self._in_head = False
        self._unserved = False  # whether the request that is being read is kept from the application
        self._odd: ApiError | None = None  # why the request that is being read can't be served
        self._refusal: ApiError | None = None
        self._deaf = False  # whether the last response was sent, so that further data is ignored
        self._stopping = False
        self._hang_up: asyncio.TimerHandle | None = None
        self._idle_since: float | None = None  # by the loop's time; None while a request is read or answered
        self._answering: RequestResponseCycle | None = None  # the request that is being answered

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._lingering = _Unhurried(transport, self._linger)

    def data_received(self, data: bytes) -> None:
        self._idle_since = None
        while data and self._refusal is None and not self._deaf:
            self._moved, size = False, len(data)
            self._fed += size
            try:
                self.parser.feed_data(data)
                data = b""
            except httptools.HttpParserUpgrade as offer:
                data = self._without_offer() + data[offer.args[0] :]
                self._new_parser()
            except httptools.HttpParserError:
                self._refusal = self._refusal or BadRequest("this is not HTTP/1.1")
            if self._moved:
                self._fed, self._before = 0, size if self._in_head else 0
            elif self._fed > MOST_BYTES and self._refusal is None:
                self._refusal = self._too_long()
            if self._refusal is not None:
                self._refuse(self._refusal)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keep the connection open (True) if a response is still to be sent."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        if self._refusal is not None:
            return True  # the earlier requests still get responses; the deadline is set
        if cycle.more_body:
            return False
        cycle.keep_alive = False
        self._hang_up_in(_ANSWER_SECONDS)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True
            self._answering.message_event.set()
        if self._hang_up:
            self._hang_up.cancel()
        self.pipeline.clear()
        self.headers, self.url = [], b""
        self._hang_up = self._answering = None
        # Both refer back to this object: a reference cycle each, which nothing would ever collect.
        self.cycle = None  # type: ignore[assignment]
        self._lingering.close = self.transport.close

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self._deaf:  # this was the last response on this connection
            self.pipeline.clear()
        elif not self.transport.is_closing():
            self.flow.resume_reading()
            if self.pipeline:
                self._start_asgi_task(*self.pipeline.pop())
            else:
                self._idle_since = self.loop.time()
                if self.timeout_keep_alive_task is None:
                    self._hang_up_when_idle_for(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it is still idle, else set the timer again. A timer per connection costs less than
        one per response."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            return  # the next response sets the timer
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._hang_up_when_idle_for(left)
        else:
            super().timeout_keep_alive_handler()

    def _hang_up_when_idle_for(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def shutdown(self) -> None:
        """Close the connection after a deadline if a body is still incomplete; no running request is cancelled."""
        self._stopping = True
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete and self.cycle.more_body:
            self._hang_up_in(_BODY_SECONDS)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        task = self.loop.create_task(cycle.run_asgi(app))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._moved = True
        self._unserved, self._odd = False, None

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:  # trailers are not used
            return
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        elif name == b"transfer-encoding" and value.strip().lower() != b"chunked":  # the parser would ignore the coding
            shown = value.decode("latin-1")[:64]
            self._odd = NotImplementedHere(
                f"Transfer-Encoding {shown!r}: send chunked; compress by Content-Encoding: gzip"
            )
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._in_head, self._moved = False, True
        if self.parser.should_upgrade():
            self._unserved = True  # parsed again without the offer, and then served
            if self.parser.get_method() == b"CONNECT":
                self._refusal = BadRequest("CONNECT is for proxies")
        elif self._fed + self._before > MOST_BYTES and self._is_too_long():
            self._unserved, self._refusal = True, self._too_long()
        elif self._odd is not None:
            self._unserved, self._refusal = True, self._odd
        elif len(self.pipeline) >= _MOST_QUEUED:
            self._unserved, self._refusal = True, BadRequest("too many requests on one connection at once")
        else:
            self._serve()

    def _serve(self) -> None:
        """Answer the request whose head was read, or queue it behind earlier requests."""
        parser, scope, before = self.parser, self.scope, self.cycle
        version = parser.get_http_version()
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["method"] = parser.get_method().decode("ascii")
        scope["http_version"] = version
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"], scope["query_string"] = url.path, url.query or b""
        scope["lehnz.transport"] = self.transport  # type: ignore[typeddict-unknown-key]
        self.cycle = cycle = Cycle(
            scope=scope,
            transport=self._lingering,  # type: ignore[arg-type]
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        if before is None or before.response_complete:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def on_body(self, body: bytes) -> None:
        self._moved = True
        if self._unserved or self.cycle.response_complete:
            return
        self.cycle.body += body
        if len(self.cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        self.cycle.message_event.set()

    def on_message_complete(self) -> None:
        self._moved = True
        if not self._unserved and not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def _without_offer(self) -> bytes:
        """Return the head of the request without the offer to upgrade."""
        head = [b"%b %b HTTP/%b" % (self.parser.get_method(), self.url, self.parser.get_http_version().encode())]
        for name, value in self.headers:
            if name == b"connection":
                value = b", ".join(each for each in value.split(b",") if each.strip().lower() not in _OF_AN_OFFER)
            if name not in _OF_AN_OFFER:
                head.append(b"%b: %b" % (name, value))
        return b"\r\n".join([*head, b"", b""])

    def _new_parser(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)

    def _is_too_long(self) -> bool:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > MOST_BYTES

    def _too_long(self) -> ApiError:
        if len(self.url) > MOST_BYTES or (self._in_head and not self.headers and len(self.url) > MOST_BYTES // 2):
            return UriTooLong(f"a URL may have at most {MOST_BYTES} bytes")
        return HeadersTooLarge(f"the headers of a request may have at most {MOST_BYTES} bytes in total")

    def _refuse(self, error: ApiError) -> None:
        """Send the error, unless a response has already started, and close the connection after the client had time to
        read it."""
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            is_earlier = self._unserved or self._in_head
            if is_earlier or cycle.response_started or self.pipeline:
                cycle.keep_alive = False
                self._hang_up_in(_ANSWER_SECONDS)
                return
            cycle.disconnected, cycle.waiting_for_100_continue = True, False
            cycle.message_event.set()
        self.flow.resume_reading()
        body = failure(error)
        self.transport.write(
            b"".join(
                [
                    STATUS_LINE[error.status],
                    *(b"%b: %b\r\n" % header for header in self.server_state.default_headers),
                    b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(body),
                    body,
                ]
            )
        )
        self._linger()

    def _linger(self) -> None:
        """Keep the connection open until the client has read its response, and ignore all that it still sends."""
        self._deaf = True
        if self._stopping:
            self.transport.close()
            return
        self.flow.resume_reading()
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self._hang_up_in(_LINGER_SECONDS)

    def _hang_up_in(self, seconds: float) -> None:
        if self._hang_up:
            self._hang_up.cancel()
        self._hang_up = self.loop.call_later(seconds, self.transport.close)


class _Unhurried:
    """A transport whose `close` lingers. Closing at once while data arrives would send RST, and the client would lose
    the response."""

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write, self.is_closing, self.close = transport.write, transport.is_closing, close
