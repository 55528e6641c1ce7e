"""Lets browsers of any origin call the API and read its headers (R40). CORS wraps the finished application, so a
preflight needs no key and counts against no limit, and a page can read even the response to an internal error."""

from collections.abc import Awaitable

from starlette.middleware.cors import ALL_METHODS, CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.context import Header, context_of
from mock_server.http.rate_limit_headers import EXPOSED

MAX_AGE_SECONDS = 600
_PREFLIGHT = b"access-control-request-method"


class Cors:
    """Adds the CORS headers. Starlette answers preflights; all other responses to a page of another origin get the same
    fixed headers here, because Starlette's middleware would take a fifth of the time of a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._middleware = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=ALL_METHODS,  # an unsupported method reaches the API and gets a 405, which the page can read
            allow_headers=["*"],
            allow_private_network=True,
            expose_headers=EXPOSED,  # listed by name: "*" has no effect on requests with credentials
            max_age=MAX_AGE_SECONDS,
        )
        simple = {**self._middleware.simple_headers, "Vary": "Origin"}
        self._headers: list[Header] = [(name.lower().encode(), value.encode()) for name, value in simple.items()]

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Call the application. Not a coroutine of its own, so that it costs next to nothing if no header is to be
        added."""
        if b"origin" not in context_of(scope).headers:
            return self._app(scope, receive, send)
        if scope["method"] == "OPTIONS" and any(name == _PREFLIGHT for name, _ in scope["headers"]):
            return self._middleware(scope, receive, send)

        def send_with_cors(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                message["headers"].extend(self._headers)
            return send(message)

        return self._app(scope, receive, send_with_cors)
