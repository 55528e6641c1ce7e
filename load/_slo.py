"""slo.toml: what a target promises, and whether measured samples keep it."""

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from load._endpoints import endpoints
from load._errors import ConfigurationError
from load._histogram import Histogram, merged, percentile_ms
from load._samples import SLOT, Counts, Samples, Series
from load._verdict import Outcome, Row

SLO_FILE = Path(__file__).with_name("slo.toml")
_RUN_DEFAULTS = {
    "window_seconds": 30.0,
    "window_min_samples": 100.0,
    "min_arrivals_ratio": 0.98,
    "max_lag_p99_ms": 100.0,
    "max_cpu_percent": 90.0,
}
_PERCENTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
_LIMITS = (*_PERCENTILES, "max_error_ratio", "max_limited_ratio", "min_rate", "min_nonempty_ratio")
_RATIOS = ("max_error_ratio", "max_limited_ratio", "min_nonempty_ratio", "min_arrivals_ratio")


@dataclass(frozen=True, slots=True)
class Threshold:
    """The promises for one request name: metric -> limit."""

    name: str
    min_samples: int
    limits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Slo:
    """A whole file; `run` holds the limits of the generators themselves."""

    run: Mapping[str, float]
    thresholds: tuple[Threshold, ...]

    def with_p99(self, milliseconds: float) -> "Slo":
        """The same with one p99 limit for every name; 0 leaves the file's."""
        if not milliseconds:
            return self
        changed = [Threshold(t.name, t.min_samples, {**t.limits, "p99_ms": milliseconds}) for t in self.thresholds]
        return Slo(self.run, tuple(changed))

    def judge(self, samples: Samples, sent: Collection[str], seconds: float) -> list[Row]:
        """A row for every promise about a name in `sent`, over `seconds` after the warm-up."""
        rows = [row for one in self.thresholds if one.name in sent for row in self._judge(one, samples, seconds)]
        promised = {one.name for one in self.thresholds}
        unjudged = sorted(name for name in sent if name not in promised)
        return rows + [
            Row(name, "any", None, None, 0, "run", Outcome.NO_DATA, "no promise in the file") for name in unjudged
        ]

    def judge_slots(self, samples: Samples, sent: Collection[str], first: int, last: int) -> list[Row]:
        """As `judge`, over the slots from `first` to before `last` only."""
        rows: list[Row] = []
        for one in self.thresholds:
            if one.name in sent:
                series, seconds = samples.series.get(one.name, Series()), (last - first) * SLOT
                part = _part(series, lambda slot: first <= slot < last, seconds)
                rows += [_row(one.name, part, metric, limit, "step") for metric, limit in one.limits.items()]
        return rows

    def _judge(self, one: Threshold, samples: Samples, seconds: float) -> Iterator[Row]:
        series = samples.series.get(one.name, Series())
        run = _part(series, lambda slot: slot >= 0, seconds)
        if run.count < one.min_samples:
            errors = _row(one.name, run, "max_error_ratio", one.limits.get("max_error_ratio", 1.0), "run")
            if errors.outcome is Outcome.FAIL and run.count + run.failed >= one.min_samples:
                yield errors  # enough answers, but errors most of them
                return
            reason = f"{run.count} answers, {one.min_samples} needed"
            yield Row(one.name, "samples", one.min_samples, run.count, run.count, "run", Outcome.NO_DATA, reason)
            return
        windows = list(self._windows(series, seconds))
        for metric, limit in one.limits.items():
            yield _row(one.name, run, metric, limit, "run")
            worst = [_row(one.name, part, metric, limit, where) for where, part in windows]
            if worst:
                yield (min if metric.startswith("min_") else max)(worst, key=lambda row: row.value or 0.0)

    def _windows(self, series: Series, seconds: float) -> Iterator[tuple[str, "_Part"]]:
        length = max(1, round(self.run["window_seconds"] / SLOT))
        for first in range(int(seconds / SLOT) - length + 1):
            last = first + length
            part = _part(series, lambda slot, a=first, b=last: a <= slot < b, length * SLOT)  # type: ignore[misc]
            if part.count >= self.run["window_min_samples"] and (first or last * SLOT < seconds):
                yield f"worst {length * SLOT:g} s, from {first * SLOT:g} s", part


@dataclass(frozen=True, slots=True)
class _Part:
    """One name's samples over some slots."""

    times: Histogram
    count: int
    failed: int
    limited: int
    filled: int
    empty: int
    seconds: float

    def value(self, metric: str) -> float | None:
        if metric in _PERCENTILES:
            return percentile_ms(self.times, _PERCENTILES[metric])
        if metric == "min_rate":
            return self.count / self.seconds if self.seconds else None
        if metric == "max_error_ratio":
            return _ratio(self.failed, self.count + self.failed)
        if metric == "max_limited_ratio":
            return _ratio(self.limited, self.count + self.failed + self.limited)
        return _ratio(self.filled, self.filled + self.empty)


def read_slo(path: Path = SLO_FILE) -> Slo:
    """The file, checked: an unknown key or request name is an error, or a promise would never be judged."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    _only(path.name, document, {"run", "slo"})
    run = {**_RUN_DEFAULTS, **_numbers(f"{path.name}: [run]", document.get("run", {}), _RUN_DEFAULTS)}
    tables = document.get("slo", [])
    if not isinstance(tables, list) or not tables:
        raise ConfigurationError(f"{path.name}: needs at least one [[slo]]")
    thresholds = tuple(_threshold(f"{path.name}: [[slo]] {number}", one) for number, one in enumerate(tables, start=1))
    if len({one.name for one in thresholds}) < len(thresholds):
        raise ConfigurationError(f"{path.name}: a name stands in two [[slo]]")
    return Slo(run, thresholds)


def _threshold(place: str, table: Any) -> Threshold:
    names = {endpoint.name for endpoint in endpoints().values()}
    name = table.get("name") if isinstance(table, dict) else None
    if name not in names:
        raise ConfigurationError(f"{place}: unknown name {name!r}; known: {', '.join(sorted(names))}")
    rest = {key: value for key, value in table.items() if key != "name"}
    numbers = _numbers(f"{place} ({name})", rest, (*_LIMITS, "min_samples"))
    limits = {key: numbers[key] for key in _LIMITS if key in numbers}
    if not limits:
        raise ConfigurationError(f"{place} ({name}): promises nothing; use {', '.join(_LIMITS)}")
    return Threshold(name, max(1, int(numbers.get("min_samples", 1))), limits)


def _numbers(place: str, table: Any, known: Collection[str]) -> dict[str, float]:
    _only(place, table, set(known))
    for key, value in table.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise ConfigurationError(f"{place}: `{key}` must be a number from 0")
        if key in _RATIOS and value > 1:
            raise ConfigurationError(f"{place}: `{key}` is a ratio, from 0 to 1")
    return {key: float(value) for key, value in table.items()}


def _only(place: str, table: Any, known: Collection[str]) -> None:
    unknown = sorted(set(table) - set(known)) if isinstance(table, dict) else None
    if unknown or unknown is None:
        raise ConfigurationError(f"{place}: unknown {', '.join(unknown or ())}; known: {', '.join(sorted(known))}")


def _part(series: Series, inside: Callable[[int], bool], seconds: float = 0.0) -> _Part:
    def total(counts: Counts) -> int:
        return sum(count for slot, count in counts.items() if inside(slot))

    times = merged(histogram for slot, histogram in series.answered.items() if inside(slot))
    failed, limited = total(series.failed), total(series.limited)
    return _Part(times, sum(times.values()), failed, limited, total(series.filled), total(series.empty), seconds)


def _row(name: str, part: _Part, metric: str, limit: float, where: str) -> Row:
    value = part.value(metric)
    if value is None:
        return Row(name, metric, limit, None, part.count, where, Outcome.NO_DATA)
    kept = value >= limit if metric.startswith("min_") else value <= limit
    return Row(name, metric, limit, value, part.count, where, Outcome.PASS if kept else Outcome.FAIL)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
