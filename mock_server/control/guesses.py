"""Slows down guesses of the control token: the response to a wrong one is delayed, and only a few per address are
handled at a time."""

from __future__ import annotations

import asyncio
from collections import Counter

WAIT_SECONDS = 0.5
MOST_AT_ONCE = 10  # per address: twenty guesses a second


class Guesses:
    def __init__(self, wait_seconds: float = WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._waiting: Counter[str] = Counter()

    def are_too_many(self, address: str) -> bool:
        """Return whether the next token from this address is refused unread."""
        return self._waiting[address] >= MOST_AT_ONCE

    async def wrong(self, address: str) -> None:
        """Wait until a wrong token may be answered."""
        self._waiting[address] += 1
        try:
            await asyncio.sleep(self._wait_seconds)
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]
