"""Time is handed in: real, or virtual and moved by hand. Nothing else in the mock asks the machine for the time."""

import time
from typing import Protocol


class Clock(Protocol):
    """`now` is for data, `monotonic` for windows and delays; both in seconds."""

    virtual: bool

    def now(self) -> float:
        """Seconds since 1970-01-01T00:00:00Z."""

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""


class RealClock:
    """The machine's clock."""

    virtual = False

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class VirtualClock:
    """Stands still until it is moved. `start` is in seconds since the epoch."""

    virtual = True

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def move_to(self, moment: float) -> None:
        """Raises ValueError for a moment that is past."""
        if not moment >= self._now:
            raise ValueError("a virtual clock only moves forward")
        self._now = moment
