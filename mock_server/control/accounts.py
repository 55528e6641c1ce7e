"""Calls that change accounts, for the operator of the mock.

PUT  /_mock/organisations/{tenant_id}/suspension   {"suspended": true}          its keys and members get 403
POST /_mock/organisations/{tenant_id}/members      {"email", "role"}            adds a registered account
"""

from __future__ import annotations

from pydantic import BaseModel
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from mock_server.control.calls import Body, changing, organisation_of
from mock_server.errors import Conflict, NotFound
from mock_server.mock import Mock
from mock_server.state.accounts.audit import Actor
from mock_server.state.accounts.roles import Role
from mock_server.state.accounts.team import Member


class Suspension(Body):
    suspended: bool


class NewMember(Body):
    email: str
    role: Role


class Suspended(BaseModel):
    tenant_id: str
    suspended: bool


class Added(BaseModel):
    tenant_id: str
    account_id: str
    email: str
    role: Role


def routes(mock: Mock) -> list[BaseRoute]:
    directory = mock.directory

    async def suspend(request: Request, body: Suspension) -> Suspended:
        tenant_id = organisation_of(mock, request).tenant_id
        if body.suspended != directory.is_suspended(tenant_id):
            directory.suspend(tenant_id, body.suspended)
            action = "suspend" if body.suspended else "unsuspend"
            directory.team(tenant_id).audit.add(mock.clock.now(), _actor(request), action)
        return Suspended(tenant_id=tenant_id, suspended=body.suspended)

    async def add_member(request: Request, body: NewMember) -> Added:
        tenant_id, account = organisation_of(mock, request).tenant_id, directory.accounts.find(body.email)
        if account is None:
            raise NotFound("no account has this address: register it first")
        team, now = directory.team(tenant_id), mock.clock.now()
        try:
            team.add(Member(account.account_id, body.role, now))
        except ValueError as error:
            raise Conflict(str(error)) from None
        details = {"email": account.email, "role": body.role}
        team.audit.add(now, _actor(request), "addMember", "done", account.account_id, details)
        return Added(tenant_id=tenant_id, account_id=account.account_id, email=account.email, role=body.role)

    return [
        Route("/organisations/{tenant_id}/suspension", changing(Suspension, suspend), methods=["PUT"]),
        Route("/organisations/{tenant_id}/members", changing(NewMember, add_member, status=201), methods=["POST"]),
    ]


def _actor(request: Request) -> Actor:
    return Actor(None, None, request.client.host if request.client else "")
