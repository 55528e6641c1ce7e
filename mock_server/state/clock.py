"""Time is handed in. One kind of clock: the machine's time at some scale, plus what it was moved. Nothing else in the
mock asks the machine for the time."""

from __future__ import annotations

import time
from typing import NamedTuple

END_OF_CALENDAR = 253_402_300_800.0  # the year 10000: it can't be written as ISO 8601 any more
LAST_MOMENT = 221_845_392_000.0  # the year 9000: a clock that is moved there runs on, and far, before it comes to that
FASTEST = 86_400.0  # a day a second

Reading = tuple[float, float, float]


class Pace(NamedTuple):
    """How a clock was found: `ahead` is by how many seconds it was before the machine's time."""

    now: float
    scale: float
    ahead: float


class Clock:
    """`now` is for data, `monotonic` for windows and delays; both in the mock's seconds, `scale` of which make one of
    the machine's. `virtual`: it was started standing still, at a moment of its own."""

    def __init__(self, start: float, scale: float, virtual: bool) -> None:
        self.virtual = virtual
        self._begin(start, start if virtual else time.monotonic(), scale)
        self.started = self.pace

    @property
    def scale(self) -> float:
        return self._scale

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00:00Z."""
        if not self._scale:
            return self._now
        return self._now + (time.time() - self._time) * self._scale

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back, not even when `now` does."""
        if not self._scale:
            return self._monotonic
        return self._monotonic + (time.monotonic() - self._machine) * self._scale

    def reading(self) -> Reading:
        """`now`, `monotonic` and `scale` at once."""
        scale = self._scale
        if not scale:
            return self._now, self._monotonic, scale
        now = self._now + (time.time() - self._time) * scale
        return now, self._monotonic + (time.monotonic() - self._machine) * scale, scale

    def advance(self, seconds: float) -> None:
        """Raises ValueError for a step back."""
        if not seconds >= 0:
            raise ValueError("a clock only moves forward")
        self._begin(self.now() + seconds, self.monotonic() + seconds, self._scale)

    def run_at(self, scale: float) -> None:
        """From now on: 0 stands still, 1 is the machine's pace, 60 is a minute a second."""
        self._begin(self.now(), self.monotonic(), scale)

    @property
    def pace(self) -> Pace:
        now = self.now()
        return Pace(now, self._scale, now - time.time())

    def put_back(self, pace: Pace) -> None:
        """Run as it did when `pace` was read: at the machine's pace as far ahead of it as then, else from that moment.

        So a mock on real time stays on it, and a virtual clock begins where it was."""
        now = time.time() + pace.ahead if pace.scale == 1 else pace.now
        self._begin(now, self.monotonic(), pace.scale)

    def _begin(self, now: float, monotonic: float, scale: float) -> None:
        self._now, self._time = now, time.time()
        self._monotonic, self._machine = monotonic, time.monotonic()
        self._scale = scale


class RealClock(Clock):
    """Starts as the machine's clock."""

    def __init__(self) -> None:
        super().__init__(time.time(), scale=1.0, virtual=False)


class VirtualClock(Clock):
    """Stands still until it is moved or given a scale. `start` is in seconds since the epoch."""

    def __init__(self, start: float) -> None:
        super().__init__(start, scale=0.0, virtual=True)
