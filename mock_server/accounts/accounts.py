"""People who may sign in. An address is the same in upper and in lower case."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from fixtures.bodies import unique_uuid
from mock_server.domain.limits import Window


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """`window`: what it has used of its rate limit. Seconds since the epoch."""

    account_id: str
    email: str  # in lower case
    name: str
    password_hash: str = field(repr=False)
    created_at: float
    window: Window = field(default_factory=Window, repr=False)


class Accounts:
    """Every account, by id and by address."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._by_id: dict[str, Account] = {}
        self._by_email: dict[str, Account] = {}

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, email: str, name: str, password_hash: str, now: float) -> Account:
        """Raises ValueError for an address that is taken."""
        if self.find(email):
            raise ValueError("this address has an account already")
        account = Account(unique_uuid(self._dice), email.lower(), name, password_hash, now)
        self._by_id[account.account_id] = self._by_email[account.email] = account
        return account

    def get(self, account_id: str) -> Account | None:
        return self._by_id.get(account_id)

    def find(self, email: str) -> Account | None:
        """The account of that address."""
        return self._by_email.get(email.lower())
