"""An account's organisations: list, create, rename."""

from __future__ import annotations

from typing import Any

from mock_server.errors import Conflict
from mock_server.http.operations.accounts.call import AccountCall, success
from mock_server.http.operations.call import Answer
from mock_server.state.accounts.names import free_id
from mock_server.state.accounts.roles import Role
from mock_server.state.accounts.team import Member, Team
from mock_server.state.records import iso_8601

MOST = 100  # organisations that one account may create, because each has a recommender


async def list_organisations(call: AccountCall) -> Answer:
    account_id = call.signed_in.account_id
    teams = call.directory.teams_of(account_id)
    return success({"organisations": [_organisation(team, team.members[account_id]) for team in teams]})


async def create_organisation(call: AccountCall) -> Answer:
    account, directory, name = call.signed_in, call.directory, call.body["name"]
    if sum(team.made_by_account for team in directory.teams_of(account.account_id)) >= MOST:
        raise Conflict(f"an account may be a member of at most {MOST} organisations created by accounts")
    tenant_id = free_id(name, call.services.organisations.__contains__)
    call.services.organisations.add(tenant_id, keys={})
    directory.teams[tenant_id] = team = Team(tenant_id, name, call.now, made_by_account=True)
    owner = team.add(Member(account.account_id, Role.OWNER, call.now))
    call.record(team=team, name=name)
    return success(_organisation(team, owner), 201)


async def read_organisation(call: AccountCall) -> Answer:
    return success(_organisation(call.here.team, call.here.member))


async def rename_organisation(call: AccountCall) -> Answer:
    team, name = call.here.team, call.body["name"]
    call.record(name=name, before=team.name)
    team.name = name
    return success(_organisation(team, call.here.member))


def _organisation(team: Team, member: Member) -> dict[str, Any]:
    return {
        "tenant_id": team.tenant_id,
        "name": team.name,
        "role": member.role,
        "status": "suspended" if team.suspended else "active",
        "created_at": iso_8601(team.created_at),
    }
