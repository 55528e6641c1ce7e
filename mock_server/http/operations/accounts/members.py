"""The members of an organisation and their roles."""

from __future__ import annotations

from typing import Any

from mock_server.errors import Conflict, Forbidden, NotFound
from mock_server.http.operations.accounts.call import AccountCall, success
from mock_server.http.operations.call import Answer
from mock_server.state.accounts.roles import Role, may_give
from mock_server.state.accounts.team import LastOwner, Member
from mock_server.state.records import iso_8601


async def list_members(call: AccountCall) -> Answer:
    return success({"members": [_member(call, each) for each in call.here.team.members.values()]})


async def add_member(call: AccountCall) -> Answer:
    email, role = call.body["email"], Role(call.body["role"])
    account = call.directory.accounts.find(email)
    if account is None:
        raise NotFound("no account has this address; its owner has to register first")
    _check_rank(call, account.account_id, role)
    try:
        member = call.here.team.add(Member(account.account_id, role, call.now))
    except ValueError as error:
        raise Conflict(str(error)) from None
    call.record(account.account_id, email=account.email, role=role)
    return success(_member(call, member), 201)


async def change_role(call: AccountCall) -> Answer:
    member, role = _named(call), Role(call.body["role"])
    _check_rank(call, member.account_id, member.role, role)
    try:
        changed = call.here.team.change_role(member.account_id, role)
    except LastOwner as error:
        raise Conflict(str(error)) from None
    shown = _member(call, changed)
    call.record(member.account_id, email=shown["email"], role=role, before=member.role)
    return success(shown)


async def remove_member(call: AccountCall) -> Answer:
    member = _named(call)
    _check_rank(call, member.account_id, member.role)
    return _remove(call, member)


async def leave_organisation(call: AccountCall) -> Answer:
    return _remove(call, call.here.member)


def _remove(call: AccountCall, member: Member) -> Answer:
    try:
        call.here.team.remove(member.account_id)
    except LastOwner as error:
        raise Conflict(str(error)) from None
    shown = _member(call, member)
    call.record(member.account_id, email=shown["email"], role=member.role)
    return success(shown)


def _named(call: AccountCall) -> Member:
    """Return the member that the path names."""
    member = call.here.team.members.get(call.parameters["account_id"])
    if member is None:
        raise NotFound("the organisation has no such member")
    return member


def _check_rank(call: AccountCall, account_id: str, *roles: Role) -> None:
    """Check that no role is above the account's own. Raises Forbidden, which is written to the audit log."""
    own = call.here.member.role
    for role in roles:
        if not may_give(own, role):
            call.refuse(account_id, role=role)
            raise Forbidden(f"your role is {own}: an {role} is above it")


def _member(call: AccountCall, member: Member) -> dict[str, Any]:
    account = call.directory.accounts[member.account_id]
    return {
        "account_id": member.account_id,
        "email": account.email,
        "name": account.name,
        "role": member.role,
        "added_at": iso_8601(member.added_at),
    }
