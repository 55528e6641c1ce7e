"""The mock as one object, and the ASGI application around it.

create_app(mock, routes)
|- /_mock, /docs, /openapi.yaml, ...  `routes`, Starlette's, outside CORS
`- everything else                    Cors(FaultLayer(Api(mock))): the API of the spec
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fixtures.spec import Spec, load_spec
from mock_server.clock import Clock, RealClock, VirtualClock
from mock_server.contract.contract import Contract
from mock_server.domain.limits import Visitors
from mock_server.domain.organisations import Organisation, Organisations
from mock_server.domain.recommender import Config
from mock_server.domain.tenant import Tenant
from mock_server.edge.api import Api
from mock_server.edge.cors import Cors
from mock_server.edge.routes import HANDLERS
from mock_server.faults.layer import FaultLayer
from mock_server.faults.registry import Faults
from mock_server.faults.wire import Wire
from mock_server.ingest import IngestQueue
from mock_server.settings import Settings

VIRTUAL_START = 1_780_315_200.0  # 2026-06-01T12:00:00Z, where the caller brings no world with a "now" of its own

logger = logging.getLogger(__name__)


class Mock:
    """All state of a running mock. Raises SpecError for a spec that can't be served in full.

    `fill` puts the seed data into a fresh tenant; it is asked for every organisation that gets any, at the start, on
    a reset and when one is added."""

    def __init__(
        self,
        settings: Settings | None = None,
        spec: Spec | None = None,
        clock: Clock | None = None,
        fill: Callable[[Tenant], None] | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.contract = Contract(spec or load_spec(self.settings.spec), self.settings, HANDLERS)
        self.clock: Clock = clock or (VirtualClock(VIRTUAL_START) if self.settings.clock == "virtual" else RealClock())
        self.ingest = IngestQueue(self.clock, self.settings.ingest_delay)
        self.visitors = Visitors()
        self.faults = Faults(self.settings.seed, self.clock, self.settings.scenario)
        self.wire = Wire()
        self._fill = fill
        self.organisations = Organisations(self.settings.orgs, self.settings.seed, self._make_tenant)

    @property
    def spec(self) -> Spec:
        return self.contract.spec

    def reload_spec(self, spec: Spec) -> None:
        """Serve another spec with the same data. Raises SpecError, and then nothing has changed."""
        self.contract = Contract(spec, self.settings, HANDLERS)

    def reset(self, tenant_id: str | None = None, seeded: bool | None = None) -> None:
        """Put one organisation (default: all of them) back to its start, or to the seed data, or to nothing.

        Raises KeyError for an unknown one."""
        if tenant_id is not None:
            self.organisations.reset(tenant_id, seeded)
            self.faults.reset(tenant_id)
            return
        for organisation in self.organisations:
            self.organisations.reset(organisation.tenant_id, seeded)
        self.visitors = Visitors()
        self.faults.reset()

    async def flush(self) -> None:
        """Return when everything accepted so far is visible."""
        await self.ingest.flush()

    async def advance(self, seconds: float) -> None:
        """Move a virtual clock; every record that falls due on the way is applied in order. Raises ValueError for a
        real clock and for a number that is negative or not finite."""
        if not isinstance(self.clock, VirtualClock):
            raise ValueError("the clock is real: start the mock with --clock virtual")
        if not 0 <= seconds < float("inf"):
            raise ValueError("seconds must be a number from 0")
        target = self.clock.now() + seconds
        while (due := self.ingest.next_due) <= target:
            self.clock.move_to(max(due, self.clock.now()))
            await self.ingest.apply_due()
        self.clock.move_to(max(target, self.clock.now()))

    def add_organisation(self, tenant_id: str | None = None) -> Organisation:
        """A new organisation with fresh keys. Raises ValueError for an id that is taken."""
        return self.organisations.add(tenant_id)

    def remove_organisation(self, tenant_id: str) -> None:
        """Forget an organisation, its keys and its data. Raises KeyError."""
        self.organisations.remove(tenant_id)
        self.faults.reset(tenant_id)

    def _make_tenant(self, tenant_id: str, first: bool, seeded: bool | None) -> Tenant:
        tenant = Tenant(tenant_id, Config(depth=self.contract.ranking_depth))
        if seeded is None:
            seeded = first or self.settings.seed_orgs == "all"
        if self._fill and seeded:
            self._fill(tenant)
        return tenant


def create_app(mock: Mock, routes: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The mock as an ASGI application. `routes` are served beside the API, by the first segment of their path."""
    api = Cors(FaultLayer(mock, Api(mock)))
    beside = Starlette(routes=list(routes))
    segments = {_first_segment(route.path) for route in routes if isinstance(route, Route | Mount)}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await (beside if _first_segment(scope["path"]) in segments else api)(scope, receive, send)
        elif scope["type"] == "lifespan":
            await _lifespan(mock, receive, send)
        else:
            await send({"type": "websocket.close"})

    return app


def _first_segment(path: str) -> str:
    return path[1:].partition("/")[0]


async def _lifespan(mock: Mock, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    mock.ingest.close()
    await send({"type": "lifespan.shutdown.complete"})
