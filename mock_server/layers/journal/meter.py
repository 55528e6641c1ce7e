"""Counts requests by operation and status, and their durations. Each request costs one look-up; no library is used."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

BOUNDS_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER = "other"  # all requests that are no operation of the spec


class Latencies:
    """A histogram: `counts[i]` responses took at most `BOUNDS_SECONDS[i]`; the last count is for longer ones."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self.seconds = 0.0


class Meter:
    """Counts of limited size: unknown paths are all counted as `other`."""

    def __init__(self) -> None:
        self._found: dict[tuple[str | None, int | None], Latencies] = {}

    def count(self, operation_id: str | None, status: int | None, seconds: float) -> None:
        """Count a request. `operation_id`: None for an unknown operation; `status`: None without a response."""
        found = self._found.get((operation_id, status))
        if found is None:
            found = self._found[operation_id, status] = Latencies()
        found.counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        found.seconds += seconds

    @property
    def requests(self) -> Mapping[tuple[str, int | None], int]:
        """The number of requests by operation and status."""
        return {(name or OTHER, status): sum(each.counts) for (name, status), each in self._found.items()}

    @property
    def latencies(self) -> Mapping[str, Latencies]:
        """The durations by operation."""
        together: dict[str, Latencies] = {}
        for (name, _), each in self._found.items():
            whole = together.setdefault(name or OTHER, Latencies())
            whole.counts = [one + other for one, other in zip(whole.counts, each.counts, strict=True)]
            whole.seconds += each.seconds
        return together
