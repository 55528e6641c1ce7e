"""--state: a response is sent only after everything that it acknowledges is in the state file."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.context import context_of, has_context
from mock_server.errors import InternalServerError
from mock_server.http.envelope import failure
from mock_server.runtime.durable.keeper import Keeper, NotKept

_READS = ("GET", "HEAD", "OPTIONS")


class Durability:
    """The outermost layer. It also wraps the control plane."""

    def __init__(self, app: ASGIApp, keeper: Keeper) -> None:
        self._app = app
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        failed = False

        async def kept(message: Message) -> None:
            nonlocal failed
            if message["type"] == "http.response.start":
                self._note(scope)
                try:
                    await self._keeper.settle()
                except NotKept as error:
                    failed = True
                    await _refuse(send, failure(InternalServerError(str(error))))
            if not failed:
                await send(message)

        await self._app(scope, receive, kept)

    def _note(self, scope: Scope) -> None:
        """Tell the keeper what the request may have changed."""
        if not has_context(scope):
            if scope["method"] not in _READS:
                self._keeper.touch_everything()
            return
        request = context_of(scope)
        if request.caller is not None:
            self._keeper.touch(request.caller.organisation)
        elif request.endpoint is not None and request.endpoint.credential != "key":
            self._keeper.touch_everything()


async def _refuse(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
