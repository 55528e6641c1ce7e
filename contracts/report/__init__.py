"""Writes all reports of a run. The redactor processes every text when it is written."""

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from contracts.deviations import draft
from contracts.report import badge, html, json_report, junit, summary
from contracts.report.compare import Changes, compare
from contracts.report.mock_responses import add_mock_responses
from contracts.report.reproduce import write_scripts
from contracts.report.terminal import Terminal
from contracts.session import Report
from contracts.settings import Settings


def write_reports(report: Report, settings: Settings, terminal: Terminal) -> list[str]:
    """Write the reports to the terminal and to every requested file. Return a line for each file that could not be
    written; such a failure affects neither the other reports nor the verdict."""
    if not settings.no_reference:
        add_mock_responses(report)
    changes = None if settings.earlier is None else compare(report, settings.earlier)
    terminal.show(report, changes)
    writers: dict[str, Callable[[], None]] = {
        f"--{name} {settings.values[name]}": partial(_write, Path(settings.values[name]), report, make)
        for name, make in _FORMATS.items()
        if settings.values[name]
    }
    if settings.write_deviations:
        path = Path(settings.write_deviations)
        writers[f"--write-deviations {path}"] = partial(_write, path, report, lambda made: draft(made.results))
    if settings.reproduce:
        writers[f"--reproduce {settings.reproduce}"] = partial(write_scripts, report, Path(settings.reproduce))
    step_summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if step_summary:
        writers["the step summary"] = partial(_append, Path(step_summary), report, changes)
    return [problem for name, write in writers.items() if (problem := _tried(name, write))]


def _tried(name: str, write: Callable[[], None]) -> str:
    """Write one report; return why that failed, in one line."""
    try:
        write()
    except OSError as error:
        return f"{name}: {error.strerror or 'cannot be written'}"
    except Exception as error:  # an internal error, which doesn't affect the verdict
        return f"{name}: not written, internal error ({type(error).__name__}), please report it"
    return ""


def _write(path: Path, report: Report, make: Callable[[Report], str]) -> None:
    """Write a temporary file first: if the disk is full, the report of an earlier run stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = report.redactor.text(make(report)).encode("utf-8", "backslashreplace")
    if path.exists() and not path.is_file():  # a pipe, /dev/stdout
        path.write_bytes(text)
        return
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
        os.chmod(unfinished, 0o644)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def _append(path: Path, report: Report, changes: Changes | None) -> None:
    with path.open("a", encoding="utf-8", errors="backslashreplace") as output:
        output.write(report.redactor.text(summary.text(report, changes)))


_FORMATS: dict[str, Callable[[Report], str]] = {
    "json": json_report.text,
    "junit": junit.text,
    "html": html.text,
    "badge": badge.text,
}
