"""The account side's state in one place: who may sign in, and what it knows of the organisations."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Any

from pydantic import TypeAdapter

from fixtures.bodies import unique_uuid
from fixtures.spec import KeyType
from mock_server.runtime.ingest import IngestQueue
from mock_server.runtime.passwords import Passwords
from mock_server.runtime.uploading import Uploads
from mock_server.state.accounts.accounts import Account, Accounts
from mock_server.state.accounts.team import Team
from mock_server.state.accounts.tokens import Tokens
from mock_server.state.clock import Clock
from mock_server.state.rate_limit import Visitors, Window


@dataclass(frozen=True, slots=True)
class Used:
    """A window in a snapshot; `started` in seconds after it."""

    started: float
    requests: int


@dataclass(frozen=True, slots=True)
class Frozen:
    accounts: list[Account]
    teams: list[Team]
    windows: dict[str, Used]  # of accounts that have asked for something
    dice: tuple[int, tuple[int, ...], float | None] | None


_FROZEN = TypeAdapter(Frozen)
_SUSPENDED = TypeAdapter(bool)


class AccountSide:
    """Under a virtual clock the same seed gives the same ids and keys; else nobody can guess one."""

    def __init__(self, seed: int, clock: Clock, ingest: IngestQueue) -> None:
        self._seed, self._clock = seed, clock
        self.uploads = Uploads(clock, ingest)
        self.passwords = Passwords()
        self.tokens = Tokens(secrets.token_bytes(32))
        self.told: set[str] = set()  # what the log has said once
        self.teams: dict[str, Team] = {}
        self.reset()

    def reset(self) -> list[str]:
        """Nobody is registered, nothing suspended, no window used. Returns the organisations that accounts made: they
        are over."""
        over = [team.tenant_id for team in self.teams.values() if team.made_by_account]
        repeatable = self._clock.virtual
        self.dice = Random(f"{self._seed}:accounts") if repeatable else SystemRandom()  # noqa: S311
        self.accounts = Accounts()
        self.visitors = Visitors()
        self.teams = {}
        self.uploads.forget()
        return over

    def close(self) -> None:
        self.passwords.close()
        self.uploads.close()

    def register(self, email: str, name: str, password_hash: str, now: float) -> Account:
        """Raises ValueError for an address that is taken."""
        return self.accounts.add(Account(unique_uuid(self.dice), email.lower(), name, password_hash, now))

    def team(self, tenant_id: str) -> Team:
        """The team of an organisation that is there; one that the mock made begins without members."""
        if tenant_id not in self.teams:
            self.teams[tenant_id] = Team(tenant_id, tenant_id, self._clock.now())
        return self.teams[tenant_id]

    def teams_of(self, account_id: str) -> list[Team]:
        return [team for team in self.teams.values() if account_id in team.members]

    def is_suspended(self, tenant_id: str) -> bool:
        team = self.teams.get(tenant_id)
        return team is not None and team.suspended

    def digests(self, tenant_id: str) -> Iterator[tuple[bytes, KeyType]]:
        """Of the good keys that members of an organisation generated."""
        return self.teams[tenant_id].digests() if tenant_id in self.teams else iter(())

    def forget(self, tenant_id: str) -> None:
        """The organisation was removed."""
        self.teams.pop(tenant_id, None)
        self.uploads.forget(tenant_id)

    def freeze(self, tenant_id: str | None = None) -> Any:
        """All of it; of one organisation only whether it is suspended, as members and keys are not its data."""
        if tenant_id is not None:
            return self.is_suspended(tenant_id)
        now = self._clock.monotonic()
        used = {name: Used(each.started - now, each.used) for name, each in self.accounts.windows.items() if each.used}
        dice = self.dice.getstate() if self._clock.virtual else None
        return _FROZEN.dump_python(Frozen(list(self.accounts), list(self.teams.values()), used, dice), mode="json")

    def thaw(self, frozen: Any, tenant_id: str | None = None) -> None:
        """Put it back. Raises ValueError for what `freeze` never gave."""
        if tenant_id is not None:
            self.suspend(tenant_id, _SUSPENDED.validate_python(frozen))
            return
        state = _FROZEN.validate_python(frozen)
        accounts = Accounts(state.accounts)
        if state.dice and self._clock.virtual:
            self.dice.setstate(state.dice)
        now = self._clock.monotonic()
        for name, used in state.windows.items():
            window: Window = accounts.windows[name]
            window.started, window.used = used.started + now, used.requests
        self.accounts, self.teams = accounts, {team.tenant_id: team for team in state.teams}
        self.visitors = Visitors()

    def suspend(self, tenant_id: str, suspended: bool) -> None:
        """Its keys and nearly everything about it are 403, or work again."""
        if suspended != self.is_suspended(tenant_id):
            self.team(tenant_id).suspended = suspended
