"""Computes password hashes in a thread, because one takes as long as hundreds of recommendations."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2  # threads; each takes a core and 19 MiB, so further passwords wait
# The minimum for Argon2id in OWASP's Password Storage Cheat Sheet.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self.hasher = hasher  # can be replaced, as by tests that sign in often
        self._threads = ThreadPoolExecutor(_AT_ONCE, "passwords")  # starts no thread before the first password
        self._dummy_hash: str | None = None

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.hasher.hash, password)

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Return whether password and hash match. With None, for an unknown account, this takes as long and returns
        False."""
        if self._dummy_hash is None:  # computed by the first call, whether the account exists or not
            self._dummy_hash = await self.hash("no account")
        given = password_hash or self._dummy_hash
        fits = await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password, given)
        return fits and password_hash is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self.hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):  # also for a malformed hash from a file
            return False
