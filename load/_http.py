"""Sends requests with geventhttpclient's connection pool, like locust's FastHttpUser, but without redirects, cookies
and retries.

A redirect could send the key to another host, and one request must be one request: locust's session does all three and
makes fewer requests per second. A response has a maximum size and a maximum total time."""

import zlib
from time import perf_counter, time
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import gevent
from geventhttpclient import HTTPClient
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS

from fixtures.connection import Connection
from load._endpoints import Endpoint
from load._keys import Organisation

MOST_BYTES = 8 * 1024 * 1024  # for one response, decompressed; a page of 100 recommendations has about 50 kB
_GZIP_OR_ZLIB = 47  # zlib's value for "detect the header"
_CHUNK = 64 * 1024


class Response(NamedTuple):
    """The response; status 0 and `error` if there was none. Times by `perf_counter`."""

    status: int
    headers: Any
    content: bytes
    error: str
    sent: float
    answered: float


class _TooLarge(Exception):
    pass


class Connections:
    """Up to `size` connections to one target, opened when needed; certificates are verified."""

    def __init__(self, target: str, size: int, timeout: float, connection: Connection) -> None:
        parts, proxy = urlsplit(target), urlsplit(connection.proxy)
        self._headers = dict(connection.headers)
        self._prefix = parts.path.rstrip("/")
        self._timeout = timeout
        self._client = HTTPClient.from_url(
            f"{parts.scheme}://{parts.netloc}",
            concurrency=size,
            connection_timeout=timeout,
            network_timeout=timeout,
            ssl_context_factory=lambda: gevent.ssl.create_default_context(cafile=connection.ca_file or None),
            proxy_host=proxy.hostname,
            proxy_port=(proxy.port or 80) if proxy.hostname else None,
            proxy_user=unquote(proxy.username) if proxy.username is not None else None,
            proxy_password=unquote(proxy.password) if proxy.password is not None else None,
        )

    def send(self, endpoint: Endpoint, body: bytes, headers: dict[str, str]) -> Response:
        """Send one request and read the whole response."""
        sent = perf_counter()
        response: Any = None
        timeout = gevent.Timeout(self._timeout)
        timeout.start()
        try:
            response = self._client.request(
                endpoint.method, self._prefix + endpoint.path, body, self._headers | headers
            )
            return Response(response.status_code, response, _content(response), "", sent, perf_counter())
        except _TooLarge:
            error = f"the response is larger than {MOST_BYTES // 1024 // 1024} MB"
        except gevent.Timeout as late:
            if late is not timeout:
                raise
            error = f"no complete response within {self._timeout:g} s"
        except (*FAILURE_EXCEPTIONS, zlib.error) as failure:
            error = type(failure).__name__
        except RuntimeError as failure:  # geventhttpclient raises this for a proxy that refuses
            error = str(failure)[:200]
        finally:
            timeout.close()
        if response is not None:
            response.release()  # unread data remains, so the connection can't be reused
        return Response(0, None, b"", error, sent, perf_counter())

    def close(self) -> None:
        self._client.close()


def _content(response: Any) -> bytes:
    """Return the decompressed body. Raises _TooLarge before more than the limit is in memory."""
    packed = response.get("Content-Encoding") in ("gzip", "deflate")
    if not packed and response.length is not None and response.length <= MOST_BYTES:
        return bytes(response.read())
    unpack = zlib.decompressobj(_GZIP_OR_ZLIB) if packed else None
    parts, size = [], 0
    while chunk := bytes(response.read(_CHUNK)):
        part = unpack.decompress(chunk, MOST_BYTES + 1 - size) if unpack else chunk
        size += len(part)
        if size > MOST_BYTES:
            raise _TooLarge
        parts.append(part)
    return b"".join(parts)


def request_headers(organisation: Organisation, endpoint: Endpoint) -> dict[str, str]:
    """Return the headers of every request."""
    return {
        "X-API-KEY": organisation.key(endpoint.key_type),
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
    }


def tell_locust(event: Any, endpoint: Endpoint, name: str, response: Response, due: float, exception: Any) -> None:
    """Fire locust's request event, so that its tables and all listeners see the request."""
    event.fire(
        request_type=endpoint.method,
        name=name,
        response_time=(response.answered - due) * 1000,
        response_length=len(response.content),
        response=None,
        context={},
        exception=exception,
        start_time=time() - (perf_counter() - due),
        url=endpoint.path,
    )
