"""PASS, FAIL or INVALID: what a run shows about the target, or why it shows nothing."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """The outcome of a row or of the run. Only a row can be NO_DATA; it makes the run INVALID."""

    PASS = "PASS"  # noqa: S105 - no password
    FAIL = "FAIL"
    NO_DATA = "NO DATA"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: its limit, the measured value, and the number of samples."""

    name: str
    metric: str
    limit: float | None
    value: float | None
    samples: int
    where: str  # the run, or a window of it
    outcome: Outcome
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`invalid`: why the target can't be judged; `notes`: what a reader should know besides."""

    rows: tuple[Row, ...]
    invalid: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        if self.invalid or not self.rows or any(row.outcome is Outcome.NO_DATA for row in self.rows):
            return Outcome.INVALID
        return Outcome.FAIL if self.breaches else Outcome.PASS

    @property
    def breaches(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.outcome is Outcome.FAIL)

    @property
    def exit_code(self) -> int:
        """The code: 0 for pass; 1 if only too many requests failed; 3 for a broken promise; 4 for invalid, which takes
        precedence."""
        if self.outcome is Outcome.INVALID:
            return 4
        if not self.breaches:
            return 0
        return 1 if all(row.metric == "max_error_ratio" for row in self.breaches) else 3

    @property
    def reasons(self) -> list[str]:
        """Why it isn't a PASS, one line each."""
        missing = [f"{row.name}: {row.note or 'no samples'}" for row in self.rows if row.outcome is Outcome.NO_DATA]
        empty = [] if self.rows or self.invalid else ["nothing was measured"]
        return [*self.invalid, *empty, *dict.fromkeys(missing), *map(describe, self.breaches)]

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": str(self.outcome),
            "exit_code": self.exit_code,
            "reasons": self.reasons,
            "notes": list(self.notes),
            "rows": [asdict(row) for row in self.rows],
        }


def describe(row: Row) -> str:
    """Describe a broken promise in words."""
    if row.note:
        return f"{row.name}: {row.metric}: {row.note}"
    side = "below" if row.metric.startswith("min_") else "above"
    numbers = f"{number(row.value)} is {side} {number(row.limit)}"
    return f"{row.name}: {row.metric} {numbers} ({row.where}, {row.samples} samples)"


def number(value: float | None) -> str:
    """Format with three significant digits; a dash for None."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"
