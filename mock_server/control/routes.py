"""Assembles all of /_mock: the calls of all modules, behind one guard."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from mock_server.control import (
    accounts,
    catalogue,
    clock,
    exports,
    faults,
    imports,
    journal,
    metrics,
    organisations,
    rate_limit,
    recommendations,
    snapshots,
    state,
    users,
)
from mock_server.control.access import Access, Guard
from mock_server.control.calls import HANDLERS
from mock_server.control.description import description_route
from mock_server.control.session import session_routes
from mock_server.dashboard import pages
from mock_server.layers.faults.registry import Faults
from mock_server.layers.faults.wire import Wire
from mock_server.layers.journal.journal import Journal
from mock_server.layers.journal.meter import Meter
from mock_server.mock import Mock


def call_routes(mock: Mock, set_faults: Faults, exchanges: Journal, meter: Meter, wire: Wire) -> list[BaseRoute]:
    """Return the routes of all calls, with their collaborators. The first route that matches serves a request."""
    return [
        *state.routes(mock),
        *organisations.routes(mock),
        *clock.routes(mock),
        *rate_limit.routes(mock),
        *snapshots.routes(mock),
        *accounts.routes(mock),
        *faults.routes(mock, set_faults, wire),
        *journal.routes(mock, exchanges, wire),
        *exports.routes(mock, exchanges),
        *catalogue.routes(mock),
        *imports.routes(mock),
        *users.routes(mock),
        *recommendations.routes(mock),
        *metrics.routes(mock, exchanges, meter),
    ]


def control_app(
    mock: Mock, set_faults: Faults, exchanges: Journal, meter: Meter, wire: Wire, access: Access
) -> ASGIApp:
    """Build the control plane, to be mounted at PREFIX: outside the API's CORS, behind `access`."""
    calls = [*session_routes(access), *call_routes(mock, set_faults, exchanges, meter, wire)]
    routes = [*calls, description_route(calls), *pages.routes(mock)]
    app = Starlette(routes=routes, exception_handlers=HANDLERS)
    app.router.redirect_slashes = False  # an unknown path is a 404 in the envelope, as everywhere
    return Guard(app, access, pages.sign_in_page)
