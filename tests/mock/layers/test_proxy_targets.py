"""The proxy in front of targets that send invalid HTTP or too much data."""

import contextlib
import gzip
import logging
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.mock_beside import mock_beside


@contextlib.contextmanager
def speaking(said: bytes) -> Iterator[str]:
    """A target that sends these bytes to every client."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65_536)
                    connection.sendall(said)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


@contextlib.contextmanager
def asked_through(target: str, read: bool = True) -> Iterator[tuple[httpx.Response, list[dict[str, Any]]]]:
    """Return the answer through a proxy and the findings about it. `read`: also read its body."""
    with mock_beside("--proxy", target) as proxy, httpx.Client() as client:
        answer = client.send(client.build_request("GET", f"{proxy.url}/item/x"), stream=True)
        if read:
            answer.read()
        answer.close()
        exchanges = client.get(f"{proxy.url}/_mock/journal").json()["data"]["exchanges"]
        yield answer, exchanges[-1]["findings"]


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Colour: \x1b[31m\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{}",
        b"what is this\r\n\r\n",
        b"",
    ],
    ids=["999", "escape", "length", "short", "no HTTP", "silence"],
)
def test_an_answer_that_cannot_be_passed_on_is_a_502_in_the_envelope(
    said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with speaking(said) as target, asked_through(target) as (answer, found):
        assert (answer.status_code, answer.json()["success"]) == (502, False)
        assert "bad-gateway" in [each["id"] for each in found]
    assert [record.levelno for record in caplog.records if record.exc_info or record.levelno > logging.WARNING] == []


@pytest.mark.parametrize("said", [b"304 Not Modified\r\nContent-Length: 321", b"204 No Content\r\nContent-Length: 0"])
def test_an_answer_without_a_body_is_passed_on(said: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with speaking(b"HTTP/1.1 %b\r\n\r\n" % said) as target, asked_through(target) as (answer, _):
        assert answer.status_code in (304, 204)
    assert [record.levelno for record in caplog.records if record.exc_info or record.levelno > logging.WARNING] == []


@pytest.mark.parametrize("layers", [1, 3])
def test_a_decompression_bomb_is_passed_on_and_not_judged(layers: int) -> None:
    body = bytes(64 * 2**20)
    for _ in range(layers):
        body = gzip.compress(body, 9)
    encoding = ", ".join(["gzip"] * layers).encode()
    top = b"HTTP/1.1 200 OK\r\nContent-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (encoding, len(body))
    with speaking(top + body) as target, asked_through(target, read=False) as (answer, found):
        assert answer.status_code == 200
        assert [each["id"] for each in found if each["id"].startswith("answer")] == ["answer.not-judged"]
