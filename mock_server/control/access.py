"""Decides who may call the control plane: this machine, or a client with the token; never a page of another site.

One layer around all of /_mock decides this before any call, so no call can forget the check."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.control.calls import PREFIX, refusal
from mock_server.control.guesses import Guesses
from mock_server.errors import ApiError, Forbidden, TooManyRequests, Unauthorized

CHANGE_HEADER = "X-Mock-Control"
_COOKIE = "lehnz_control"
_SESSION, _ASSETS = f"{PREFIX}/session", f"{PREFIX}/ui/assets/"  # needed to sign in, and without data
_NOT_ELSEWHERE = (b"cross-origin-resource-policy", b"same-origin")  # keeps other sites from loading images and scripts
_SAFE_METHODS = {"GET", "HEAD"}


class Access:
    """The access rules. `token`: None if only this machine can connect. `names`: Host names that are allowed besides
    localhost and IP addresses."""

    def __init__(self, token: str | None, names: Iterable[str] = ()) -> None:
        self._token = token
        self.guesses = Guesses()
        self._names = {name.lower() for name in names}
        self._run = secrets.token_bytes(32)  # makes cookies of earlier runs invalid

    async def check(self, request: Request) -> None:
        """Check that a request is allowed. Raises Forbidden, Unauthorized or TooManyRequests, with the remedy in the
        message."""
        host = _host_name(request.headers.get("host", ""))
        if not self._knows(host):
            raise Forbidden(
                f"the control plane does not answer to the Host {host!r}: start the mock with --allowed-host"
            )
        if not (_is_open(request.scope["path"]) or await self._is_signed_in(request)):
            raise Unauthorized("send the control token that the mock printed, as Authorization: Bearer TOKEN")
        if request.method not in _SAFE_METHODS and request.headers.get(CHANGE_HEADER) != "1":
            raise Forbidden(f"a call that changes something needs the header {CHANGE_HEADER}: 1")

    async def accepts(self, token: str, request: Request) -> bool:
        """Return whether `token` is valid; any token is if none is needed. Raises TooManyRequests."""
        address = request.client.host if request.client else ""
        if self._token is None:
            return True
        if self.guesses.are_too_many(address):
            raise TooManyRequests("too many wrong control tokens came from your address: wait a second")
        if hmac.compare_digest(token.encode(), self._token.encode()):
            return True
        await self.guesses.wrong(address)
        return False

    def start_session(self, request: Request, response: Response) -> None:
        """Sign in the browser that gets this response. Scripts can't read the cookie, and it reveals nothing."""
        response.set_cookie(
            _cookie_name(request), self._session(), path=PREFIX, httponly=True, samesite="strict", max_age=86_400
        )

    async def _is_signed_in(self, request: Request) -> bool:
        if self._token is None:
            return True
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and await self.accepts(token.strip(), request):
            return True
        return hmac.compare_digest(request.cookies.get(_cookie_name(request), "").encode(), self._session().encode())

    def _session(self) -> str:
        return hmac.new(self._run, (self._token or "").encode(), hashlib.sha256).hexdigest()

    def _knows(self, host: str) -> bool:
        """Return whether the Host is allowed. Names are checked, because an attacker's DNS can point one at this
        machine; IP addresses are safe."""
        return host == "localhost" or host.endswith(".localhost") or host in self._names or _is_address(host)


class Guard:
    """The ASGI layer that enforces the rules. `sign_in` makes the page for a browser without the token."""

    def __init__(self, app: ASGIApp, access: Access, sign_in: Callable[[], Response] | None = None) -> None:
        self._app = app
        self._access = access
        self._sign_in = sign_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_to_same_origin(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], _NOT_ELSEWHERE]
            await send(message)

        await self._answer(scope, receive, send_to_same_origin)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        try:
            await self._access.check(request)
        except ApiError as error:
            wants_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
            is_unknown = isinstance(error, Unauthorized)
            page = self._sign_in() if self._sign_in and wants_page and is_unknown else refusal(error)
            await page(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_open(path: str) -> bool:
    return path == _SESSION or path.startswith(_ASSETS)


def _cookie_name(request: Request) -> str:
    """Return a cookie name that contains the port: browsers share cookies among all ports of a host, and two mocks must
    not sign each other's browsers out."""
    _, port = request.scope.get("server") or ("", 0)
    return f"{_COOKIE}_{port}"


def _host_name(header: str) -> str:
    """Return the name or address in a Host header, without port and brackets, in lower case."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
