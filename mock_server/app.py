"""The ASGI application around a mock: the only module that knows all of its layers.

create_app(mock, routes)
|- /_mock, /docs, /openapi.yaml, ...  `routes`, Starlette's, outside CORS
`- everything else                    Recorder(FaultLayer(Cors(Api(mock)))): the API of the spec
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.http.api import Api
from mock_server.http.cors import Cors
from mock_server.http.timing import ServerTiming
from mock_server.http.welcome import wants_welcome, welcome_page
from mock_server.layers.faults.layer import FaultLayer
from mock_server.layers.journal.recorder import Recorder
from mock_server.mock import Mock

if TYPE_CHECKING:
    from mock_server.layers.proxy.proxy import Proxy


def create_app(mock: Mock, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The mock as an ASGI application. `routes` are served beside the API, by the first segment of their path."""
    proxy = _proxy(mock)
    api = Recorder(proxy or _api(mock), mock)
    beside = Starlette(routes=list(routes))
    segments = {_first_segment(route.path) for route in routes if isinstance(route, Route | Mount)}
    has_welcome = bool(segments) and not mock.settings.proxy  # a target's address is its own

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if has_welcome and wants_welcome(scope):
                await welcome_page(segments)(scope, receive, send)
            else:
                await (beside if _first_segment(scope["path"]) in segments else api)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(mock, proxy, receive, send)
        else:
            await send({"type": "websocket.close"})

    return app


def _proxy(mock: Mock) -> Proxy | None:
    """What stands in the API's place with --proxy."""
    if not mock.settings.proxy:
        return None
    from mock_server.layers.proxy.proxy import Proxy  # its HTTP client is loaded only when it is wanted

    return Proxy(mock, mock.settings.proxy)


def _api(mock: Mock) -> ASGIApp:
    app: ASGIApp = FaultLayer(mock, Cors(Api(mock)))
    if mock.settings.server_timing:
        app = ServerTiming(app)
    return app


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


async def _lifespan(mock: Mock, proxy: Proxy | None, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    with contextlib.suppress(asyncio.CancelledError):  # a second signal waits for nothing
        await receive()
    mock.ingest.close()
    mock.lifetimes.close()
    mock.account_side.close()
    if proxy:
        await proxy.close()
    await send({"type": "lifespan.shutdown.complete"})
