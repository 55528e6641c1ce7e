"""Any bytes over a socket get a clear answer and cause no traceback, and memory stays bounded (R13)."""

import socket
from collections.abc import Iterator

import psutil
import pytest

from fixtures.mock_process import RunningMock, running_mock
from tests.support.mock_client import ITEMS

SECONDS = 10.0


@pytest.fixture(scope="module")
def served() -> Iterator[RunningMock]:
    with running_mock("--rate-limit", "off", "--seed-data", "none", "--validate-responses") as running:
        yield running


def talk(served: RunningMock, *parts: bytes, read: int = 65_536) -> bytes:
    """Send these bytes, then read until the answer is complete or the server closes the connection."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while b"\r\n\r\n" not in received or len(received.partition(b"\r\n\r\n")[2]) < length_of(received):
            piece = connection.recv(read)
            if not piece:
                break
            received += piece
        return received


def length_of(received: bytes) -> int:
    head = received.partition(b"\r\n\r\n")[0].lower()
    _, found, rest = head.partition(b"content-length:")
    return int(rest.split(b"\r\n")[0]) if found else 0


def head(served: RunningMock, line: str, *headers: str) -> bytes:
    lines = [line, "Host: localhost", f"X-API-KEY: {served.secret_key}", *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


POST = f"POST {ITEMS} HTTP/1.1"
ITEM = b'{"item_id":"a","item_type":"product","status":"active"}'


def test_an_endless_body_is_refused_while_it_is_being_sent(served: RunningMock) -> None:
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    before = psutil.Process(served.pid).memory_info().rss
    answer = talk(served, head(served, POST, "Transfer-Encoding: chunked"), *[piece] * 24)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert psutil.Process(served.pid).memory_info().rss - before < 24 << 20


@pytest.mark.parametrize(
    ("request_line", "headers", "body", "status"),
    [
        (POST, ["Content-Length: 55"], ITEM, b"202"),
        (POST, ["Transfer-Encoding: chunked"], b"37\r\n" + ITEM + b"\r\n0\r\n\r\n", b"202"),
        (POST, ["Content-Length: 99999999999"], b"", b"413"),
        (POST, ["Content-Length: 2"], b"\xff\xff", b"400"),
        (POST, ["Content-Length: -5"], b"", b"400"),
        (POST, ["Transfer-Encoding: chunked"], b"zz\r\nnot a chunk\r\n", b"400"),
        ("GET /item/%00 HTTP/1.1", [], b"", b"403"),
        (f"TRACE {ITEMS} HTTP/1.1", [], b"", b"405"),
        (f"OPTIONS {ITEMS} HTTP/1.1", [], b"", b"405"),
        ("OPTIONS * HTTP/1.1", [], b"", b"404"),
        (f"POST http://localhost{ITEMS} HTTP/1.1", ["Content-Length: 55"], ITEM, b"202"),
        (f"QUERY {ITEMS} HTTP/1.1", [], b"", b"4"),
        ("CONNECT localhost:443 HTTP/1.1", [], b"", b"4"),
        ("GARBAGE", [], b"", b"400"),
        ("GET /\xff HTTP/1.1", [], b"", b"4"),
        ("GET /" + "x" * 100_000 + " HTTP/1.1", [], b"", b"4"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str | list) else None,
)  # fmt: skip
def test_garbage_is_answered_with_a_4xx(
    served: RunningMock, request_line: str, headers: list[str], body: bytes, status: bytes
) -> None:
    assert talk(served, head(served, request_line, *headers), body).startswith(b"HTTP/1.1 " + status)
    assert b"HTTP/1.1 202" in talk(served, head(served, POST, "Content-Length: 55"), ITEM)


def test_the_server_keeps_working_after_a_truncated_body(served: RunningMock) -> None:
    host, _, port = served.url.removeprefix("http://").partition(":")
    for _ in range(20):
        with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
            connection.sendall(head(served, POST, "Content-Length: 55") + ITEM[:20])
    assert b"HTTP/1.1 202" in talk(served, head(served, POST, "Content-Length: 55"), ITEM)
    assert "Traceback" not in served.log.read_text(encoding="utf-8")
