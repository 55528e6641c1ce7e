"""Sends HTTP byte by byte, for requests that no client library would send."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """A response. `status` 0: the server closed the connection without one."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def head(method: str, path: str, headers: Mapping[str, str] | None = None) -> bytes:
    named = {"Host": "127.0.0.1:4010", **(headers or {})}
    return "\r\n".join(
        [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    ).encode()


@contextlib.contextmanager
def connected(url: str) -> Iterator[socket.socket]:
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=SECONDS) as connection:
        yield connection


def exchange(url: str, *pieces: bytes, half_close: bool = False) -> Answer:
    """Send the pieces one by one on a new connection; return the response."""
    with connected(url) as connection:
        send(connection, pieces)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return read(connection)


def send(connection: socket.socket, pieces: Iterable[bytes]) -> None:
    """Send until the server accepts no more."""
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            connection.sendall(piece)


def read(connection: socket.socket) -> Answer:
    """Read the next response; its body by Content-Length or to the end of the connection."""
    text = b""
    while b"\r\n\r\n" not in text:
        part = _receive(connection)
        if not part:
            return Answer(0, {}, text)
        text += part
    top, _, body = text.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    length = int(headers["content-length"]) if "content-length" in headers else None
    while length is None or len(body) < length:
        part = _receive(connection)
        if not part:
            break
        body += part
    return Answer(int(lines[0].split(" ")[1]), headers, body)


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionError:
        return b""
