"""Profiles: the load over time as data. Each gives the share of the base load at each second, and the area below it,
from which arrivals are computed."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, sqrt
from pathlib import Path
from typing import Any

from fixtures.option_error import OptionError

PROFILES_FILE = Path(__file__).with_name("profiles.toml")
SATURATE = "saturate"
_STAGE_KEYS = {"seconds", "from", "to"}


@dataclass(frozen=True, slots=True)
class Stage:
    """A straight line between two levels over some seconds."""

    seconds: float
    begin: float
    end: float

    @property
    def area(self) -> float:
        return self.seconds * (self.begin + self.end) / 2

    def level(self, second: float) -> float:
        return self.begin + (self.end - self.begin) * second / self.seconds

    def second_of(self, area: float) -> float:
        """Return the second at which the area since the stage's start reaches `area`."""
        slope = (self.end - self.begin) / self.seconds
        root = sqrt(max(self.begin**2 + 2 * slope * area, 0.0))
        return 2 * area / (self.begin + root) if area else 0.0


@dataclass(frozen=True, slots=True)
class Profile:
    """A sequence of stages; the first `warmup` seconds aren't judged. A search (`factor` above 0) has one stage, which
    it repeats at other rates: times `factor` until a promise breaks, then closer, until the highest rate that holds and
    the lowest that breaks differ by less than `precision`; at most `steps` times."""

    name: str
    warmup: float
    stages: tuple[Stage, ...]
    factor: float = 0.0
    precision: float = 1.0
    steps: int = 0

    @property
    def seconds(self) -> float:
        return sum(stage.seconds for stage in self.stages)

    @property
    def area(self) -> float:
        return self.area_until(self.seconds)

    @property
    def peak(self) -> float:
        return max(max(stage.begin, stage.end) for stage in self.stages)

    def level(self, second: float) -> float:
        """Return the level at that second; 0 when the profile is over."""
        for stage in self.stages:
            if second < stage.seconds:
                return stage.level(second)
            second -= stage.seconds
        return 0.0

    def area_until(self, second: float) -> float:
        """Return the integral of the level up to that second: times a base rate, it is the number of arrivals due by
        then."""
        area = 0.0
        for stage in self.stages:
            if second <= stage.seconds:
                return area + (stage.begin + stage.level(second)) / 2 * second
            area, second = area + stage.area, second - stage.seconds
        return area

    def seconds_at(self, areas: Iterator[float]) -> Iterator[float]:
        """Yield, for ascending areas, the second at which each is reached; end with the profile."""
        passed_area = passed_seconds = 0.0
        stages = iter(self.stages)
        stage = next(stages, None)
        for area in areas:
            while stage is not None and area - passed_area >= stage.area:
                passed_area, passed_seconds = passed_area + stage.area, passed_seconds + stage.seconds
                stage = next(stages, None)
            if stage is None:
                return
            yield passed_seconds + stage.second_of(area - passed_area)

    def stretched(self, run_time: float | None) -> "Profile":
        """Return the same shape over `run_time` seconds."""
        factor = (run_time or self.seconds) / self.seconds
        stages = tuple(Stage(stage.seconds * factor, stage.begin, stage.end) for stage in self.stages)
        return replace(self, warmup=self.warmup * factor, stages=stages)


def read_profiles(path: Path = PROFILES_FILE) -> dict[str, Profile]:
    """Read every profile of the file, by name. Raises OptionError."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise OptionError(f"{path}: {error}") from None
    return {name: _profile(f"{path.name}: [{name}]", name, table) for name, table in document.items()}


def _profile(place: str, name: str, table: Any) -> Profile:
    search = name == SATURATE
    known = {"about", "factor", "precision", "step_seconds", "steps"} if search else {"about", "warmup", "stages"}
    if not isinstance(table, dict) or set(table) - known:
        raise OptionError(f"{place}: only {', '.join(sorted(known))} are allowed here")
    if search:
        return _search(place, name, table)
    warmup = _number(place, table, "warmup", least=0.0)
    rows = table.get("stages")
    if not isinstance(rows, list) or not rows:
        raise OptionError(f"{place}: needs `stages`, a list of tables")
    stages = list(_stages(place, rows))
    if warmup:
        stages.insert(0, Stage(warmup, stages[0].begin, stages[0].begin))
    if not any(stage.area for stage in stages):
        raise OptionError(f"{place}: no stage has any load")
    return Profile(name, warmup, tuple(stages))


def _search(place: str, name: str, table: Mapping[str, Any]) -> Profile:
    factor, precision = (_number(place, table, key, least=1.01) for key in ("factor", "precision"))
    seconds, steps = _number(place, table, "step_seconds", least=1.0), _number(place, table, "steps", least=1.0)
    return Profile(name, 0.0, (Stage(seconds, 1.0, 1.0),), factor, precision, int(steps))


def _stages(place: str, rows: Sequence[Any]) -> Iterator[Stage]:
    level: float | None = None
    for row in rows:
        if not isinstance(row, dict) or set(row) - _STAGE_KEYS:
            raise OptionError(f"{place}: a stage has only {', '.join(sorted(_STAGE_KEYS))}")
        seconds, end = _number(place, row, "seconds", least=0.001), _number(place, row, "to", least=0.0)
        begin = _number(place, row, "from", least=0.0) if "from" in row else end if level is None else level
        yield Stage(seconds, begin, end)
        level = end


def _number(place: str, table: Mapping[str, Any], key: str, least: float) -> float:
    value = table.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool) or not isfinite(value) or value < least:
        raise OptionError(f"{place}: `{key}` must be a number from {least:g}")
    return float(value)
