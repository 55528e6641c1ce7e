"""Faults: what fails on purpose, for which requests, and how often.

GET    /_mock/fault-kinds                            the kinds and their options
GET    /_mock/faults             ?tenant_id          the faults that are set, with their hits
POST   /_mock/faults             {"kind", ...}       set one
DELETE /_mock/faults             ?tenant_id or {"all": true}   remove them, and end their scenarios
DELETE /_mock/faults/{fault_id}
GET    /_mock/scenarios          ?tenant_id          the scenarios, and which is active
PUT    /_mock/scenario           {"name", "tenant_id"?}   start one; null ends it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from mock_server.context import context_of, has_context
from mock_server.control.calls import (
    All,
    Body,
    Nothing,
    changing,
    organisation_named,
    reading,
    tenant_asked,
    tenant_or_all,
)
from mock_server.errors import BadRequest, Conflict, NotFound
from mock_server.layers.faults.fault import Fault, problems
from mock_server.layers.faults.kinds import KINDS, OPTIONS, KindName
from mock_server.layers.faults.registry import Faults, SetFault
from mock_server.layers.faults.scenarios import SCENARIOS
from mock_server.layers.faults.wire import Wire
from mock_server.mock import Mock
from mock_server.settings import ScenarioName
from mock_server.spec.validation import listed


class NewFault(Fault, Body):
    """A fault in a request."""


class FaultShown(Fault):
    """`hits`: number of requests that it hit; `scenario`: the scenario that it belongs to."""

    fault_id: str
    scenario: ScenarioName | None
    hits: int


class FaultList(BaseModel):
    faults: list[FaultShown]


class KindShown(BaseModel):
    """Exactly one group of `forms` is given, with all its options; those of `optional` may be given."""

    kind: KindName
    sentence: str
    forms: list[list[str]]
    optional: list[str]


class KindList(BaseModel):
    kinds: list[KindShown]
    options: Mapping[str, str]  # the meaning of each option


class Removed(BaseModel):
    fault_ids: list[str]


class Choice(Body):
    """Without `tenant_id`: for all organisations."""

    name: ScenarioName | None
    tenant_id: str | None = None


class ScenarioShown(BaseModel):
    """`active` for the requested organisation, or for all; `tenant_ids` have it as their own."""

    name: ScenarioName
    sentence: str
    active: bool
    tenant_ids: list[str]


class ScenarioList(BaseModel):
    scenarios: list[ScenarioShown]


def routes(mock: Mock, set_faults: Faults, wire: Wire) -> list[BaseRoute]:
    async def kinds(_: Request) -> KindList:
        shown = [
            KindShown(
                kind=name, sentence=kind.sentence, forms=list(map(list, kind.forms)), optional=list(kind.optional)
            )
            for name, kind in KINDS.items()
        ]
        return KindList(kinds=shown, options=OPTIONS)

    async def faults(request: Request) -> FaultList:
        tenant_id = tenant_asked(mock, request)
        return FaultList(
            faults=[_shown(each) for each in set_faults if tenant_id is None or each.fault.tenant_id == tenant_id]
        )

    async def add(_: Request, body: NewFault) -> FaultShown:
        _refuse_behind_proxy(mock)
        if body.tenant_id is not None:
            organisation_named(mock, body.tenant_id)
        if found := problems(body, mock.contract.operations):
            raise BadRequest(*listed(found))
        try:
            added = set_faults.add(Fault.model_validate(body.model_dump(exclude_unset=True)))
        except OverflowError as error:
            raise Conflict(str(error)) from None
        await _close_idle(wire, [added.fault], body.tenant_id)
        return _shown(added)

    async def clear(request: Request, body: All) -> Removed:
        return Removed(fault_ids=set_faults.clear(tenant_or_all(mock, request, body)))

    async def remove(request: Request, _: Nothing) -> Removed:
        fault_id = request.path_params["fault_id"]
        try:
            set_faults.remove(fault_id)
        except KeyError:
            raise NotFound(f"there is no fault {fault_id!r}") from None
        return Removed(fault_ids=[fault_id])

    async def scenarios(request: Request) -> ScenarioList:
        return _scenarios(set_faults, tenant_asked(mock, request))

    async def choose(_: Request, body: Choice) -> ScenarioList:
        _refuse_behind_proxy(mock)
        if body.tenant_id is not None:
            organisation_named(mock, body.tenant_id)
        if body.name is None:
            set_faults.end_scenario(body.tenant_id)
        else:
            set_faults.start_scenario(body.name, body.tenant_id)
            await _close_idle(wire, SCENARIOS[body.name].faults, body.tenant_id)
        return _scenarios(set_faults, body.tenant_id)

    return [
        Route("/fault-kinds", reading(kinds)),
        Route("/faults", reading(faults)),
        Route("/faults", changing(NewFault, add, status=201), methods=["POST"]),
        Route("/faults", changing(All, clear), methods=["DELETE"]),
        Route("/faults/{fault_id}", changing(Nothing, remove), methods=["DELETE"]),
        Route("/scenarios", reading(scenarios)),
        Route("/scenario", changing(Choice, choose), methods=["PUT"]),
    ]


def _refuse_behind_proxy(mock: Mock) -> None:
    """Raise Conflict if the mock is a proxy, which has no faults."""
    if mock.settings.proxy:
        raise Conflict("faults are not available with --proxy: the target makes the responses")


async def _close_idle(wire: Wire, faults: Sequence[Fault], tenant_id: str | None) -> None:
    """Close the idle connections that a fault would break, except those of the control plane and of other
    organisations. A browser silently repeats a request when a connection that it has used before breaks, and would hide
    the fault."""

    def is_meant(scope: Scope) -> bool:
        if not has_context(scope):
            return False
        caller = context_of(scope).caller
        return scope["method"] == "OPTIONS" or tenant_id in (None, caller.organisation.tenant_id if caller else None)

    if any(fault.breaks_connections for fault in faults):
        await wire.close_idle(is_meant)


def _shown(each: SetFault) -> FaultShown:
    fields = each.fault.model_dump()
    return FaultShown(**fields, fault_id=each.fault_id, scenario=each.scenario, hits=each.hits)


def _scenarios(set_faults: Faults, tenant_id: str | None) -> ScenarioList:
    chosen = set_faults.scenarios
    active = chosen.get(tenant_id, chosen.get(None))
    return ScenarioList(
        scenarios=[
            ScenarioShown(
                name=name,
                sentence=scenario.sentence,
                active=name == active,
                tenant_ids=[owner for owner, its in chosen.items() if owner is not None and its == name],
            )
            for name, scenario in SCENARIOS.items()
        ]
    )
