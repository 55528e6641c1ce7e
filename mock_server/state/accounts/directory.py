"""All accounts, and the teams, keys and suspensions of organisations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError
from pydantic import TypeAdapter

from fixtures.bodies import unique_uuid
from fixtures.spec import KeyType
from mock_server.state.accounts.accounts import Account, Accounts
from mock_server.state.accounts.team import Team
from mock_server.state.accounts.tokens import Tokens
from mock_server.state.clock import END_OF_CALENDAR, Clock
from mock_server.state.rate_limit import Visitors, Window


@dataclass(frozen=True, slots=True)
class Used:
    """A window in a snapshot; `started` is in seconds relative to the snapshot."""

    started: float
    requests: int


@dataclass(frozen=True, slots=True)
class Frozen:
    accounts: list[Account]
    teams: list[Team]
    windows: dict[str, Used]  # by id of the account, for accounts that have made requests
    dice: tuple[int, tuple[int, ...], float | None] | None


_FROZEN = TypeAdapter(Frozen)
_SUSPENDED = TypeAdapter(bool)
_DIGEST = re.compile("[0-9a-f]{64}")


class Directory:
    """The accounts and teams. `new_random` makes the generator of ids and keys, `new_signing_key` a key of at least 32
    bytes; each reset calls both again."""

    def __init__(self, clock: Clock, new_random: Callable[[], Random], new_signing_key: Callable[[], bytes]) -> None:
        self._clock = clock
        self._new_random, self._new_signing_key = new_random, new_signing_key
        self.visitors = Visitors()  # windows of addresses that send no token
        self.logged: set[str] = set()  # messages that were already logged
        self.teams: dict[str, Team] = {}
        self.tokens = Tokens(new_signing_key())
        self.reset()

    def reset(self) -> list[str]:
        """Remove all accounts, suspensions and windows. Returns the organisations that accounts created; they are to be
        removed too."""
        over = [team.tenant_id for team in self.teams.values() if team.made_by_account]
        self.rng = self._new_random()
        self.tokens.begin_anew(self._new_signing_key())  # a new key makes all earlier tokens invalid
        self.accounts = Accounts()
        self.visitors.clear()
        self.teams = {}
        return over

    def register(self, email: str, name: str, password_hash: str, now: float) -> Account:
        """Create an account. Raises ValueError for an address that already has one."""
        return self.accounts.add(Account(unique_uuid(self.rng), email.lower(), name, password_hash, now))

    def team(self, tenant_id: str) -> Team:
        """Return the team of an existing organisation. The team of one that the mock made has no members at first."""
        if tenant_id not in self.teams:
            self.teams[tenant_id] = Team(tenant_id, tenant_id, self._clock.now())
        return self.teams[tenant_id]

    def teams_of(self, account_id: str) -> list[Team]:
        return [team for team in self.teams.values() if account_id in team.members]

    def is_suspended(self, tenant_id: str) -> bool:
        team = self.teams.get(tenant_id)
        return team is not None and team.suspended

    def digests(self, tenant_id: str) -> Iterator[tuple[bytes, KeyType]]:
        """Return digests of the valid keys that the organisation's members generated."""
        return self.teams[tenant_id].digests() if tenant_id in self.teams else iter(())

    def forget(self, tenant_id: str) -> None:
        """Drop the team of an organisation that was removed."""
        self.teams.pop(tenant_id, None)

    def freeze(self, tenant_id: str | None = None) -> Any:
        """Return everything; for one organisation only whether it is suspended, because members and keys are not its
        data."""
        if tenant_id is not None:
            return self.is_suspended(tenant_id)
        now = self._clock.monotonic()
        used = {name: Used(each.started - now, each.used) for name, each in self.accounts.windows.items() if each.used}
        dice = self.rng.getstate() if self._clock.virtual else None
        return _FROZEN.dump_python(Frozen(list(self.accounts), list(self.teams.values()), used, dice), mode="json")

    def thaw(self, frozen: Any, tenant_id: str | None = None) -> None:
        """Restore the state. Raises ValueError for data that `freeze` did not return."""
        if tenant_id is not None:
            self.suspend(tenant_id, _SUSPENDED.validate_python(frozen))
            return
        state = _FROZEN.validate_python(frozen)
        _check(state)
        accounts = Accounts(state.accounts)
        if state.dice and self._clock.virtual:
            self.rng.setstate(state.dice)
        now = self._clock.monotonic()
        for name, used in state.windows.items():
            window: Window = accounts.windows[name]
            window.started, window.used = used.started + now, used.requests
        self.accounts, self.teams = accounts, {team.tenant_id: team for team in state.teams}
        self.visitors.clear()

    def suspend(self, tenant_id: str, suspended: bool) -> None:
        """Refuse nearly all requests for an organisation with 403, or serve them again."""
        if suspended != self.is_suspended(tenant_id):
            self.team(tenant_id).suspended = suspended


def _check(state: Frozen) -> None:
    """Check that the data can be used. Raises ValueError."""
    known = {account.account_id for account in state.accounts}
    for account in state.accounts:
        try:
            extract_parameters(account.password_hash)
        except InvalidHashError:
            raise ValueError(f"accounts: the password_hash of {account.email!r} is not a hash") from None
        _check_moment(account.created_at, f"created_at of {account.email!r}")
    for team in state.teams:
        if unknown := team.members.keys() - known:
            raise ValueError(f"teams: {team.tenant_id} has a member {sorted(unknown)[0]!r} who has no account")
        for pair in team.pairs.values():
            if not _DIGEST.fullmatch(pair.secret_digest):
                raise ValueError(f"teams: {team.tenant_id}: the secret_digest of {pair.key_id!r} is not a digest")
            _check_moment(pair.created_at, f"created_at of the keys {pair.key_id!r}")
            _check_moment(pair.revoked_at, f"revoked_at of the keys {pair.key_id!r}")
        for member in team.members.values():
            _check_moment(member.added_at, f"added_at of {member.account_id!r}")
        for entry in team.audit.entries:
            _check_moment(entry.at, f"the audit log of {team.tenant_id}")
        _check_moment(team.created_at, f"created_at of {team.tenant_id}")


def _check_moment(seconds: float | None, place: str) -> None:
    if seconds is not None and not 0 <= seconds < END_OF_CALENDAR:
        raise ValueError(f"{place}: is outside the calendar")
