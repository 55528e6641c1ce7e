"""Judges whether the measured samples keep the promises of an SLO file. `_slo_file` reads the file."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from load._histogram import Histogram, merged, percentile_ms
from load._samples import Samples, Series, is_judged, operation_of
from load._verdict import Outcome, Row

PERCENTILES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
TIME_METRICS = (*PERCENTILES, "min_rate")  # the metrics that a busy machine distorts
METRICS = (*PERCENTILES, "max_error_ratio", "max_limited_ratio", "min_rate", "min_nonempty_ratio")


@dataclass(frozen=True, slots=True)
class Threshold:
    """Promises, metric -> limit, for a whole operation or, if `name` has a `*`, for each matching request name."""

    name: str
    min_samples: int
    limits: Mapping[str, float]

    @property
    def is_pattern(self) -> bool:
        return "*" in self.name

    def concerns(self, operations: Collection[str]) -> bool:
        """Return whether the threshold is about one of these operations."""
        return any(fnmatchcase(operation, operation_of(self.name)) for operation in operations)

    def series(self, samples: Samples) -> dict[str, Series]:
        """Return the measured series to compare, by request name."""
        if self.is_pattern:
            return {name: one for name, one in sorted(samples.series.items()) if fnmatchcase(name, self.name)}
        if self.name in samples.series and self.name != operation_of(self.name):
            return {self.name: samples.series[self.name]}
        return {self.name: samples.of(self.name)}


@dataclass(frozen=True, slots=True)
class Slo:
    """The promises of a file; `run` has the limits for the generators."""

    run: Mapping[str, float]
    thresholds: tuple[Threshold, ...]

    def with_limits(self, changes: Mapping[str, float]) -> "Slo":
        """Return the same promises with these limits for every name. The share of filled lists and, for a pattern, the
        rate change only where the file has them."""
        if not changes:
            return self
        least = int(changes["min_samples"]) if "min_samples" in changes else None
        changed = []
        for one in self.thresholds:
            only_there = {"min_nonempty_ratio"} | ({"min_rate"} if one.is_pattern else set())
            wanted = {
                metric: limit
                for metric, limit in changes.items()
                if metric in METRICS and (metric in one.limits or metric not in only_there)
            }
            changed.append(replace(one, limits={**one.limits, **wanted}, min_samples=least or one.min_samples))
        return replace(self, thresholds=tuple(changed))

    def judge(self, samples: Samples, sent: Collection[str], seconds: float, slot: float) -> list[Row]:
        """Return a row for each promise about an operation in `sent`, over `seconds` after the warm-up in slots of
        `slot`."""
        rows = [
            row for one in self.thresholds if one.concerns(sent) for row in self._judge(one, samples, seconds, slot)
        ]
        whole = {one.name for one in self.thresholds}
        unjudged = sorted(name for name in sent if name not in whole)
        return rows + [
            Row(name, "any", None, None, 0, "run", Outcome.NO_DATA, "no promise in the file") for name in unjudged
        ]

    def unmatched(self, samples: Samples, sent: Collection[str]) -> list[str]:
        """Return the patterns about operations that were sent, but that match no request name: they judged nothing."""
        patterns = [one for one in self.thresholds if one.is_pattern and one.concerns(sent)]
        return [one.name for one in patterns if not one.series(samples)]

    def judge_step(self, samples: Samples, sent: Collection[str], step: int, seconds: float) -> list[Row]:
        """Judge the promises about whole operations, for one step of a search."""
        rows: list[Row] = []
        for one in self.thresholds:
            if one.concerns(sent) and not one.is_pattern:
                part = _part(samples.of(one.name), lambda slot: slot == step, seconds)
                rows += [_row(one.name, part, metric, limit, "step") for metric, limit in one.limits.items()]
        return rows

    def broken_for_good(
        self, samples: Samples, sent: Collection[str], seconds: float, slot: float, planned: Mapping[str, float]
    ) -> Row | None:
        """Return a promise that can no longer be kept: a finished window broke it, or more requests failed or were slow
        than the whole run may have. `planned`: how many requests of each operation the run makes."""
        for one in self.thresholds:
            if not one.concerns(sent):
                continue
            for name, series in one.series(samples).items():
                for where, part in self._windows(series, seconds, slot, whole_run=False):
                    for metric, limit in one.limits.items():
                        row = _row(name, part, metric, limit, where)
                        if row.outcome is Outcome.FAIL:
                            return row
                run = _part(series, is_judged, seconds)
                if not one.is_pattern and (most := planned.get(name)):
                    for metric, limit in one.limits.items():
                        if run.is_past(metric, limit, most):
                            return _row(name, run, metric, limit, "run")
        return None

    def _judge(self, one: Threshold, samples: Samples, seconds: float, slot: float) -> Iterator[Row]:
        found = one.series(samples)
        for name, series in found.items():
            run = _part(series, is_judged, seconds)
            if run.count < one.min_samples:
                if run.count + run.failed >= one.min_samples:
                    errors = _row(name, run, "max_error_ratio", one.limits.get("max_error_ratio", 1.0), "run")
                    if errors.outcome is Outcome.FAIL:
                        yield errors  # enough responses, but mostly errors
                        continue
                if not one.is_pattern:
                    reason = f"{run.count} responses, {one.min_samples} needed"
                    yield Row(name, "samples", one.min_samples, run.count, run.count, "run", Outcome.NO_DATA, reason)
                continue
            windows = list(self._windows(series, seconds, slot))
            for metric, limit in one.limits.items():
                yield _row(name, run, metric, limit, "run")
                worst = [_row(name, part, metric, limit, where) for where, part in windows]
                if worst:
                    yield (min if metric.startswith("min_") else max)(worst, key=lambda row: row.value or 0.0)

    def _windows(
        self, series: Series, seconds: float, slot: float, whole_run: bool = True
    ) -> Iterator[tuple[str, "_Part"]]:
        length = max(1, round(self.run["window_seconds"] / slot))
        for first in range(int(seconds / slot) - length + 1):
            last = first + length
            part = _part(series, lambda one, a=first, b=last: a <= one < b, length * slot)  # type: ignore[misc]
            shorter = first or last * slot < seconds or not whole_run
            if part.count >= self.run["window_min_samples"] and shorter:
                yield f"worst {length * slot:g} s, from {first * slot:g} s", part


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
        if metric in PERCENTILES:
            return percentile_ms(self.times, PERCENTILES[metric])
        if metric == "min_rate":
            return self.count / self.seconds if self.seconds else None
        if metric == "max_error_ratio":
            return _ratio(self.failed, self.count + self.failed)
        if metric == "max_limited_ratio":
            return _ratio(self.limited, self.count + self.failed + self.limited)
        return _ratio(self.filled, self.filled + self.empty)

    def is_past(self, metric: str, limit: float, planned: float) -> bool:
        """Return whether the promise would stay broken if all remaining requests were perfect."""
        if metric in PERCENTILES:
            slow = sum(count for key, count in self.times.items() if key > limit * 1_000)
            return slow > (1 - PERCENTILES[metric]) * planned + 1
        bad = {"max_error_ratio": self.failed, "max_limited_ratio": self.limited}
        return metric in bad and bad[metric] > limit * planned + 1


def _part(series: Series, inside: Callable[[int], bool], seconds: float = 0.0) -> _Part:
    times = merged(histogram for slot, histogram in series.answered.items() if inside(slot))
    failed, limited, filled, empty = (series.total(name, inside) for name in ("failed", "limited", "filled", "empty"))
    return _Part(times, sum(times.values()), failed, limited, filled, empty, seconds)


def _row(name: str, part: _Part, metric: str, limit: float, where: str) -> Row:
    value = part.value(metric)
    if value is None:
        return Row(name, metric, limit, None, part.count, where, Outcome.NO_DATA)
    kept = value >= limit if metric.startswith("min_") else value <= limit
    return Row(name, metric, limit, value, part.count, where, Outcome.PASS if kept else Outcome.FAIL)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
