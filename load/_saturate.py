"""`--profile saturate`: the highest arrival rate at which every promise held, found step by step."""

from collections.abc import Collection
from typing import NamedTuple

from load._plan import Plan
from load._samples import SLOT, Samples
from load._slo import Slo
from load._verdict import Outcome, Row, describe

_LATE_REPORTS = 4.0  # seconds after a step until its last answers are surely reported


class Step(NamedTuple):
    """One step of the staircase and what came of it."""

    rate: float
    rows: tuple[Row, ...]
    dropped: bool

    @property
    def problems(self) -> list[str]:
        broken = [describe(row) for row in self.rows if row.outcome is Outcome.FAIL]
        if not any(row.samples for row in self.rows):
            broken.append("no answers")
        return broken + (["requests under way reached --max-in-flight"] if self.dropped else [])


class Saturation:
    """Judges each step once it is over; the first slot of a step, where the last one still echoes, is left out."""

    def __init__(self, plan: Plan, slo: Slo, names: Collection[str]) -> None:
        self._plan, self._slo, self._names = plan, slo, names
        self._stages = [stage for stage in plan.profile.stages if stage.seconds >= 2 * SLOT]
        self.steps: list[Step] = []

    def broken(self, samples: Samples, elapsed: float) -> bool:
        """True as soon as a finished step broke a promise; `elapsed` seconds since the start."""
        judged = elapsed - self._plan.profile.warmup - _LATE_REPORTS
        while len(self.steps) < len(self._stages):
            number = len(self.steps)
            begin = sum(stage.seconds for stage in self._stages[:number])
            stage = self._stages[number]
            if judged < begin + stage.seconds:
                break
            first, last = int(begin / SLOT) + 1, int((begin + stage.seconds) / SLOT)
            rows = tuple(self._slo.judge_slots(samples, self._names, first, last))
            self.steps.append(Step(self._plan.rate * stage.end, rows, bool(samples.counters.get("dropped"))))
        return any(step.problems for step in self.steps)

    def rows(self) -> list[Row]:
        """One row: the highest rate that held, and what broke above it."""
        held = [step for step in self.steps if not step.problems]
        broke = next((step for step in self.steps if step.problems), None)
        samples = max((row.samples for step in held[-1:] for row in step.rows), default=0)
        if not self.steps:
            return [Row("saturate", "highest rate held", None, None, 0, "run", Outcome.NO_DATA, "no step was finished")]
        end = f"; at {broke.rate:.4g}/s {broke.problems[0]}" if broke else "; the last step of the profile held as well"
        if not held:
            return [Row("saturate", "highest rate held", None, 0.0, 0, "run", Outcome.FAIL, "none" + end)]
        rate = held[-1].rate
        return [Row("saturate", "highest rate held", None, rate, samples, "run", Outcome.PASS, f"{rate:.4g}/s" + end)]
