"""Compares this run with an earlier one (`--slo-json`): what changed, and is it more than noise?

Each window of a run samples the target at that time. So both runs' windows are drawn again and again with
replacement (bootstrap: Efron 1979; over blocks, since neighbouring requests aren't independent: Kuensch 1989); the
spread of the change over all draws is its confidence interval."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from fixtures.option_error import OptionError
from load._histogram import Histogram, add
from load._samples import Samples, Series, is_judged, operation_of
from load._slo import Slo
from load._verdict import Outcome, Row

SCHEMA = 2
METRICS = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
CONFIDENCE = 0.99
_DRAWS = 2_000
_FEWEST_WINDOWS = 8  # with fewer, nothing is known about the variation between windows
_MOST_WINDOWS = 120  # neighbouring windows of a long run are merged
_FEWEST = {"p50_ms": 100, "p95_ms": 200, "p99_ms": 1_000}  # samples per run that the percentile needs
_LEAST_MS = 1.0  # smaller changes are irrelevant, whatever their ratio
Windows = list[Histogram]


class Direction(StrEnum):
    """What the confidence interval shows."""

    SLOWER = "slower"
    SAME = "no change"
    FASTER = "faster"
    UNKNOWN = "too little data"


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one percentile of one request name. `low`, `high`: bounds of the relative change (0.1: a tenth
    slower)."""

    name: str
    metric: str
    before: float | None
    now: float | None
    low: float | None
    high: float | None
    samples: int

    @property
    def direction(self) -> Direction:
        if self.low is None or self.high is None or self.before is None or self.now is None:
            return Direction.UNKNOWN
        if abs(self.now - self.before) < _LEAST_MS or self.low <= 0 <= self.high:
            return Direction.SAME
        return Direction.SLOWER if self.low > 0 else Direction.FASTER

    @property
    def change(self) -> float | None:
        return self.now / self.before - 1 if self.now is not None and self.before else None

    def row(self, most: float) -> Row:
        """Return the promise of `--max-regression` as a row: broken only if the whole interval is beyond it."""
        broken = self.direction is Direction.SLOWER and self.low is not None and self.low > most
        outcome = Outcome.FAIL if broken else Outcome.PASS
        return Row(self.name, f"{self.metric} change", most, self.change, self.samples, "compared", outcome)


@dataclass(frozen=True, slots=True)
class Before:
    """The earlier run: windows by request name, its load in words, and its generators' wait for cores."""

    path: str
    windows: Mapping[str, Windows]
    load: str
    wait_share: float

    def differences(self, load: str, wait_share: float, most_wait: float) -> list[str]:
        """Return why a change says nothing about the target alone."""
        found = [] if self.load == load else [f"the earlier run had another load ({self.load})"]
        busy = [
            name
            for name, share in (("the earlier run", self.wait_share), ("this run", wait_share))
            if share > most_wait
        ]
        return found + [f"the machine of {name} was busy" for name in busy]


def read_before(path: str) -> Before:
    """Read the file of `--slo-json`. Raises OptionError."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
        if document.get("schema") != SCHEMA:
            raise OptionError(f"--compare {path}: was written by another version (schema {SCHEMA} is needed)")
        if document.get("verdict") == "INVALID":
            raise OptionError(f"--compare {path}: that run was INVALID, nothing can be compared with it")
        windows = {
            str(name): [{int(key): int(count) for key, count in one.items()} for one in rows]
            for name, rows in document["windows"].items()
        }
        load, wait_share = str(document["load"]), float(document["generators"]["waited_for_a_core"])
    except OptionError:
        raise
    except OSError as error:
        raise OptionError(f"--compare {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise OptionError(f"--compare {path}: is not a file of --slo-json") from None
    return Before(path, windows, load, wait_share)


def windows_of(samples: Samples) -> dict[str, Windows]:
    """Return the judged windows of a run by request name, at most 120 each; `--slo-json` writes them."""
    names = {**samples.series, **{name: samples.of(name) for name in {operation_of(one) for one in samples.series}}}
    return {name: _windows(series) for name, series in sorted(names.items())}


def changes(before: Before, samples: Samples) -> tuple[Change, ...]:
    """Return the changes of all request names that both runs have, whole operations included."""
    found: list[Change] = []
    for name, windows in windows_of(samples).items():
        if name in before.windows:
            found += _changes(name, before.windows[name], windows)
    return tuple(found)


def rows(found: Sequence[Change], most: float | None) -> list[Row]:
    """Return the promise of `--max-regression` for every known change; if there is none, one row that was not
    judged."""
    if most is None:
        return []
    known = [one.row(most) for one in found if one.direction is not Direction.UNKNOWN]
    nothing = Row(
        "compared", "change", most, None, 0, "compared", Outcome.NO_DATA, "too little data to compare anything"
    )
    return known or [nothing]


def reservations(
    before: Before, load: str, wait_share: float, slo: Slo, judged: Sequence[Row]
) -> tuple[list[str], list[str]]:
    """Return the reasons why a broken --max-regression is no verdict, and notes on the comparison."""
    found = before.differences(load, wait_share, slo.run["max_wait_percent"] / 100)
    broken = any(row.where == "compared" and row.outcome is Outcome.FAIL for row in judged)
    texts = [f"compared with {before.path}: {text}" for text in found]
    return (texts, []) if broken else ([], texts)


def _changes(name: str, before: Windows, now: Windows) -> list[Change]:
    runs = (before, now)
    counts = [sum(sum(window.values()) for window in windows) for windows in runs]
    enough = min(map(len, runs)) >= _FEWEST_WINDOWS
    metrics = {metric: fraction for metric, fraction in METRICS.items() if enough and min(counts) >= _FEWEST[metric]}
    old, new = (_drawn(windows, metrics, seed) if metrics else {} for seed, windows in enumerate(runs))
    tail = (1 - CONFIDENCE) / 2
    found = []
    for metric, fraction in METRICS.items():
        values = [_whole(windows, fraction) if count else None for windows, count in zip(runs, counts, strict=True)]
        low = high = None
        if metric in metrics:
            low, high = map(float, np.quantile(new[metric] / old[metric] - 1, [tail, 1 - tail]))
        found.append(Change(name, metric, values[0], values[1], low, high, counts[1]))
    return found


def _drawn(windows: Windows, fractions: Mapping[str, float], seed: int) -> dict[str, Any]:
    """Return each percentile in ms, for each draw of as many windows with replacement."""
    keys, counts = _matrix(windows)
    size = len(windows)
    weights = np.random.default_rng(seed).multinomial(size, np.full(size, 1 / size), size=_DRAWS)
    sums = (weights @ counts).cumsum(axis=1)
    return {metric: _percentile(keys, sums, fraction) for metric, fraction in fractions.items()}


def _whole(windows: Windows, fraction: float) -> float:
    keys, counts = _matrix(windows)
    return float(_percentile(keys, counts.sum(axis=0, keepdims=True).cumsum(axis=1), fraction)[0])


def _matrix(windows: Sequence[Histogram]) -> tuple[Any, Any]:
    keys = np.array(sorted({key for window in windows for key in window}))
    place = {int(key): number for number, key in enumerate(keys)}
    counts = np.zeros((len(windows), len(keys)))  # integers, because numpy would multiply floats with BLAS
    for row, window in enumerate(windows):
        for key, count in window.items():
            counts[row, place[key]] = count
    return keys, counts


def _percentile(keys: Any, sums: Any, fraction: float) -> Any:
    """Return a percentile of each row, in milliseconds, as `_histogram.percentile_ms` counts. `sums`: how many samples
    up to each key."""
    rank = np.minimum(np.floor(sums[:, -1] * fraction) + 1, sums[:, -1])
    return keys[(sums >= rank[:, None]).argmax(axis=1)] / 1_000


def _windows(series: Series) -> Windows:
    slots = sorted(slot for slot in series.answered if is_judged(slot))
    together = -(-len(slots) // _MOST_WINDOWS) or 1
    windows: Windows = []
    for first in range(0, len(slots), together):
        window: Histogram = {}
        for slot in slots[first : first + together]:
            add(window, series.answered[slot])
        windows.append(window)
    return windows
