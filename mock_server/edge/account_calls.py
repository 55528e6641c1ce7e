"""The account side's operations (R42), one short function per operationId, as routes.py has them for the API keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mock_server.accounts.accounts import Account
from mock_server.contract.contract import Handler
from mock_server.edge import envelope
from mock_server.errors import Conflict, Unauthorized

if TYPE_CHECKING:
    from mock_server.app import Mock

Answer = tuple[int, bytes]
_SUCCESS = "Success"


@dataclass(slots=True)
class AccountCall:
    """A request that was let through: valid input, and who asks (None for /auth)."""

    mock: Mock
    account: Account | None
    address: str
    now: float  # seconds since the epoch
    records: Sequence[dict[str, Any]] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        return self.records[0]

    @property
    def signed_in(self) -> Account:
        """Whoever asks, where the operation takes a token."""
        assert self.account is not None  # noqa: S101 - the admission saw to it
        return self.account


async def register(call: AccountCall) -> Answer:
    accounts, body = call.mock.account_side.accounts, call.body
    password_hash = await call.mock.account_side.passwords.hash(body["password"])
    try:
        account = accounts.add(body["email"], body["name"], password_hash, call.now)
    except ValueError as error:
        raise Conflict(str(error)) from None
    return 201, envelope.success(_SUCCESS, _signed_in(call, account))


async def login(call: AccountCall) -> Answer:
    account = call.mock.account_side.accounts.find(call.body["email"])
    known = account.password_hash if account else None
    if not await call.mock.account_side.passwords.matches(call.body["password"], known) or account is None:
        raise Unauthorized("no account has this address and this password")
    return 200, envelope.success(_SUCCESS, _signed_in(call, account))


async def read_account(call: AccountCall) -> Answer:
    return 200, envelope.success(_SUCCESS, _account(call.signed_in))


def _signed_in(call: AccountCall, account: Account) -> dict[str, Any]:
    seconds = call.mock.contract.limits.token_seconds
    return {
        "access_token": call.mock.account_side.tokens.issue(account.account_id, call.now, seconds),
        "token_type": "Bearer",
        "expires_in": seconds,
        "account": _account(account),
    }


def _account(account: Account) -> dict[str, Any]:
    return {
        "account_id": account.account_id,
        "email": account.email,
        "name": account.name,
        "created_at": _moment(account.created_at),
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


ACCOUNT_HANDLERS: Mapping[str, Handler] = {
    "register": Handler(register, ("email", "password", "name")),
    "login": Handler(login, ("email", "password")),
    "readAccount": Handler(read_account, ()),
}
