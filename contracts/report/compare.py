"""Compares this run with an earlier one: new, known and fixed findings, and which changes are breaking.

Breaking by the documents' own list (Versioning): a field or endpoint removed or renamed, a type changed, validation
tightened, a default changed, authentication changed.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from contracts.outcome import Outcome
from contracts.session import Report

_BREAKING = {
    "a field or endpoint was removed or renamed": ("REC-keys", "REC-result-keys", "ENV-", "INGEST-accepted", "REC-200"),
    "a type changed": ("REC-id-types", "REC-pagination-types", "REC-value-types", "RANK-score-number"),
    "validation was tightened": ("ITEM-accepts", "ITEM-free", "ITEM-unknown-fields", "ITEM-text", "USER-accepts",
                                 "USER-unknown-fields", "EVENT-accepts", "EVENT-standard", "EVENT-custom",
                                 "EVENT-optional", "EVENT-item-id-null", "EVENT-anonymous", "EVENT-unknown-fields",
                                 "STRAT-documented", "STRAT-both", "STRAT-needs-nothing", "GEN-valid", "FILTER-empty"),
    "a default changed": ("PAGE-default-limit", "STRAT-default"),
    "authentication changed": ("AUTH-", "GEN-swapped", "GEN-tampered"),
}  # fmt: skip


@dataclass
class Changes:
    new: list[str] = field(default_factory=list)
    still: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        for check in self.new:
            why = breaking(check)
            yield f"new since the earlier run: {check}" + (f" (breaking: {why})" if why else "")
        for check in self.fixed:
            yield f"fixed since the earlier run: {check}"


def breaking(check: str) -> str | None:
    """Return why a check that passed before and fails now is a breaking change; None if it isn't on the list."""
    for why, starts in _BREAKING.items():
        if check.startswith(starts):
            return why
    return None


def compare(report: Report, before: Set[str]) -> Changes:
    """Compare the failures. `before`: the checks that failed in the earlier run."""
    now = {result.check for result in report.results if result.outcome is Outcome.FAIL}
    passes = {result.check for result in report.results if result.outcome is Outcome.PASS}
    return Changes(sorted(now - before), sorted(now & before), sorted(before & passes))
