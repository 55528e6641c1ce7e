"""The wire: geventhttpclient's connection pool, as locust's FastHttpUser has it; no redirects, cookies, retries.

A redirect would carry the key to who knows where, and one request must be one request: locust's session on top does
all three and costs a quarter of the throughput."""

import zlib
from time import perf_counter, time
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import gevent
from geventhttpclient import HTTPClient
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS

from load._endpoints import Endpoint
from load._keys import Organisation

_GZIP_OR_ZLIB = 47  # zlib's word for "look at the header"


class Answer(NamedTuple):
    """What came back; status 0 and `error` if nothing did. Times by `perf_counter`."""

    status: int
    headers: Any
    content: bytes
    error: str
    sent: float
    answered: float


class Connections:
    """Up to `size` connections to one target, made when needed; certificates are verified."""

    def __init__(self, target: str, size: int, timeout: float, ca_file: str) -> None:
        parts = urlsplit(target)
        self._prefix = parts.path.rstrip("/")
        self._client = HTTPClient.from_url(
            f"{parts.scheme}://{parts.netloc}",
            concurrency=size,
            connection_timeout=timeout,
            network_timeout=timeout,
            ssl_context_factory=lambda: gevent.ssl.create_default_context(cafile=ca_file or None),
        )

    def send(self, endpoint: Endpoint, body: bytes, headers: dict[str, str]) -> Answer:
        """One request, and its whole answer."""
        sent = perf_counter()
        try:
            response = self._client.request(endpoint.method, self._prefix + endpoint.path, body, headers)
            content = bytes(response.read())
            if response.get("Content-Encoding") in ("gzip", "deflate"):
                content = zlib.decompress(content, _GZIP_OR_ZLIB)
        except FAILURE_EXCEPTIONS as error:
            return Answer(0, None, b"", type(error).__name__, sent, perf_counter())
        return Answer(response.status_code, response, content, "", sent, perf_counter())

    def close(self) -> None:
        self._client.close()


def request_headers(organisation: Organisation, endpoint: Endpoint) -> dict[str, str]:
    """What every request carries."""
    return {
        "X-API-KEY": organisation.key(endpoint.key_type),
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
    }


def tell_locust(event: Any, endpoint: Endpoint, name: str, answer: Answer, due: float, exception: Any) -> None:
    """Fire locust's request event, so that its tables and everybody's listeners see the request as well."""
    event.fire(
        request_type=endpoint.method,
        name=name,
        response_time=(answer.answered - due) * 1000,
        response_length=len(answer.content),
        response=None,
        context={},
        exception=exception,
        start_time=time() - (perf_counter() - due),
        url=endpoint.path,
    )
