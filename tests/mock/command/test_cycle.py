"""How an answer is written and when an idle connection ends. No socket is used, so that each write can be checked."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from mock_server.command.connection import Connection

REQUEST = b"POST /v1/recommend HTTP/1.1\r\nHost: mock\r\nContent-Length: 2\r\n\r\n{}"
LENGTH = (b"content-length", b"4")


class Transport(asyncio.Transport):
    """Record what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def can_write_eof(self) -> bool:
        return False

    def get_extra_info(self, _: str, default: Any = None) -> Any:
        return default


class Clock:
    """The time and timers of an event loop, advanced by the test."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, call: Callable[[], None]) -> object:
        self.timers.append((self.now + seconds, call))
        return object()

    def move_to(self, now: float) -> None:
        self.now = now
        due = [timer for timer in self.timers if timer[0] <= now]
        self.timers = [timer for timer in self.timers if timer[0] > now]
        for _, call in due:
            call()


def answering(*messages: Message) -> ASGIApp:
    async def app(_: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["body"] == b"{}"
        for message in messages:
            await send(message)

    return app


def connection(app: ASGIApp, transport: Transport, loop: Any) -> Connection:
    config = Config(app, lifespan="off", log_config=None, timeout_keep_alive=75)
    config.load()
    made = Connection(config, ServerState(), {}, loop)
    made.connection_made(transport)
    return made


def answered(app: ASGIApp, request: bytes = REQUEST) -> Transport:
    async def scene() -> Transport:
        transport = Transport()
        made = connection(app, transport, asyncio.get_running_loop())
        made.data_received(request)
        await asyncio.gather(*made.tasks)
        return transport

    return asyncio.run(scene())


def start(*headers: tuple[bytes, bytes], status: int = 200) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(text: bytes, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": text, "more_body": more}


def test_a_whole_answer_is_one_write() -> None:
    transport = answered(answering(start((b"X-Name", b"value"), LENGTH), body(b"full")))
    assert transport.writes == [b"HTTP/1.1 200 OK\r\nx-name: value\r\ncontent-length: 4\r\n\r\nfull"]
    assert not transport.closed


def test_each_piece_of_an_answer_is_written_as_it_comes() -> None:
    transport = answered(answering(start(LENGTH), body(b"fu", more=True), body(b"ll")))
    assert transport.writes == [b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n", b"fu", b"ll"]


def test_an_answer_without_a_length_is_chunked() -> None:
    transport = answered(answering(start(), body(b"full")))
    assert b"".join(transport.writes).endswith(b"transfer-encoding: chunked\r\n\r\n4\r\nfull\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "request_", [REQUEST.replace(b"1.1", b"1.0"), REQUEST.replace(b"Host", b"Connection: close\r\nHost")]
)
def test_a_client_that_asks_to_close_gets_connection_close(request_: bytes) -> None:
    assert b"connection: close\r\n" in b"".join(answered(answering(start(LENGTH), body(b"full")), request_).writes)


def test_an_answer_that_ends_the_connection_has_one_connection_header() -> None:
    transport = answered(answering(start(LENGTH, (b"connection", b"close")), body(b"full")))
    assert b"".join(transport.writes).count(b"connection: close") == 1


def test_a_head_request_gets_no_body() -> None:
    transport = answered(answering(start(LENGTH), body(b"full")), REQUEST.replace(b"POST", b"HEAD"))
    assert b"".join(transport.writes).endswith(b"content-length: 4\r\n\r\n")


@pytest.mark.parametrize("header", [(b"x-a\r\n", b"b"), (b"x-a", b"b\r\nx-c: d")])
def test_an_invalid_header_is_never_sent(header: tuple[bytes, bytes]) -> None:
    transport = answered(answering(start(header, LENGTH), body(b"full")))
    assert b"".join(transport.writes).startswith(b"HTTP/1.1 500 ")


def test_an_application_that_fails_before_its_body_gets_a_500() -> None:
    async def failing(_: Scope, __: Receive, send: Send) -> None:
        await send(start(LENGTH))
        raise ZeroDivisionError

    assert b"".join(answered(failing).writes).startswith(b"HTTP/1.1 500 ")


def test_an_idle_connection_ends_and_one_that_is_used_does_not() -> None:
    transport, clock = Transport(), Clock()
    made = connection(answering(), transport, clock)
    made.on_response_complete()
    clock.move_to(60)
    made._idle_since = None  # a request arrives
    clock.move_to(80)
    assert not transport.closed
    made.on_response_complete()
    clock.move_to(154)
    assert not transport.closed
    clock.move_to(155)
    assert transport.closed


def test_all_answers_of_a_connection_share_one_timer() -> None:
    clock = Clock()
    made = connection(answering(), Transport(), clock)
    for _ in range(10):
        made.on_response_complete()
    assert len(clock.timers) == 1


@pytest.mark.parametrize("header", [(b"x:y", b"value"), (b"x:y", b"1"), (b"x", b"one\ntwo")])
def test_a_header_that_http_forbids_is_an_internal_error(header: tuple[bytes, bytes]) -> None:
    transport = answered(answering(start(LENGTH, header), body(b"full")))
    assert b"".join(transport.writes).startswith(b"HTTP/1.1 500 ")
