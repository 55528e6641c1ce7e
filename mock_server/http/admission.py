"""Decides which rate limit window a request is charged to: that of its key's organisation, of its token's account, or
of its address."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from mock_server.context import Context, Headers
from mock_server.errors import TooManyRequests, Unauthorized
from mock_server.spec.contract import Contract
from mock_server.spec.limits import Credential
from mock_server.state.accounts.accounts import Account
from mock_server.state.accounts.directory import Directory
from mock_server.state.accounts.tokens import TokenError
from mock_server.state.clock import Clock
from mock_server.state.rate_limit import Limiter, Quota, Visitors, Window

_OPTIONS: Mapping[Credential, str] = {
    "key": "--rate-limit N/WINDOW or off",
    "token": "--rate-limit off",
    "nothing": "--auth-rate-limit N/WINDOW or off",
}
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Admission:
    """The result of charging a request. `admitted`: the window had a request left; `quota`: the window's state
    afterwards. `account`: the account of a valid token; `refusal`: why a token is invalid. For an invalid token the
    window is only reported, not enforced (R14)."""

    admitted: bool
    quota: Quota
    account: Account | None = None
    refusal: Unauthorized | None = None

    def too_many_requests(self, payer: str, credential: Credential, logged: set[str]) -> TooManyRequests:
        """Return the 429. It is logged once per `logged` set, with the option that changes the limit."""
        quota, reason = self.quota, f"429 {credential}"
        if reason not in logged:
            logged.add(reason)
            logger.warning(
                "429 for %s: all %d requests of its %d s window are used up; start with %s",
                payer,
                quota.limit,
                quota.window_seconds,
                _OPTIONS[credential],
            )
        return TooManyRequests(
            f"all {quota.limit} requests of this {quota.window_seconds} s window are used up; "
            f"wait {quota.reset} s, then back off exponentially"
        )


class Gate:
    """Charges each request to exactly one window. A request without a valid key or token is charged to its address."""

    def __init__(self, contract: Contract, visitors: Visitors, directory: Directory, clock: Clock) -> None:
        self._contract = contract
        self._visitors = visitors
        self._directory = directory
        self._clock = clock

    def by_key(self, request: Context) -> Admission:
        caller = request.caller
        window = caller.organisation.state.window if caller else self._visitors.window(request.address)
        return self._charge(self._contract.limiter, window, request)

    def by_token(self, request: Context) -> Admission:
        limiter = self._contract.limiters["token"]
        try:
            account = self._account(request.headers)
        except Unauthorized as refusal:
            admission = self._charge(limiter, self._visitors.window(request.address), request)
            admission.refusal = refusal
        else:
            admission = self._charge(limiter, self._directory.accounts.windows[account.account_id], request)
            admission.account = account
        return admission

    def by_address(self, request: Context) -> Admission:
        window = self._directory.visitors.window(request.address)
        return self._charge(self._contract.limiters["nothing"], window, request)

    def _charge(self, limiter: Limiter, window: Window, request: Context) -> Admission:
        now, effects = self._clock.monotonic(), request.effects
        is_429 = effects.is_429
        admitted = is_429 or limiter.charge(window, now)
        quota = limiter.quota(window, now).at_pace(self._clock.scale)
        return Admission(admitted, effects.shown(quota) if is_429 else quota)

    def _account(self, headers: Headers) -> Account:
        """Return the account of the request's token. Raises Unauthorized, whose message says what to do."""
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer" or not token:
            raise Unauthorized("send the access_token of /auth/login as Authorization: Bearer ACCESS_TOKEN")
        try:
            account_id = self._directory.tokens.account_id(token.decode("latin-1").strip(), self._clock.now())
        except TokenError as error:
            raise Unauthorized(str(error)) from None
        account = self._directory.accounts.get(account_id)
        if account is None:
            raise Unauthorized("the account of this token no longer exists, perhaps after a reset; register again")
        return account
