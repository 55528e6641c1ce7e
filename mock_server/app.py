"""Builds the ASGI application around a mock. This is the only module that knows all of its layers.

create_app(mock, routes, access)
|- /docs, /openapi.yaml, ...  `routes`, Starlette's, outside CORS
|- /_mock                     the control plane and the dashboard, behind `access`
`- everything else            Recorder(FaultLayer(Cors(Api))): the API of the spec; with --proxy Recorder(Proxy)
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from mock_server.context import Resolver
from mock_server.control.access import Access
from mock_server.control.calls import PREFIX
from mock_server.http.admission import Gate
from mock_server.http.api import Api
from mock_server.http.cors import Cors
from mock_server.http.guards import Guards
from mock_server.http.on_demand import OnDemand
from mock_server.http.operations.accounts.call import Services
from mock_server.http.operations.table import NEEDS
from mock_server.http.timing import ServerTiming
from mock_server.http.welcome import wants_welcome, welcome_page
from mock_server.layers.durability import Durability
from mock_server.layers.faults.layer import FaultLayer
from mock_server.layers.faults.registry import Faults
from mock_server.layers.faults.wire import Wire
from mock_server.layers.journal.journal import Journal
from mock_server.layers.journal.meter import Meter
from mock_server.layers.journal.recorder import Recorder
from mock_server.lint.guard import StrictClient
from mock_server.mock import Mock

if TYPE_CHECKING:
    from mock_server.layers.proxy.proxy import Proxy


class Layers:
    """The layers around one mock's API that have state."""

    def __init__(self, mock: Mock) -> None:
        settings = mock.settings
        self.faults = Faults(settings.seed, mock.clock, settings.scenario)
        capacity = 0 if settings.no_control else settings.journal
        self.journal = Journal(capacity, mock.find_tenant, mock.contract.fields_of)
        self.meter = Meter()
        self.wire = Wire()
        mock.attach("faults", self.faults)
        mock.attach("journal", self.journal)

    def stop(self) -> None:
        """End every wait, because the server is about to stop."""
        self.wire.stop()
        self.journal.close()


def create_app(
    mock: Mock, routes: Sequence[BaseRoute] = (), access: Access | None = None, layers: Layers | None = None
) -> ASGIApp:
    """Build the mock's ASGI application; `routes` are served beside the API, chosen by the first segment of their path.
    Without `access` there is no control plane. Raises SpecError for a spec that can't be served in full."""
    layers = layers or Layers(mock)
    mock.contract.hold_to(NEEDS)
    every = [*routes, *([_control(mock, layers, access)] if access else [])]
    proxy = _proxy(mock)
    api = Recorder(proxy or _with_faults(mock, layers), layers.journal, layers.meter, mock.clock)
    resolver = Resolver(mock.contract, None if proxy else mock.organisations.keys)
    beside = Starlette(routes=every)
    segments = {_first_segment(route.path) for route in every if isinstance(route, Route | Mount)}
    has_welcome = bool(segments) and not mock.settings.proxy  # the target itself serves its root address

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            segment = _first_segment(scope["path"])
            if segment in segments:
                await beside(scope, receive, send)
            elif not segment and has_welcome and wants_welcome(scope):
                await welcome_page(segments)(scope, receive, send)
            else:
                resolver.resolve(scope)
                await api(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(mock, proxy, receive, send)
        else:
            await send({"type": "websocket.close"})

    app: ASGIApp = Durability(served, mock.keeper) if mock.keeper else served
    trusted = [str(network) for network in mock.settings.trust_proxy]
    return ProxyHeadersMiddleware(app, trusted) if trusted else app  # type: ignore[arg-type,return-value]


def _control(mock: Mock, layers: Layers, access: Access) -> Mount:
    """Mount the control plane and the dashboard. They are loaded at the first request to them, which saves a tenth of
    the start-up time."""

    def make() -> ASGIApp:
        from mock_server.control.routes import control_app

        return control_app(mock, layers.faults, layers.journal, layers.meter, layers.wire, access)

    return Mount(PREFIX, OnDemand(make))


def make_api(mock: Mock) -> Api:
    """Build the API without any layer around it."""
    services = Services(mock.contract, mock.directory, mock.organisations, mock.passwords, mock.uploads)
    gate = Gate(mock.contract, mock.visitors, mock.directory, mock.clock)
    strict = StrictClient(mock.settings.strict_client) if mock.settings.strict_client else None
    guards = Guards(services, mock.ingest, mock.clock, mock.settings.key_policy, strict)
    return Api(mock.contract, gate, guards, mock.settings.rate_limit_headers)


def _with_faults(mock: Mock, layers: Layers) -> ASGIApp:
    app: ASGIApp = FaultLayer(Cors(make_api(mock)), layers.faults, layers.wire, mock.settings.allow_prefer)
    return ServerTiming(app) if mock.settings.server_timing else app


def _proxy(mock: Mock) -> Proxy | None:
    """Return the proxy that replaces the API with --proxy, or None."""
    if not mock.settings.proxy:
        return None
    from mock_server.layers.proxy.proxy import Proxy  # imported here, because its HTTP client is seldom needed

    return Proxy(mock.contract, mock.settings.proxy, superset=mock.settings.key_policy == "superset")


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


async def _lifespan(mock: Mock, proxy: Proxy | None, receive: Receive, send: Send) -> None:
    await receive()
    mock.start()
    await send({"type": "lifespan.startup.complete"})
    with contextlib.suppress(asyncio.CancelledError):  # a second signal cancels the wait
        await receive()
    mock.close()
    if proxy:
        await proxy.close()
    await send({"type": "lifespan.shutdown.complete"})
