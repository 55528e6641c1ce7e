"""Reads slo.toml, the promises for a target. A mistake in it is an error, because the promise would otherwise never be
judged."""

import tomllib
from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from math import isfinite
from pathlib import Path
from typing import Any

from fixtures.option_error import OptionError
from load._endpoints import request_names
from load._slo import METRICS, Slo, Threshold

SLO_FILE = Path(__file__).with_name("slo.toml")
_RUN_DEFAULTS = {
    "window_seconds": 30.0,
    "window_min_samples": 100.0,
    "min_arrivals_ratio": 0.98,
    "max_lag_p99_ms": 100.0,
    "max_cpu_percent": 90.0,
    "max_wait_percent": 25.0,
}
_RATIOS = ("max_error_ratio", "max_limited_ratio", "min_nonempty_ratio", "min_arrivals_ratio")
MIN_SAMPLES = "min_samples"
CHANGEABLE = (*METRICS, MIN_SAMPLES)  # on the command line and on the page, for every name


def read_slo(path: Path = SLO_FILE) -> Slo:
    """Read the file. Raises OptionError with one line that names the place and the rule."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OptionError(f"{path}: {error}") from None
    _only(path.name, document, {"run", "slo"})
    run = {**_RUN_DEFAULTS, **_numbers(f"{path.name}: [run]", document.get("run", {}), _RUN_DEFAULTS)}
    if run["window_seconds"] <= 0:
        raise OptionError(f"{path.name}: [run]: `window_seconds` must be above 0")
    tables = document.get("slo", [])
    if not isinstance(tables, list) or not tables:
        raise OptionError(f"{path.name}: needs at least one [[slo]]")
    thresholds = tuple(_threshold(f"{path.name}: [[slo]] {number}", one) for number, one in enumerate(tables, start=1))
    if len({one.name for one in thresholds}) < len(thresholds):
        raise OptionError(f"{path.name}: a name is in two [[slo]]")
    return Slo(run, thresholds)


def read_changes(texts: Mapping[str, str]) -> dict[str, float]:
    """Read the limits that the user entered, by metric; an empty text changes nothing. Raises OptionError."""
    changes: dict[str, float] = {}
    for metric, text in texts.items():
        if not text.strip():
            continue
        try:
            changes[metric] = float(text)
        except ValueError:
            raise OptionError(f"the promise {metric} must be a number, not {text!r}") from None
    return _numbers("the promises of this run", changes, CHANGEABLE)


def _threshold(place: str, table: Any) -> Threshold:
    name = table.get("name") if isinstance(table, dict) else None
    if not isinstance(name, str) or not any(fnmatchcase(known, name) for known in request_names()):
        known = ", ".join(one for one in request_names() if "=" not in one)
        raise OptionError(f"{place}: unknown name {name!r}; known: {known}, and `* strategy=...`")
    rest = {key: value for key, value in table.items() if key != "name"}
    numbers = _numbers(f"{place} ({name})", rest, CHANGEABLE)
    limits = {key: numbers[key] for key in METRICS if key in numbers}
    if not limits:
        raise OptionError(f"{place} ({name}): promises nothing; use {', '.join(METRICS)}")
    return Threshold(name, max(1, int(numbers.get(MIN_SAMPLES, 1))), limits)


def _numbers(place: str, table: Any, known: Collection[str]) -> dict[str, float]:
    _only(place, table, set(known))
    for key, value in table.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value) or value < 0:
            raise OptionError(f"{place}: `{key}` must be a number from 0")
        if key in _RATIOS and value > 1:
            raise OptionError(f"{place}: `{key}` is a ratio, from 0 to 1")
    return {key: float(value) for key, value in table.items()}


def _only(place: str, table: Any, known: Collection[str]) -> None:
    unknown = sorted(set(table) - set(known)) if isinstance(table, dict) else None
    if unknown or unknown is None:
        raise OptionError(f"{place}: unknown {', '.join(unknown or ())}; known: {', '.join(sorted(known))}")
