"""Markdown for a CI job's summary page."""

from contracts.outcome import Outcome
from contracts.report.compare import Changes, breaking
from contracts.report.words import counted, verdict_line
from contracts.session import Report


def text(report: Report, changes: Changes | None) -> str:
    lines = ["## lehnz API conformance", "", f"**{verdict_line(report)}**", ""]
    failed = [result for result in report.results if result.outcome is Outcome.FAIL]
    if failed:
        lines += ["| check | level | statement | first finding |", "|---|---|---|---|"]
        for result in sorted(failed, key=lambda result: not counted(result, report.strict)):
            entry = report.catalogue[result.check]
            first = result.findings[0]
            new = " (new)" if changes and result.check in changes.new else ""
            told = _cell(f"{first.operation}, {first.case}: expected {first.expected}; got {first.actual}")
            lines.append(f"| `{result.check}`{new} | {result.level} | {_cell(entry.statement)} | {told} |")
        lines.append("")
    known = [result.check for result in report.results if result.known]
    if known:
        lines.append(f"Known deviations: {', '.join(f'`{check}`' for check in known)}")
    if changes:
        broken = [f"`{check}` ({breaking(check)})" for check in changes.new if breaking(check)]
        if broken:
            lines.append(f"Breaking since the earlier run: {', '.join(broken)}")
        if changes.fixed:
            lines.append(f"Fixed since the earlier run: {', '.join(f'`{check}`' for check in changes.fixed)}")
    return "\n".join(lines) + "\n\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")[:300]
