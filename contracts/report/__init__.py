"""All reports of a run. Every text in them went through the redactor."""

import os
from pathlib import Path

from contracts.deviations import draft
from contracts.options import Settings
from contracts.report import badge, html, json_report, junit, summary
from contracts.report.compare import compare
from contracts.report.reference import ask_the_mock
from contracts.report.reproduce import write_scripts
from contracts.report.terminal import Terminal
from contracts.session import Report


def write_reports(report: Report, settings: Settings, terminal: Terminal) -> None:
    """To the terminal and to every file that was asked for. Raises OSError."""
    if not settings.no_reference:
        ask_the_mock(report)
    changes = compare(report, Path(settings.compare)) if settings.compare else None
    terminal.show(report, changes)
    for name, make in (
        ("json", json_report.text),
        ("junit", junit.text),
        ("html", html.text),
        ("badge", badge.text),
    ):
        path = settings.values[name]
        if path:
            _write(Path(path), report.redactor.text(make(report)))
    if settings.write_deviations:
        _write(Path(settings.write_deviations), draft(report.results))
    if settings.reproduce:
        write_scripts(report, Path(settings.reproduce))
    step_summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if step_summary:
        with Path(step_summary).open("a", encoding="utf-8") as output:
            output.write(report.redactor.text(summary.text(report, changes)))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
