"""A layer that counts the requests to a mock."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Counter:
    seen = 0

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def layer(scope: Scope, receive: Receive, send: Send) -> None:
            self.seen += scope["type"] == "http"
            await app(scope, receive, send)

        return layer
