"""The result of a run as plain data: the only input of reports and pages."""

from dataclasses import dataclass

from load._compare import Change
from load._histogram import percentile_ms
from load._inspection import Happened
from load._plan import Plan
from load._samples import Samples, judged
from load._saturate import Step
from load._slo import Slo
from load._verdict import Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one run. `closed`: the verdict is final. `sent`: the operations that the scenarios send. `changes`:
    compared with the earlier run. `steps`: of a search for the highest rate."""

    verdict: Verdict
    closed: bool
    plan: Plan | None
    slo: Slo | None
    samples: Samples
    workers: int
    happened: Happened
    judged_seconds: float
    sent: frozenset[str]
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def lag_p99_ms(self) -> float:
        return percentile_ms(judged(self.samples.lag), 0.99) or 0.0
