"""How many requests an organisation may make: fixed windows (R36)."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import NamedTuple

from fixtures.spec import RateLimit


class Quota(NamedTuple):
    """What a window says after a request: `reset` is in whole seconds, rounded up."""

    limit: int
    remaining: int
    reset: int
    window_seconds: int

    def at_pace(self, scale: float) -> Quota:
        """With `reset` in the client's seconds, of which each is `scale` of the mock's; as it is on a clock that stands
        still, because nobody can know when it will be moved."""
        return self if scale in (0, 1) else self._replace(reset=math.ceil(self.reset / scale))


class Window:
    """Requests since `started`; a window that has ended starts anew with the next request.

    `rule` and `enforced` are this window's own where they are not None; until `exhausted_until` nothing is left."""

    __slots__ = ("enforced", "exhausted_until", "rule", "started", "used")

    def __init__(self) -> None:
        self.rule: RateLimit | None = None
        self.enforced: bool | None = None
        self.refill()

    def refill(self) -> None:
        """As before the first request."""
        self.started = self.exhausted_until = -math.inf
        self.used = 0

    def copy(self, later: float = 0.0) -> Window:
        """A window that says, `later` seconds from now, what this one says now."""
        twin = Window()
        twin.rule, twin.enforced, twin.used = self.rule, self.enforced, self.used
        twin.started, twin.exhausted_until = self.started + later, self.exhausted_until + later
        return twin


class Limiter:
    """A limit, applied to any number of windows; `enforced=False` refuses and counts nothing."""

    def __init__(self, rule: RateLimit, enforced: bool = True) -> None:
        self.rule = rule
        self.enforced = enforced

    def charge(self, window: Window, now: float) -> bool:
        """Count a request; False when none was left, and then it costs nothing."""
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
        """Whether a window has begun and not ended."""
        seconds = (window.rule or self.rule).window_seconds
        return now < window.exhausted_until or (self.enforces(window) and now - window.started < seconds)

    def exhaust(self, window: Window, now: float, seconds: float | None = None) -> None:
        """Nothing is left for so long (default: the rest of the window); then a new window begins."""
        wait = self.quota(window, now).reset if seconds is None else seconds
        window.refill()
        window.exhausted_until = now + wait


class Visitors:
    """A window for each address that sends no valid key; informative only, so the longest unseen is forgotten."""

    def __init__(self, kept: int = 10_000) -> None:
        self._kept = kept
        self._windows: OrderedDict[str, Window] = OrderedDict()

    def copy(self, later: float = 0.0) -> Visitors:
        """Windows that say, `later` seconds from now, what these say now."""
        twin = Visitors(self._kept)
        twin._windows.update((address, window.copy(later)) for address, window in self._windows.items())
        return twin

    def clear(self) -> None:
        """Nobody was seen yet."""
        self._windows.clear()

    def put_back(self, earlier: Visitors) -> None:
        """What a copy says, which is used up by this."""
        self._windows = earlier._windows

    def window(self, address: str) -> Window:
        window = self._windows.get(address)
        if window is None:
            window = self._windows[address] = Window()
            if len(self._windows) > self._kept:
                self._windows.popitem(last=False)
        self._windows.move_to_end(address)
        return window
