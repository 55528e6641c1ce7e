"""What was measured: per request name and slot of five seconds, ready to be sent in parts and added up.

Slots count from the end of the warm-up; those before it are negative and never judged. A request belongs to the slot
in which it was due (open load) or sent (closed load)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from load._histogram import Histogram, add, bucket

SLOT = 5.0  # seconds
_MOST_REASONS = 50  # different texts kept per generator
Counts = dict[int, int]


@dataclass(slots=True)
class Series:
    """One request name. `answered` holds successes from when they were due, `service` from when they were sent."""

    answered: dict[int, Histogram] = field(default_factory=dict)
    service: Histogram = field(default_factory=dict)
    server: Histogram = field(default_factory=dict)  # latency_ms of the body
    failed: Counts = field(default_factory=dict)
    limited: Counts = field(default_factory=dict)
    filled: Counts = field(default_factory=dict)
    empty: Counts = field(default_factory=dict)

    def merge(self, other: dict[str, Any]) -> None:
        for slot, histogram in other["answered"].items():
            add(self.answered.setdefault(int(slot), {}), histogram)
        for name in ("service", "server", "failed", "limited", "filled", "empty"):
            add(getattr(self, name), other[name])

    def slots(self) -> set[int]:
        return {*self.answered, *self.failed, *self.limited}


@dataclass(slots=True)
class Quota:
    """The rate limit of one organisation as last seen, and what was sent to it."""

    limit: int | None = None
    remaining: int | None = None
    reset: int | None = None
    sent: int = 0
    limited: int = 0


@dataclass(slots=True)
class Samples:
    """Everything one generator measured since the last report, or the master of all generators."""

    series: dict[str, Series] = field(default_factory=dict)
    quotas: dict[str, Quota] = field(default_factory=dict)
    lowest_remaining: Counts = field(default_factory=dict)  # by slot, over all organisations
    lag: Histogram = field(default_factory=dict)  # how late the generator itself was
    reasons: dict[str, int] = field(default_factory=dict)  # what failed, in words
    counters: dict[str, int] = field(default_factory=dict)  # due, sent, dropped, held: arrivals of open load

    def answered(self, name: str, slot: int, response_s: float, service_s: float) -> None:
        series = self._series(name)
        key = bucket(response_s * 1e6)
        histogram = series.answered.get(slot)
        if histogram is None:
            histogram = series.answered[slot] = {}
        histogram[key] = histogram.get(key, 0) + 1
        if service_s != response_s:
            key = bucket(service_s * 1e6)
        series.service[key] = series.service.get(key, 0) + 1

    def listed(self, name: str, slot: int, filled: bool, latency_ms: float | None) -> None:
        """A list of recommendations: was anything in it, and how long did the server say it took?"""
        series = self._series(name)
        counts = series.filled if filled else series.empty
        counts[slot] = counts.get(slot, 0) + 1
        if latency_ms is not None:
            add(series.server, {bucket(latency_ms * 1e3): 1})

    def failed(self, name: str, slot: int, reason: str) -> None:
        counts = self._series(name).failed
        counts[slot] = counts.get(slot, 0) + 1
        text = f"{name}: {reason}"
        if text in self.reasons or len(self.reasons) < _MOST_REASONS:
            self.reasons[text] = self.reasons.get(text, 0) + 1

    def limited(self, name: str, slot: int) -> None:
        counts = self._series(name).limited
        counts[slot] = counts.get(slot, 0) + 1

    def count(self, what: str, by: int = 1) -> None:
        self.counters[what] = self.counters.get(what, 0) + by

    def quota(self, organisation: str) -> Quota:
        found = self.quotas.get(organisation)
        if found is None:
            found = self.quotas[organisation] = Quota()
        return found

    def late(self, seconds: float) -> None:
        key = bucket(seconds * 1e6)
        self.lag[key] = self.lag.get(key, 0) + 1

    def to_message(self) -> dict[str, Any]:
        """Plain data; together with a new `Samples` in place of this one nothing is lost or sent twice."""
        return {
            "series": {name: {key: getattr(one, key) for key in Series.__slots__} for name, one in self.series.items()},
            "quotas": {
                name: [one.limit, one.remaining, one.reset, one.sent, one.limited] for name, one in self.quotas.items()
            },
            "lowest_remaining": self.lowest_remaining,
            "lag": self.lag,
            "reasons": self.reasons,
            "counters": self.counters,
        }

    def merge(self, message: dict[str, Any]) -> None:
        for name, series in message["series"].items():
            self._series(name).merge(series)
        for name, (limit, remaining, reset, sent, limited) in message["quotas"].items():
            quota = self.quota(name)
            quota.limit, quota.remaining, quota.reset = limit, remaining, reset
            quota.sent, quota.limited = quota.sent + sent, quota.limited + limited
        for slot, remaining in message["lowest_remaining"].items():
            self.lowest_remaining[slot] = min(remaining, self.lowest_remaining.get(slot, remaining))
        for name in ("lag", "reasons", "counters"):
            add(getattr(self, name), message[name])

    def slots(self) -> list[int]:
        """Every slot from the first to the last with anything in it."""
        seen: Iterable[int] = [slot for series in self.series.values() for slot in series.slots()]
        return list(range(min(seen), max(seen) + 1)) if seen else []

    def _series(self, name: str) -> Series:
        found = self.series.get(name)
        if found is None:
            found = self.series[name] = Series()
        return found
