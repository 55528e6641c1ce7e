"""Removes organisations with a limited lifetime when it ends, by the machine's clock, so that a client that crashes or
forgets to clean up leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Lifetimes:
    """The running lifetimes. `remove` is called with the id of an organisation whose lifetime has ended."""

    def __init__(self, remove: Callable[[str], object]) -> None:
        self._remove = remove
        self._ends: dict[str, asyncio.TimerHandle] = {}

    def start(self, tenant_id: str, seconds: float) -> None:
        """Start a lifetime. Requires a running event loop."""
        self.end(tenant_id)
        self._ends[tenant_id] = asyncio.get_running_loop().call_later(seconds, self._over, tenant_id)

    def end(self, tenant_id: str) -> None:
        """Cancel a lifetime, because the organisation was removed or stays for good."""
        if handle := self._ends.pop(tenant_id, None):
            handle.cancel()

    def left(self, tenant_id: str) -> float | None:
        """Return the seconds left; None for an organisation without a limit."""
        handle = self._ends.get(tenant_id)
        return max(0.0, handle.when() - asyncio.get_running_loop().time()) if handle else None

    def close(self) -> None:
        for tenant_id in list(self._ends):
            self.end(tenant_id)

    def _over(self, tenant_id: str) -> None:
        self._ends.pop(tenant_id, None)
        self._remove(tenant_id)
