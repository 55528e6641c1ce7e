"""The accounts that can sign in. Email addresses are case-insensitive."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mock_server.state.rate_limit import Window


@dataclass(frozen=True, slots=True)
class Account:
    account_id: str
    email: str  # in lower case
    name: str
    password_hash: str = field(repr=False)
    created_at: float  # seconds since the epoch


class Accounts:
    """Every account, by id and by address. `windows`: each account's rate limit window, by id."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self.windows: defaultdict[str, Window] = defaultdict(Window)
        self._by_id: dict[str, Account] = {}
        self._by_email: dict[str, Account] = {}
        for account in accounts:
            self.add(account)

    def __iter__(self) -> Iterator[Account]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __getitem__(self, account_id: str) -> Account:
        """Return the account with this id. Raises KeyError."""
        return self._by_id[account_id]

    def add(self, account: Account) -> Account:
        """Store an account. Raises ValueError for an address that already has one."""
        if account.email in self._by_email:
            raise ValueError("this address already has an account")
        self._by_id[account.account_id] = self._by_email[account.email] = account
        return account

    def get(self, account_id: str) -> Account | None:
        return self._by_id.get(account_id)

    def find(self, email: str) -> Account | None:
        """Return the account with this address, or None."""
        return self._by_email.get(email.lower())
