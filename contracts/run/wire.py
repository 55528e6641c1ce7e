"""One HTTP exchange, with limits on time, bytes and values; and short texts for what goes wrong on the wire."""

import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpcore

MOST_BYTES = 4_000_000  # for a response, decoded
MOST_VALUES = 200_000  # for a JSON document; each value takes some 60 bytes once it is parsed
_MOST_RAW = 6_000_000  # bytes read from the socket for one exchange, heads and frames included
CHUNKED = {"Transfer-Encoding": "chunked"}  # with this header a body is sent in several chunks
_STRUCTURE = (b",", b"[", b"{")
_LOOK = 0.25  # seconds between two checks, while waiting, whether the run has to end
_AT_ONCE = 65_536  # bytes that are decompressed at a time
_DEFLATE = {"gzip": 31, "x-gzip": 31, "deflate": 47}  # zlib's numbers for the container formats


class TooMuch(Exception):
    """The response is beyond our limits, which says nothing about the contract; the message names the limit."""


class OutOfTime(Exception):
    """The whole exchange took longer than allowed."""


@dataclass(slots=True)
class _Bound:
    """The time and bytes that the current exchange may still use."""

    ends: float = 0.0
    bytes_left: int = 0
    check: Callable[[], None] = lambda: None  # raises if the whole run has to end


class _Current(threading.local):
    def __init__(self) -> None:
        self.bound = _Bound()

    def seconds(self, timeout: float | None) -> float:
        left = self.bound.ends - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left if timeout is None else min(left, timeout)


_current = _Current()


class BrokenEncoding(Exception):
    """The body is not what its Content-Encoding says."""


class Answer(NamedTuple):
    """A response. Header names are in lower case, repeated headers are joined, the body is decoded; `values`: how many
    JSON values it may contain."""

    status: int
    headers: dict[str, str]
    body: bytes
    values: int


class _Stream(httpcore.NetworkStream):
    """A connection that starts no read after the exchange's time or bytes are used up."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            seconds = _current.seconds(timeout)
            try:
                data = self._stream.read(max_bytes, min(seconds, _LOOK))
                break
            except httpcore.ReadTimeout:
                _current.bound.check()
        _current.bound.bytes_left -= len(data)
        if _current.bound.bytes_left < 0:
            raise TooMuch(f"the answer took more than {_MOST_RAW // 1_000_000} MB on the wire")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _current.seconds(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _current.seconds(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(host, port, _current.seconds(timeout), local_address, socket_options))


def open_pool(context: Any, proxy: str, keep_alive: int) -> httpcore.ConnectionPool:
    """Return a pool of connections whose limits `exchange` sets."""
    return httpcore.ConnectionPool(
        ssl_context=context,
        proxy=_proxy(proxy) if proxy else None,
        max_keepalive_connections=keep_alive,
        network_backend=_Backend(),
    )


def exchange(
    pool: httpcore.ConnectionPool,
    method: str,
    url: httpcore.URL,
    headers: Mapping[str, str],
    body: bytes,
    timeout: float,
    check: Callable[[], None],
) -> Answer:
    """Send one request, with CHUNKED in chunks, and read its whole response. `timeout`: seconds for both; `check` is
    called often and may raise.

    Raises OutOfTime, TooMuch, BrokenEncoding, and httpcore's exceptions."""
    _current.bound = _Bound(time.monotonic() + timeout, _MOST_RAW, check)
    sent = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
    chunked = CHUNKED.items() <= {name.title(): value for name, value in headers.items()}.items()
    content = _pieces(body) if chunked else body or None
    with pool.stream(method, url, headers=sent, content=content) as response:
        got: dict[str, str] = {}
        for raw_name, raw_value in response.headers:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            got[name] = f"{got[name]}, {value}" if name in got else value
        content, values = _decoded(response.iter_stream(), got.get("content-encoding", ""))
        return Answer(response.status, got, content, values)


def _pieces(body: bytes) -> Iterator[bytes]:
    size = max(1, len(body) // 3)
    return (body[start : start + size] for start in range(0, len(body), size))


def _decoded(chunks: Iterator[bytes], coding: str) -> tuple[bytes, int]:
    found = bytearray()
    values = 0
    for piece in _unpacked(chunks, coding.strip().lower()):
        found += piece
        values += sum(piece.count(mark) for mark in _STRUCTURE)
        if len(found) > MOST_BYTES:
            raise TooMuch(f"the answer is larger than {MOST_BYTES // 1_000_000} MB")
        if values > MOST_VALUES:
            raise TooMuch(f"the answer has more than {MOST_VALUES:,} values")
    return bytes(found), values


def _unpacked(chunks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    if coding in ("", "identity"):
        yield from chunks
        return
    if coding not in _DEFLATE:
        raise TooMuch("the answer has a Content-Encoding that was not asked for")
    unpacker, begun = zlib.decompressobj(_DEFLATE[coding]), False
    try:
        for chunk in chunks:
            rest, begun = chunk, True
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _AT_ONCE)
                rest = unpacker.unconsumed_tail
    except zlib.error:
        raise BrokenEncoding from None
    if begun and not unpacker.eof:
        raise BrokenEncoding


def _proxy(url: str) -> httpcore.Proxy:
    import httpx  # used to get user and password from the URL

    parts = httpx.URL(url)
    login = (parts.username, parts.password) if parts.username or parts.password else None
    return httpcore.Proxy(str(parts.copy_with(userinfo=b"")), auth=login)


def words_for(error: Exception) -> str:
    """Return a few words for a transport error, without addresses or internals."""
    if isinstance(error, httpcore.ConnectTimeout):
        return "no connection within the time limit"
    if isinstance(error, httpcore.ConnectError):
        return _of_connecting(str(error).lower())
    if isinstance(error, httpcore.ProxyError):
        return "the proxy refuses to connect"
    if isinstance(error, (httpcore.TimeoutException, OutOfTime)):
        return "no complete answer within the time limit"
    if isinstance(error, httpcore.RemoteProtocolError):
        return "the connection was closed before the answer was complete"
    if isinstance(error, (httpcore.ReadError, httpcore.WriteError)):
        return "the connection broke"
    if isinstance(error, BrokenEncoding):
        return "the answer's Content-Encoding is broken"
    return f"the request failed ({type(error).__name__})"


def _of_connecting(text: str) -> str:
    if "certificate" in text or "ssl" in text:
        return "the TLS certificate is not trusted"
    if any(word in text for word in ("name or service", "nodename", "getaddrinfo", "resolution", "no address")):
        return "the host name is not known"
    return "connection refused"
