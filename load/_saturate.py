"""`--profile saturate`: searches for the highest arrival rate at which every promise holds.

The rate grows by a factor until a promise breaks. Then the gap between the highest rate that held and the lowest that
broke a promise is halved until it is small, and the highest rate must hold a second time. A step that the generators
could not send shows nothing about the target: it ends the growth, but doesn't count as broken."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from load._verdict import Outcome, Row

POOL_FULL = "open requests reached --max-in-flight"
_DOWNWARDS = 6  # how often the first rate is divided before the search gives up


class Held(StrEnum):
    """The result of a step."""

    YES = "held"
    NO = "broke"
    GENERATOR = "the generator was the limit"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: requested and achieved rate per second, the worst p99 (ms), the result and its reason."""

    rate: float
    answered: float
    p99_ms: float | None
    samples: int
    outcome: Held
    reason: str = ""


class Search:
    """Chooses the next rate; sends nothing itself."""

    def __init__(self, start: float, factor: float, precision: float, most: int) -> None:
        self._start, self._factor, self._precision, self._most = start, factor, precision, most
        self.steps: list[Step] = []

    @property
    def held(self) -> float:
        """The highest rate that held while no lower or equal one broke a promise; 0: none."""
        broke = min((step.rate for step in self.steps if step.outcome is Held.NO), default=float("inf"))
        return max((step.rate for step in self.steps if step.outcome is Held.YES and step.rate < broke), default=0.0)

    @property
    def ceiling(self) -> Step | None:
        """The lowest step above `held` that didn't hold."""
        above = [step for step in self.steps if step.outcome is not Held.YES and step.rate > self.held]
        return min(above, key=lambda step: step.rate, default=None)

    @property
    def next_rate(self) -> float | None:
        """The next rate; None: the search is over."""
        if len(self.steps) >= self._most:
            return None
        held, ceiling = self.held, self.ceiling
        if ceiling is None:
            return held * self._factor if held else self._start
        if not held:
            lower = ceiling.rate / self._factor
            return lower if lower > self._start / self._factor**_DOWNWARDS else None
        if ceiling.rate / held > self._precision:
            return sqrt(held * ceiling.rate)
        twice = sum(step.outcome is Held.YES and step.rate == held for step in self.steps) >= 2
        return None if twice else held

    @property
    def over(self) -> bool:
        return self.next_rate is None


def verdict_rows(search: Search) -> tuple[list[Row], list[str]]:
    """Return the row of a search, and why its result is no verdict (empty: it is one)."""
    held, ceiling, steps = search.held, search.ceiling, search.steps
    if not steps:
        return [], ["no step of the search was finished: let it finish"]
    samples = sum(step.samples for step in steps if step.rate == held)
    if ceiling is not None and ceiling.outcome is Held.GENERATOR:
        text = f"at least {_rate(held)}/s: the generator is the limit ({ceiling.reason}), add workers"
        return [_row(held, samples, Outcome.NO_DATA, text)], [text]
    if not search.over or ceiling is None:
        text = f"at least {_rate(held)}/s: the search wasn't finished after {len(steps)} steps"
        return [_row(held, samples, Outcome.NO_DATA, text)], [f"{text}; let it finish, or start higher"]
    if not held:
        return [_row(0.0, 0, Outcome.FAIL, f"no rate held; at {_rate(ceiling.rate)}/s {ceiling.reason}")], []
    text = f"{_rate(held)}/s held; at {_rate(ceiling.rate)}/s {ceiling.reason}"
    return [_row(held, samples, Outcome.PASS, text)], []


def step_outcome(rows: Sequence[Row], generator: Sequence[str], pool_was_full: bool) -> tuple[Held, str]:
    """Return the result of a step. The generators are checked first, because late ones make all times longer."""
    if generator:
        return Held.GENERATOR, generator[0]
    broken = next((row for row in rows if row.outcome is Outcome.FAIL), None)
    if broken is not None:
        return Held.NO, f"{broken.name} {broken.metric} is {broken.value:.3g} ({broken.limit:g} promised)"
    if pool_was_full:
        return Held.NO, POOL_FULL
    if not any(row.samples for row in rows):
        return Held.NO, "no request was answered"
    return Held.YES, ""


def _row(rate: float, samples: int, outcome: Outcome, text: str) -> Row:
    return Row("saturate", "highest rate held", None, rate, samples, "search", outcome, text)


def _rate(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 99.5 else f"{rate:.3g}"
