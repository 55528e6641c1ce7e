"""The mock's clock: the machine's time at some scale, plus an offset. A clock is passed to whatever needs one; nothing
else in `state` reads the machine's time."""

from __future__ import annotations

import time
from typing import NamedTuple

END_OF_CALENDAR = 253_402_300_800.0  # the year 10000, which ISO 8601 can't express
LAST_MOMENT = 221_845_392_000.0  # the year 9000: a clock moved there still has a thousand years left
FASTEST = 86_400.0  # one day per second

Reading = tuple[float, float, float]


class Pace(NamedTuple):
    """How a clock ran when it was read. `ahead`: seconds by which it was ahead of the machine's time."""

    now: float
    scale: float
    ahead: float


class Clock:
    """A clock. `now` is for data, `monotonic` for windows and delays. Both are in the mock's seconds, `scale` of which
    pass in one second of the machine. `virtual`: it started at a time of its own, standing still."""

    def __init__(self, start: float, scale: float, virtual: bool) -> None:
        self.virtual = virtual
        self._begin(start, start if virtual else time.monotonic(), scale)
        self.started = self.pace

    def now(self) -> float:
        """Return seconds since 1970-01-01T00:00:00Z."""
        if not self.scale:
            return self._now
        return self._now + (time.time() - self._time) * self.scale

    def monotonic(self) -> float:
        """Return seconds since an arbitrary moment; never decreases, not even when `now` does."""
        if not self.scale:
            return self._monotonic
        return self._monotonic + (time.monotonic() - self._machine) * self.scale

    def reading(self) -> Reading:
        """Return `now`, `monotonic` and `scale` of the same moment."""
        scale = self.scale
        if not scale:
            return self._now, self._monotonic, scale
        now = self._now + (time.time() - self._time) * scale
        return now, self._monotonic + (time.monotonic() - self._machine) * scale, scale

    def advance(self, seconds: float) -> None:
        """Move the clock forward. Raises ValueError for negative seconds."""
        if not seconds >= 0:
            raise ValueError("a clock can only move forward")
        self._begin(self.now() + seconds, self.monotonic() + seconds, self.scale)

    def run_at(self, scale: float) -> None:
        """Set the scale: 0 stops the clock, 1 is the machine's pace, 60 is one minute per second."""
        self._begin(self.now(), self.monotonic(), scale)

    @property
    def pace(self) -> Pace:
        now = self.now()
        return Pace(now, self.scale, now - time.time())

    def put_back(self, pace: Pace) -> None:
        """Return to an earlier pace. A real-time clock keeps its offset from the machine's time; a virtual clock
        returns to its earlier time."""
        now = time.time() + pace.ahead if pace.scale == 1 else pace.now
        self._begin(now, self.monotonic(), pace.scale)

    def _begin(self, now: float, monotonic: float, scale: float) -> None:
        self._now, self._time = now, time.time()
        self._monotonic, self._machine = monotonic, time.monotonic()
        self.scale = scale


class RealClock(Clock):
    """A clock that starts at the machine's time."""

    def __init__(self) -> None:
        super().__init__(time.time(), scale=1.0, virtual=False)


class VirtualClock(Clock):
    """A clock that stands still until it is moved or given a scale. `start`: seconds since the epoch."""

    def __init__(self, start: float) -> None:
        super().__init__(start, scale=0.0, virtual=True)
