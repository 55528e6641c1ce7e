"""Registers accounts, logs them in, and shows the account of a token."""

from __future__ import annotations

from typing import Any

from mock_server.errors import Conflict, Unauthorized
from mock_server.http.operations.accounts.call import AccountCall, success
from mock_server.http.operations.call import Answer
from mock_server.state.accounts.accounts import Account
from mock_server.state.records import iso_8601


async def register(call: AccountCall) -> Answer:
    body = call.body
    password_hash = await call.services.passwords.hash(body["password"])
    try:
        account = call.directory.register(body["email"], body["name"], password_hash, call.now)
    except ValueError as error:
        raise Conflict(str(error)) from None
    return success(_signed_in(call, account), 201)


async def login(call: AccountCall) -> Answer:
    account = call.directory.accounts.find(call.body["email"])
    known = account.password_hash if account else None
    if not await call.services.passwords.matches(call.body["password"], known) or account is None:
        raise Unauthorized("wrong address or password")
    return success(_signed_in(call, account))


async def read_account(call: AccountCall) -> Answer:
    return success(_account(call.signed_in))


def _signed_in(call: AccountCall, account: Account) -> dict[str, Any]:
    seconds = call.services.contract.limits.token_seconds
    return {
        "access_token": call.directory.tokens.issue(account.account_id, call.now, seconds),
        "token_type": "Bearer",
        "expires_in": seconds,
        "account": _account(account),
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.account_id,
        "email": account.email,
        "name": account.name,
        "created_at": iso_8601(account.created_at),
    }
