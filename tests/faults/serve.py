"""A broken server, or a legal variant, as a process of its own: the mock's command line with a deviation built in."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from mock_server.app import Mock, create_app
from mock_server.command import running
from mock_server.command.options import read_settings
from tests.faults.fault import Fault, Variant

DEFAULTS = ("--port", "0", "--host", "127.0.0.1", "--seed-data", "none", "--quiet", "--ingest-delay", "0.05")


def broken_app(each: Fault | Variant, mock: Mock, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The mock's application with the deviation."""
    deviation = each.broken if isinstance(each, Fault) else each.server
    return deviation(mock, create_app(mock, routes))


def serve(each: Fault | Variant | None, options: Sequence[str]) -> None:
    """Serve until a signal ends it; None is the plain mock. Later options win. Raises UsageError."""
    own = each.options if each else ()
    settings = read_settings([*DEFAULTS, *own, *options])
    if each:
        running.create_app = lambda mock, routes=(): broken_app(each, mock, routes)  # type: ignore[attr-defined]
    running.run(settings)
