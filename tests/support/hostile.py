"""Hostile servers: each is a function of one connection whose request has been read."""

import contextlib
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache

Hostile = Callable[[socket.socket], None]

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_CHUNKED = _HEAD + b"transfer-encoding: chunked\r\n\r\n"
_PAUSE = 0.05  # seconds between two drops


def _says(content: bytes) -> Hostile:
    return lambda connection: connection.sendall(content)


def _with_length(body: bytes, *more: bytes) -> bytes:
    return _HEAD + b"".join(line + b"\r\n" for line in more) + b"content-length: %d\r\n\r\n" % len(body) + body


def _endless(head: bytes, drop: bytes, pause: float = 0.0) -> Hostile:
    def serve(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(drop)
            time.sleep(pause)

    return serve


@cache
def _bomb(piece: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = piece * (1_000_000 // len(piece))
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def _redirect(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 307 Again\r\nlocation: /v1/recommend\r\ncontent-length: 0\r\n\r\n")


def _silent(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


SERVERS: dict[str, Hostile] = {
    "a gzip bomb of zeros": lambda c: c.sendall(_with_length(_bomb(b"0", 300), b"content-encoding: gzip")),
    "a gzip bomb of JSON values": lambda c: c.sendall(_with_length(_bomb(b"[],", 50), b"content-encoding: gzip")),
    "gzip inside gzip": _says(_with_length(gzip.compress(gzip.compress(b"{}")), b"content-encoding: gzip, gzip")),
    "brotli, which nobody asked for": _says(_with_length(b"\x8b\x00\x80{}\x03", b"content-encoding: br")),
    "gzip that is none": _says(_with_length(b"{}", b"content-encoding: gzip")),
    "gzip that is cut off": _says(_with_length(gzip.compress(b"{}" * 99)[:-9], b"content-encoding: gzip")),
    "a body that comes drop by drop": _endless(_HEAD + b"content-length: 999\r\n\r\n", b" ", _PAUSE),
    "a head that comes drop by drop": _endless(b"HTTP/1.1 200 OK\r\nx: ", b"a", _PAUSE),
    "endless interim answers, slowly": _endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n", _PAUSE),
    "endless interim answers, at once": _endless(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 99),
    "a body without an end": _endless(_CHUNKED, b"10000\r\n" + b" " * 65_536 + b"\r\n"),
    "headers without an end": _endless(b"HTTP/1.1 200 OK\r\n", b"set-cookie: a=b\r\n" * 99),
    "a header line without an end": _endless(b"HTTP/1.1 200 OK\r\nx: ", b"a" * 9_999),
    "a status line without an end": _endless(b"HTTP/1.1 200 ", b"OK" * 9_999),
    "a body that is shorter than it says": _says(_HEAD + b"content-length: 9000\r\n\r\n{"),
    "two lengths": _says(_HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
    "a chunk of impossible size": _says(_CHUNKED + b"F" * 40 + b"\r\n{}"),
    "nothing at all": _silent,
    "a closed door": _says(b""),
    "another protocol": _says(b"SSH-2.0-OpenSSH_9.6\r\n" + bytes(range(256))),
    "JSON that is nested too deeply": _says(_with_length(b"[" * 99_999)),
    "JSON of too many values": _says(_with_length(b"[" + b"[]," * 400_000 + b"0]")),
    "a number of a million digits": _says(_with_length(b'{"success": ' + b"9" * 1_000_000 + b"}")),
    "a redirect to itself": _redirect,
    "a limit that never ends": _says(
        b"HTTP/1.1 429 No\r\ncontent-type: application/json\r\nretry-after: 99999999\r\nratelimit-remaining: 0\r\n"
        b"ratelimit-reset: 99999999\r\ncontent-length: 2\r\n\r\n{}"
    ),
}


@contextlib.contextmanager
def serving(hostile: Hostile) -> Iterator[str]:
    """Run the server and yield its URL; close every open connection at the end."""
    listener = socket.create_server(("127.0.0.1", 0))
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.recv(65_536)
            hostile(connection)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                connections.append(connection)
                threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        for each in (listener, *connections):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        accepting.join(5)
