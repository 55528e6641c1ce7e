"""Known deviations: accepted with a reason until they expire; other findings of the check still fail."""

import json
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

from contracts.outcome import Finding, Outcome, Result
from contracts.target import Deviation


def apply(results: list[Result], known: Iterable[Deviation], strict: bool, today: date) -> list[str]:
    """Move the findings that match known deviations to `known`; a check without other findings passes. Return notes on
    expired and vanished deviations."""
    notes = []
    by_check = {result.check: result for result in results}
    for deviation in known:
        result = by_check[deviation.check]
        hits = [finding for finding in result.findings if _matches(deviation, finding)]
        name = f"known deviation {deviation.check} ({deviation.reason})"
        if deviation.expires and deviation.expires < today:
            notes.append(f"{name} expired on {deviation.expires}")
            continue
        if hits:
            result.findings = [finding for finding in result.findings if finding not in hits]
            result.known += hits
            if not result.findings and result.outcome is Outcome.FAIL:
                result.outcome, result.reason = Outcome.PASS, f"known deviation: {deviation.reason}"
        elif result.outcome is Outcome.PASS:
            notes.append(f"{name} no longer occurs: remove it from the file")
            if strict:
                result.outcome = Outcome.FAIL
                result.findings = [Finding(deviation.check, "vanished", "-", "the known deviation", "it is gone")]
    return notes


def _matches(deviation: Deviation, finding: Finding) -> bool:
    return all(
        wanted == "*" or wanted == found or fnmatchcase(found, wanted)
        for wanted, found in ((deviation.operation, finding.operation), (deviation.case, finding.case))
    )


def draft(results: Iterable[Result]) -> str:
    """Return TOML for every finding, with empty reasons; the file is refused until they are filled in."""
    lines = ["# Give every deviation a reason; one without is refused. `expires` is optional: 2027-01-31", ""]
    for result in results:
        if result.outcome is not Outcome.FAIL:
            continue
        for operation, case in sorted({(finding.operation, finding.case) for finding in result.findings}):
            lines += ["[[deviation]]", f"check = {json.dumps(result.check)}", f"operation = {json.dumps(operation)}"]
            lines += [f"case = {json.dumps(case)}", 'reason = ""', 'link = ""', ""]
    return "\n".join(lines)
