"""Markdown for a CI job's summary page."""

from contracts.outcome import Result
from contracts.report.compare import Changes, breaking
from contracts.report.escaping import markdown
from contracts.report.words import causes, headline, verdict_line
from contracts.session import Report


def text(report: Report, changes: Changes | None) -> str:
    lines = ["## lehnz API conformance", "", f"**{headline(report)}**", "", markdown(verdict_line(report)), ""]
    broken = causes(report)
    if broken:
        lines += ["| check | level | statement | first finding |", "|---|---|---|---|"]
        for result, blocked in broken:
            entry = report.catalogue[result.check]
            new = " (new)" if changes and result.check in changes.new else ""
            behind = f" ({len(blocked)} more behind it)" if blocked else ""
            shown = markdown(_first(result)[:300])
            lines.append(f"| `{result.check}`{new}{behind} | {result.level} | {markdown(entry.statement)} | {shown} |")
        lines.append("")
    known = [result.check for result in report.results if result.known]
    if known:
        lines.append(f"Known deviations: {', '.join(f'`{check}`' for check in known)}")
    if changes:
        worse = [f"`{check}` ({breaking(check)})" for check in changes.new if breaking(check)]
        if worse:
            lines.append(f"Breaking since the earlier run: {', '.join(worse)}")
        if changes.fixed:
            lines.append(f"Fixed since the earlier run: {', '.join(f'`{check}`' for check in changes.fixed)}")
    return "\n".join(lines) + "\n\n"


def _first(result: Result) -> str:
    if not result.findings:
        return result.reason.splitlines()[-1] if result.reason else ""
    first = result.findings[0]
    return f"{first.operation}, {first.case}: expected {first.expected}; got {first.actual}"
