"""Requests counted: by operation and status, and how long they took. A few additions for each, no library."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict

BOUNDS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER = "other"  # what is no operation of the spec


class Latencies:
    """A histogram: `counts[i]` answers took at most `BOUNDS_SECONDS[i]`, those of the last place longer."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.seconds = 0.0


class Meter:
    """Its size follows the spec: paths that are not in it are all counted as `other`."""

    def __init__(self) -> None:
        self.requests: defaultdict[tuple[str, int | None], int] = defaultdict(int)  # None: no answer was sent
        self.latencies: defaultdict[str, Latencies] = defaultdict(Latencies)

    def count(self, operation_id: str | None, status: int | None, seconds: float) -> None:
        operation = operation_id or OTHER
        self.requests[operation, status] += 1
        latencies = self.latencies[operation]
        latencies.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        latencies.seconds += seconds
