"""A badge for shields.io's endpoint format."""

import json

from contracts.outcome import Level, Verdict
from contracts.report.words import NOT_JUDGED
from contracts.session import Report

_COLOURS = {
    Verdict.CONFORMS: "brightgreen",
    Verdict.FAILS: "red",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.ERROR: "lightgrey",
}


def text(report: Report) -> str:
    """Return the JSON. The message includes what was not judged: `conforms (7 MUST not judged)`."""
    open_ = sum(result.level is Level.MUST and result.outcome in NOT_JUDGED for result in report.results)
    message = str(report.verdict) + (f" ({open_} MUST not judged)" if open_ else "")
    badge = {"schemaVersion": 1, "label": "lehnz API", "message": message, "color": _COLOURS[report.verdict]}
    return json.dumps(badge) + "\n"
