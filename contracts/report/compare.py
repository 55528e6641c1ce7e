"""This run beside an earlier one: new, known and fixed findings, and which changes are breaking.

Breaking by the documents' own list (Versioning): a field or endpoint removed or renamed, a type changed, validation
tightened, a default changed, authentication changed.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from contracts.outcome import Outcome, UsageError
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
    """Why a check that fails now and passed before is a breaking change; None when it isn't on the list."""
    for why, starts in _BREAKING.items():
        if check.startswith(starts):
            return why
    return None


def compare(report: Report, path: Path) -> Changes:
    """Raises UsageError for a file that is not one of our reports."""
    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        if old["schema"] != 1:
            raise UsageError(f"--compare {path}: schema {old['schema']!r} is not known")
        before = {check["id"] for check in old["checks"] if check["outcome"] == "fail"}
    except OSError as error:
        raise UsageError(f"--compare {path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"--compare {path}: is not a --json report") from None
    now = {result.check for result in report.results if result.outcome is Outcome.FAIL}
    passes = {result.check for result in report.results if result.outcome is Outcome.PASS}
    return Changes(sorted(now - before), sorted(now & before), sorted(before & passes))
