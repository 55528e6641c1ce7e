"""--proxy: forwards every request to a real server and returns its response unchanged. The journal and the log report
requests that differ from the spec, and responses that differ from what every document demands."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Iterable
from typing import ClassVar
from urllib.parse import unquote_to_bytes

import httpx
from starlette.types import Receive, Scope, Send

from mock_server.context import Context, Finding, Header, context_of
from mock_server.errors import ApiError, BadRequest
from mock_server.http import envelope
from mock_server.http.body import Disconnected, read_raw
from mock_server.layers.proxy.judge import Answered, Asked, Judge
from mock_server.spec.contract import Contract

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)  # seconds
_MAX_RESPONSE_BYTES = 64 * 2**20
_MOST_LOGGED = 1_000  # different findings that are logged; the journal has all of them
_WITHOUT_BODY = {204, 304}
_ENCODINGS = {b"gzip", b"x-gzip", b"deflate", b"identity"}
_SEPARATORS = re.compile(rb"[/\\]|%2f|%5c", re.IGNORECASE)
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_JUDGED = {"OPTIONS", "HEAD"}  # preflights, and responses without a body
_HOP_BY_HOP = {
    b"connection",
    b"expect",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"proxy-connection",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}

logger = logging.getLogger(__name__)


class BadGateway(ApiError):
    """The proxy's own response if the target did not respond. It is not part of the API."""

    status: ClassVar[int] = 502
    summary: ClassVar[str] = "Bad gateway"


class Proxy:
    """An ASGI application in place of the API. It adds no CORS headers: pages see the target's."""

    def __init__(self, contract: Contract, target: str, superset: bool = False) -> None:
        """Make a proxy. `superset`: the target lets a secret key do all that a publishable key may (R3)."""
        self._contract = contract
        self._target = httpx.URL(target)
        verify: ssl.SSLContext | bool = ssl.create_default_context() if self._target.scheme == "https" else False
        self._client = httpx.AsyncClient(verify=verify, timeout=_TIMEOUT, trust_env=False, follow_redirects=False)
        self._judge = Judge(contract, superset)
        self._logged: set[tuple[str, Finding]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = context_of(scope)
        try:
            status, headers, body = await self._forward(scope, receive, request)
        except Disconnected:
            return
        except ApiError as error:
            request.error = error
            if isinstance(error, BadGateway):
                logger.warning("%s", error.detail)
            status, body = error.status, envelope.failure(error)
            headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
            headers.append((b"access-control-allow-origin", b"*"))  # lets a page read the reason
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def close(self) -> None:
        await self._client.aclose()

    async def _forward(self, scope: Scope, receive: Receive, context: Context) -> tuple[int, list[Header], bytes]:
        """Return (status, headers, body) of the response. Raises ApiError and Disconnected."""
        body = await read_raw(receive, context.headers, self._contract.max_body)
        asked = Asked(scope["method"], scope["raw_path"], scope["query_string"], scope["headers"], body)
        response, raw = await self._ask(asked)
        headers = _end_to_end(response.headers.raw)
        if asked.method not in _NOT_JUDGED:
            answered = Answered(response.status_code, headers, raw)
            context.findings = list(self._judge.findings(context, asked, answered))
            self._report(context)
        if problem := _unsendable(response.status_code, headers):
            raise BadGateway(problem)
        if response.status_code in _WITHOUT_BODY:
            return response.status_code, [each for each in headers if each[0] != b"content-length"], b""
        if raw and not any(name == b"content-length" for name, _ in headers):
            headers.append((b"content-length", b"%d" % len(raw)))
        return response.status_code, headers, raw

    async def _ask(self, asked: Asked) -> tuple[httpx.Response, bytes]:
        """Return the target's response, and its body, still encoded. Raises BadGateway, BadRequest."""
        if any(unquote_to_bytes(segment) in (b".", b"..") for segment in _SEPARATORS.split(asked.raw_path)):
            raise BadRequest("a path with . or .. could leave the target's prefix")
        path = self._target.raw_path.rstrip(b"/") + asked.raw_path + (b"?" + asked.query if asked.query else b"")
        headers = [_readable(each) for each in _end_to_end(asked.headers) if each[0] != b"host"]
        try:
            url = self._target.copy_with(raw_path=path)
            request = httpx.Request(asked.method, url, headers=headers, content=asked.body)
            response = await self._client.send(request, stream=True)
            try:
                parts, size = [], 0
                async for part in response.aiter_raw():
                    parts.append(part)
                    size += len(part)
                    if size > _MAX_RESPONSE_BYTES:
                        raise BadGateway(f"the target's response has more than {_MAX_RESPONSE_BYTES} bytes")
                return response, b"".join(parts)
            finally:
                await response.aclose()
        except (httpx.TransportError, httpx.InvalidURL) as error:
            reason = str(error) or "no response in time"
            raise BadGateway(f"{self._target} can't be reached: {type(error).__name__}: {reason}") from None

    def _report(self, context: Context) -> None:
        """Log each new finding in one line."""
        place = context.endpoint.operation.operation_id if context.endpoint else "no operation"
        for finding in context.findings:
            if (place, finding) not in self._logged and len(self._logged) < _MOST_LOGGED:
                self._logged.add((place, finding))
                field = f"{finding.field} " if finding.field else ""
                logger.warning("%s: %s: %s%s", place, finding.id, field, finding.message)


def _end_to_end(headers: Iterable[Header]) -> list[Header]:
    """Drop the headers that apply to a single connection."""
    every = [(name.lower(), value) for name, value in headers]
    named = {each.strip().lower() for name, value in every if name == b"connection" for each in value.split(b",")}
    return [(name, value) for name, value in every if name not in _HOP_BY_HOP | named]


def _readable(header: Header) -> Header:
    """Restrict Accept-Encoding to the encodings that the mock can decode."""
    name, value = header
    if name != b"accept-encoding":
        return header
    asked = [each.strip() for each in value.lower().split(b",")]
    return name, b", ".join(each for each in asked if each.partition(b";")[0] in _ENCODINGS) or b"identity"


def _unsendable(status: int, headers: Iterable[Header]) -> str | None:
    """Return why HTTP forbids any server to pass this response on; None if it is allowed."""
    if not 200 <= status <= 599:
        return f"the target answered with the status {status}"
    for name, value in headers:
        if not _NAME.fullmatch(name) or _CONTROL.search(value):
            return f"the target answered with a header that HTTP forbids: {name.decode('latin-1')!r:.64}"
        if name == b"content-length" and not value.isdigit():
            return "the target answered with a Content-Length that is no number"
    return None
