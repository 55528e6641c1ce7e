"""Rate limits: at most so many requests per fixed window (R36)."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import NamedTuple

from fixtures.spec import RateLimit


class Quota(NamedTuple):
    """A window's state after a request. `reset`: seconds until it ends, rounded up."""

    limit: int
    remaining: int
    reset: int
    window_seconds: int

    def at_pace(self, scale: float) -> Quota:
        """Convert `reset` to the client's seconds, each of which is `scale` of the mock's. Unchanged for a clock that
        stands still, because nobody knows when it will be moved."""
        return self if scale in (0, 1) else self._replace(reset=math.ceil(self.reset / scale))


class Window:
    """The requests counted since `started`. The first request after a window's end starts a new one.

    `rule` and `enforced` override the limiter's unless they are None. Until `exhausted_until` every request is
    refused."""

    __slots__ = ("enforced", "exhausted_until", "rule", "started", "used")

    def __init__(self) -> None:
        self.rule: RateLimit | None = None
        self.enforced: bool | None = None
        self.refill()

    def refill(self) -> None:
        """Restore the full limit."""
        self.started = self.exhausted_until = -math.inf
        self.used = 0

    def copy(self, later: float = 0.0) -> Window:
        """Return a copy that, `later` seconds from now, has the state that this window has now."""
        twin = Window()
        twin.rule, twin.enforced, twin.used = self.rule, self.enforced, self.used
        twin.started, twin.exhausted_until = self.started + later, self.exhausted_until + later
        return twin


class Limiter:
    """A limit that applies to any number of windows. With `enforced=False` it neither refuses nor counts."""

    def __init__(self, rule: RateLimit, enforced: bool = True) -> None:
        self.rule = rule
        self.enforced = enforced

    def charge(self, window: Window, now: float) -> bool:
        """Count a request and return True, or return False and count nothing if no request is left."""
        if now < window.exhausted_until:
            return False
        if not self.enforces(window):
            return True
        rule = window.rule or self.rule
        if now - window.started >= rule.window_seconds:
            window.started, window.used = now, 0
        if window.used >= rule.limit:
            return False
        window.used += 1
        return True

    def quota(self, window: Window, now: float) -> Quota:
        rule = window.rule or self.rule
        limit, seconds = rule.limit, rule.window_seconds
        if now < window.exhausted_until:
            return Quota(limit, 0, math.ceil(window.exhausted_until - now), seconds)
        elapsed = now - window.started
        if elapsed >= seconds or not self.enforces(window):
            return Quota(limit, limit, seconds, seconds)
        return Quota(limit, max(0, limit - window.used), seconds - math.floor(elapsed), seconds)

    def enforces(self, window: Window) -> bool:
        return self.enforced if window.enforced is None else window.enforced

    def is_running(self, window: Window, now: float) -> bool:
        """Return whether a window has started and not yet ended."""
        seconds = (window.rule or self.rule).window_seconds
        return now < window.exhausted_until or (self.enforces(window) and now - window.started < seconds)

    def exhaust(self, window: Window, now: float, seconds: float | None = None) -> None:
        """Refuse all requests for `seconds` (default: the rest of the window); then a new window starts."""
        wait = self.quota(window, now).reset if seconds is None else seconds
        window.refill()
        window.exhausted_until = now + wait


class Visitors:
    """A window per address that sends no valid key. Windows are only reported, so that of the address unseen for
    longest may be dropped."""

    def __init__(self, kept: int = 10_000) -> None:
        self._kept = kept
        self._windows: OrderedDict[str, Window] = OrderedDict()

    def copy(self, later: float = 0.0) -> Visitors:
        """Return a copy that, `later` seconds from now, has the state that these windows have now."""
        twin = Visitors(self._kept)
        twin._windows.update((address, window.copy(later)) for address, window in self._windows.items())
        return twin

    def clear(self) -> None:
        """Drop all windows."""
        self._windows.clear()

    def put_back(self, earlier: Visitors) -> None:
        """Take over the windows of a copy, which must not be used any more."""
        self._windows = earlier._windows

    def window(self, address: str) -> Window:
        window = self._windows.get(address)
        if window is None:
            window = self._windows[address] = Window()
            if len(self._windows) > self._kept:
                self._windows.popitem(last=False)
        self._windows.move_to_end(address)
        return window
