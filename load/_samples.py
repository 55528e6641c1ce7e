"""The measurements by request name and slot, which can be sent in parts and added up.

Slots (`Plan.slot` seconds long) count from the end of the warm-up; those before it are negative and never judged. A
request belongs to the slot in which it was due (open load) or sent (closed load). In a search each step is one slot."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from load._histogram import Histogram, add, bucket, merged

_MOST_REASONS = 50  # different texts kept per generator
Counts = dict[int, int]
_HISTOGRAMS = ("answered", "service", "server")
_COUNTS = ("failed", "limited", "filled", "empty")


def is_judged(slot: int) -> bool:
    """Return whether a slot counts for the figures: only requests that were due or sent after the warm-up do."""
    return slot >= 0


def judged(histograms: Mapping[int, Histogram]) -> Histogram:
    """Return all judged slots as one histogram."""
    return merged(histogram for slot, histogram in histograms.items() if is_judged(slot))


@dataclass(slots=True)
class Series:
    """The measurements of one request name, by slot. `answered`: response times of successes, from when they were due;
    `service`: from when they were sent; `server`: `latency_ms` of the body."""

    answered: dict[int, Histogram] = field(default_factory=dict)
    service: dict[int, Histogram] = field(default_factory=dict)
    server: dict[int, Histogram] = field(default_factory=dict)
    failed: Counts = field(default_factory=dict)
    limited: Counts = field(default_factory=dict)
    filled: Counts = field(default_factory=dict)
    empty: Counts = field(default_factory=dict)

    def merge(self, other: Mapping[str, Any]) -> None:
        for name in _HISTOGRAMS:
            mine = getattr(self, name)
            for slot, histogram in other[name].items():
                add(mine.setdefault(int(slot), {}), histogram)
        for name in _COUNTS:
            add(getattr(self, name), other[name])

    def to_message(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in (*_HISTOGRAMS, *_COUNTS)}

    def slots(self) -> set[int]:
        return {*self.answered, *self.failed, *self.limited}

    def total(self, name: str, inside: Callable[[int], bool] = is_judged) -> int:
        """Return the number of `failed`, `limited`, `filled` or `empty` in those slots."""
        counts: Counts = getattr(self, name)
        return sum(count for slot, count in counts.items() if inside(slot))


@dataclass(slots=True)
class Quota:
    """The rate limit of one organisation as last seen, and the number of requests sent to it."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    sent: int = 0
    limited: int = 0


@dataclass(slots=True)
class Samples:
    """The measurements of one generator since its last report, or, on the master, of all generators."""

    series: dict[str, Series] = field(default_factory=dict)
    quotas: dict[str, Quota] = field(default_factory=dict)
    lowest_remaining: Counts = field(default_factory=dict)  # by slot, over all organisations
    lag: dict[int, Histogram] = field(default_factory=dict)  # lag of the generator itself
    under_way: dict[int, list[int]] = field(default_factory=dict)  # slot -> [sum, count] of open requests
    reasons: dict[str, int] = field(default_factory=dict)  # failures, in words
    counters: dict[str, int] = field(default_factory=dict)  # due, sent, dropped, held: arrivals of open load
    crashes: dict[str, int] = field(default_factory=dict)  # errors of the scenarios themselves, in words

    def answered(self, name: str, slot: int, response_s: float, service_s: float) -> None:
        series = self._series(name)
        _count(series.answered, slot, response_s)
        _count(series.service, slot, service_s)

    def listed(self, name: str, slot: int, filled: bool, latency_ms: float | None) -> None:
        """Record a list of recommendations: whether it was empty, and the server's own latency."""
        series = self._series(name)
        counts = series.filled if filled else series.empty
        counts[slot] = counts.get(slot, 0) + 1
        if latency_ms is not None:
            _count(series.server, slot, latency_ms / 1e3)

    def failed(self, name: str, slot: int, reason: str) -> None:
        counts = self._series(name).failed
        counts[slot] = counts.get(slot, 0) + 1
        text = f"{name}: {reason}"
        if text in self.reasons or len(self.reasons) < _MOST_REASONS:
            self.reasons[text] = self.reasons.get(text, 0) + 1

    def limited(self, name: str, slot: int) -> None:
        counts = self._series(name).limited
        counts[slot] = counts.get(slot, 0) + 1

    def crash(self, text: str) -> None:
        self.crashes[text] = self.crashes.get(text, 0) + 1

    def count(self, what: str, by: int = 1) -> None:
        self.counters[what] = self.counters.get(what, 0) + by

    def quota(self, organisation: str) -> Quota:
        found = self.quotas.get(organisation)
        if found is None:
            found = self.quotas[organisation] = Quota()
        return found

    def late(self, slot: int, seconds: float) -> None:
        _count(self.lag, slot, seconds)

    def look_at_flight(self, slot: int, requests: int) -> None:
        """Record the number of open requests."""
        seen = self.under_way.setdefault(slot, [0, 0])
        seen[0] += requests
        seen[1] += 1

    def in_flight(self, slot: int) -> float | None:
        """Return the average number of open requests of one generator in that slot."""
        total, looks = self.under_way.get(slot, (0, 0))
        return total / looks if looks else None

    def of(self, operation: str) -> Series:
        """Return the sum of all request names of one operation (`POST /v1/recommend`)."""
        whole = Series()
        for name, series in self.series.items():
            if operation_of(name) == operation:
                whole.merge(series.to_message())
        return whole

    def to_message(self) -> dict[str, Any]:
        """Return plain data. Replace this object by a new `Samples` afterwards, so that nothing is lost or sent
        twice."""
        quotas = {name: [q.limit, q.remaining, q.reset, q.sent, q.limited] for name, q in self.quotas.items()}
        return {
            "series": {name: one.to_message() for name, one in self.series.items()},
            "quotas": quotas,
            "lowest_remaining": self.lowest_remaining,
            "lag": self.lag,
            "under_way": self.under_way,
            "reasons": self.reasons,
            "counters": self.counters,
            "crashes": self.crashes,
        }

    def merge(self, message: Mapping[str, Any]) -> None:
        for name, series in message["series"].items():
            self._series(name).merge(series)
        for name, (limit, remaining, reset, sent, limited) in message["quotas"].items():
            quota = self.quota(name)
            quota.limit, quota.remaining, quota.reset = limit, remaining, reset
            quota.sent, quota.limited = quota.sent + sent, quota.limited + limited
        for slot, remaining in message["lowest_remaining"].items():
            self.lowest_remaining[slot] = min(remaining, self.lowest_remaining.get(slot, remaining))
        for slot, histogram in message["lag"].items():
            add(self.lag.setdefault(int(slot), {}), histogram)
        for slot, (total, looks) in message["under_way"].items():
            seen = self.under_way.setdefault(int(slot), [0, 0])
            seen[0], seen[1] = seen[0] + total, seen[1] + looks
        for name in ("reasons", "counters", "crashes"):
            add(getattr(self, name), message[name])

    def slots(self) -> list[int]:
        """Return every slot from the first to the last with data."""
        seen: Iterable[int] = [slot for series in self.series.values() for slot in series.slots()]
        return list(range(min(seen), max(seen) + 1)) if seen else []

    def _series(self, name: str) -> Series:
        found = self.series.get(name)
        if found is None:
            found = self.series[name] = Series()
        return found


def operation_of(name: str) -> str:
    """Return `POST /v1/recommend` for `POST /v1/recommend strategy=popular`."""
    return " ".join(name.split(" ", 2)[:2])


def _count(histograms: dict[int, Histogram], slot: int, seconds: float) -> None:
    histogram = histograms.get(slot)
    if histogram is None:
        histogram = histograms[slot] = {}
    key = bucket(seconds * 1e6)
    histogram[key] = histogram.get(key, 0) + 1
