"""/_mock as one mount: the calls of every module in the list, behind one guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from mock_server.control import (
    accounts,
    catalogue,
    clock,
    faults,
    journal,
    limits,
    metrics,
    organisations,
    people,
    recommendations,
    snapshots,
    state,
)
from mock_server.control.access import PREFIX, Access, Guard
from mock_server.control.calls import HANDLERS
from mock_server.control.description import description_route
from mock_server.control.session import session_routes
from mock_server.dashboard import pages

if TYPE_CHECKING:
    from mock_server.mock import Mock

# One module, one noun. The first route that fits a path answers.
MODULES: Sequence[Callable[[Mock], list[BaseRoute]]] = (
    state.routes,
    organisations.routes,
    clock.routes,
    limits.routes,
    snapshots.routes,
    accounts.routes,
    faults.routes,
    journal.routes,
    catalogue.routes,
    people.routes,
    recommendations.routes,
    metrics.routes,
)


def control_route(mock: Mock, access: Access) -> Mount:
    """The control plane, to be mounted beside the API: outside its CORS, behind `access`."""
    calls = [*session_routes(access), *(route for module in MODULES for route in module(mock))]
    routes = [*calls, description_route(calls), *pages.routes(mock)]
    app = Starlette(routes=routes, exception_handlers=HANDLERS)
    app.router.redirect_slashes = False  # as everywhere: what isn't there is 404, in the envelope
    return Mount(PREFIX, Guard(app, access, pages.sign_in_page))
