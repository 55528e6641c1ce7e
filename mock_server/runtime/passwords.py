"""Password hashes, made and checked in a thread: one takes as long as hundreds of recommendations."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2  # each takes a core and 19 MiB; the others wait
# What OWASP's Password Storage Cheat Sheet names as the least for Argon2id.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class Passwords:
    def __init__(self, hasher: PasswordHasher = _HASHER) -> None:
        self.hasher = hasher  # may be changed, as by tests that sign in often
        self._threads = ThreadPoolExecutor(_AT_ONCE, "passwords")  # makes no thread before the first password
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.hasher.hash, password)

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """None, for an account that doesn't exist, takes as long as any other hash, and never matches."""
        if self._nobodys is None:  # whoever comes first waits for it, whether the account exists or not
            self._nobodys = await self.hash("nobody's")
        given = password_hash or self._nobodys
        fits = await asyncio.get_running_loop().run_in_executor(self._threads, self._verify, password, given)
        return fits and password_hash is not None

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self.hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):  # also a hash that came from a file and is none
            return False
