"""The account side's state in one place: who may sign in, and how."""

from __future__ import annotations

import secrets
from random import Random, SystemRandom

from mock_server.accounts.accounts import Accounts
from mock_server.accounts.tokens import Tokens
from mock_server.domain.limits import Visitors
from mock_server.passwords import Passwords


class AccountSide:
    """`repeatable`: the same ids for the same seed; else nobody can guess one."""

    def __init__(self, seed: int, repeatable: bool) -> None:
        self._seed, self.repeatable = seed, repeatable
        self.passwords = Passwords()
        self.tokens = Tokens(secrets.token_bytes(32))
        self.told: set[str] = set()  # what the log has said once
        self.reset()

    def reset(self) -> None:
        """Nobody is registered, and no address has used up its part of the limit of /auth."""
        dice = Random(f"{self._seed}:accounts") if self.repeatable else SystemRandom()  # noqa: S311
        self.accounts = Accounts(dice)
        self.visitors = Visitors()

    def close(self) -> None:
        self.passwords.close()
