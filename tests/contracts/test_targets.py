"""Targets that can't be judged: one line that names the cause, and exit code 3."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from contracts.catalogue import load_catalogue
from contracts.options import parser
from contracts.outcome import TargetError
from contracts.session import judge
from contracts.settings import settings_of

HTML = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n<h1>a</h1>"
REDIRECT = b"HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/v1\r\ncontent-length: 0\r\n\r\n"
CUT = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"
UNKNOWN_KEY = b'HTTP/1.1 401 No\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{"success":false}'


@contextmanager
def answering(raw: bytes | None) -> Iterator[str]:
    """A server that sends these bytes to every client; None: sends nothing."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stopped = threading.Event()
    held: list[socket.socket] = []

    def serve() -> None:
        while not stopped.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            held.append(connection)
            if raw is not None:
                connection.settimeout(1)
                connection.recv(65536)
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        thread.join()
        for each in (listener, *held):
            each.close()


def line_of(url: str) -> str:
    keys = ["--publishable-key", "lehnz_pk_1", "--secret-key", "lehnz_sk_1"]
    options = parser().parse_args(["--target", url, *keys, "--timeout", "0.4"])
    catalogue = load_catalogue()
    with pytest.raises(TargetError) as raised:
        judge(settings_of(vars(options), catalogue), catalogue, lambda _: None)
    return str(raised.value)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (HTML, "answers HTML"),
        (REDIRECT, "redirects to https://elsewhere.example/v1"),
        (CUT, "closed before the answer was complete"),
        (UNKNOWN_KEY, "refuses the key of --publishable-key"),
        (None, "no complete answer within the time limit"),
    ],
)
def test_the_line_says_what_is_wrong_with_the_target(raw: bytes | None, said: str) -> None:
    with answering(raw) as url:
        line = line_of(url)
    assert said in line
    assert "\n" not in line
    assert "lehnz_pk_1" not in line


def test_a_port_without_a_server_is_one_line(unused_port: Callable[[], int]) -> None:
    assert "connection refused" in line_of(f"http://127.0.0.1:{unused_port()}")


@pytest.fixture
def unused_port() -> Callable[[], int]:
    def find() -> int:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            return int(listener.getsockname()[1])

    return find
