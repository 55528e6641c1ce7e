"""Who sends a request, and whose window pays for it: an API key's organisation, a token's account, or an address."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from fixtures.rules import enumerated
from mock_server.errors import Forbidden, NotFound, TooManyRequests, Unauthorized
from mock_server.http.operations.accounts.call import AccountCall, Membership
from mock_server.spec.limits import Credential
from mock_server.state import keys
from mock_server.state.accounts.accounts import Account
from mock_server.state.accounts.roles import Role
from mock_server.state.accounts.tokens import TokenError
from mock_server.state.keys import Caller
from mock_server.state.rate_limit import Limiter, Quota, Window

if TYPE_CHECKING:
    from mock_server.mock import Mock

Headers = Mapping[bytes, bytes]
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Admission:
    """`refusal`: why nobody is let in; then the window only informs (R14)."""

    limiter: Limiter
    window: Window
    caller: Caller | None = None
    account: Account | None = None
    refusal: Unauthorized | None = None


def admit(mock: Mock, credential: Credential, headers: Headers, address: Callable[[], str]) -> Admission:
    """What the request's headers prove. `address` is asked only where it matters."""
    return _ADMIT[credential](mock, headers, address)


def _by_key(mock: Mock, headers: Headers, address: Callable[[], str]) -> Admission:
    key = headers.get(b"x-api-key")
    caller = mock.organisations.keys.find(key) if key else None
    if caller:
        return Admission(mock.contract.limiter, caller.organisation.state.window, caller)
    refusal = keys.unauthorised(key, b"authorization" in headers)
    return Admission(mock.contract.limiter, mock.visitors.window(address()), refusal=refusal)


def _by_token(mock: Mock, headers: Headers, address: Callable[[], str]) -> Admission:
    limiter = mock.contract.limiters["token"]
    try:
        account = _account(mock, headers)
    except Unauthorized as refusal:
        return Admission(limiter, mock.visitors.window(address()), refusal=refusal)
    return Admission(limiter, mock.account_side.accounts.windows[account.account_id], account=account)


def _by_address(mock: Mock, _: Headers, address: Callable[[], str]) -> Admission:
    return Admission(mock.contract.limiters["nothing"], mock.account_side.visitors.window(address()))


_ADMIT: Mapping[Credential, Callable[[Mock, Headers, Callable[[], str]], Admission]] = {
    "key": _by_key,
    "token": _by_token,
    "nothing": _by_address,
}


def _account(mock: Mock, headers: Headers) -> Account:
    """Raises Unauthorized, which says what to do."""
    scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() != b"bearer" or not token:
        raise Unauthorized("send the access_token of /auth/login as Authorization: Bearer ACCESS_TOKEN")
    try:
        account_id = mock.account_side.tokens.account_id(token.decode("latin-1").strip(), mock.clock.now())
    except TokenError as error:
        raise Unauthorized(str(error)) from None
    account = mock.account_side.accounts.get(account_id)
    if account is None:
        raise Unauthorized("the account of this token is gone, perhaps by a reset; register again")
    return account


def membership(call: AccountCall, roles: Set[Role], tenant_id: bytes) -> Membership:
    """Where the account asks, and as what. Raises NotFound for an organisation that it is not in, which may not even
    exist, and Forbidden for a suspended one and for a role that may not do this."""
    mock, account_id = call.mock, call.signed_in.account_id
    name = unquote_to_bytes(tenant_id).decode(errors="replace")
    team = mock.account_side.teams.get(name)
    if team is None or account_id not in team.members or name not in mock.organisations:
        raise NotFound("you are in no organisation of that id")
    found = call.membership = Membership(mock.organisations[name], team, team.members[account_id])
    if team.suspended:
        raise suspended(name)
    if found.member.role not in roles:
        call.refuse()
        able = enumerated([role for role in Role if role in roles], "and")
        raise Forbidden(f"your role is {found.member.role}; {able} may do this")
    return found


def suspended(tenant_id: str) -> Forbidden:
    return Forbidden(f"the organisation {tenant_id} is suspended")


def too_many_requests(mock: Mock, credential: Credential, who: Admission, quota: Quota) -> TooManyRequests:
    """429; the log says once for each organisation, and once for the rest, which option changes it."""
    told = who.caller.organisation.state.told if who.caller else mock.account_side.told
    reason = f"429 {credential}"
    if reason not in told:
        told.add(reason)
        logger.warning(
            "429 for %s: all %d requests of its %d s window are used up; start with %s",
            who.caller.organisation.tenant_id if who.caller else _PAYERS[credential],
            quota.limit,
            quota.window_seconds,
            _OPTIONS[credential],
        )
    return TooManyRequests(
        f"all {quota.limit} requests of this {quota.window_seconds} s window are used up; "
        f"wait {quota.reset} s, then back off exponentially"
    )


_PAYERS: Mapping[Credential, str] = {"token": "an account", "nothing": "an address on /auth"}
_OPTIONS: Mapping[Credential, str] = {
    "key": "--rate-limit N/WINDOW or off",
    "token": "--rate-limit off",
    "nothing": "--auth-rate-limit N/WINDOW or off",
}
