"""The report in the terminal: progress, a table by area and level, all findings, one verdict line."""

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from contracts.outcome import Outcome, Result, Verdict
from contracts.report.alone import options_alone
from contracts.report.compare import Changes
from contracts.report.escaping import printable
from contracts.report.words import causes, counted, table, verdict_line
from contracts.session import Report

_COLOUR = {Verdict.CONFORMS: "green", Verdict.FAILS: "red", Verdict.INCONCLUSIVE: "yellow", Verdict.ERROR: "magenta"}
_COLUMNS = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ERROR, Outcome.SKIP, Outcome.DISABLED)
_CASES = 4  # cases shown per check
_CAUSES = 10


class Terminal:
    def __init__(self, checks: int) -> None:
        self._console = Console(highlight=False)
        self._progress = Console(stderr=True, highlight=False)
        self._checks = checks

    def say(self, text: str) -> None:
        self._progress.print(escape(printable(text)), soft_wrap=True)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Show a progress bar on a terminal, nothing elsewhere; yield a function that names the current check."""
        columns = (TextColumn("{task.description:34}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._progress, transient=True, disable=not self._progress.is_terminal) as bar:
            task = bar.add_task("starting", total=None)
            yield lambda name: bar.update(task, description=name)

    def show(self, report: Report, changes: Changes | None) -> None:
        """Print the report: first the details, then the failures, and the verdict in the last line."""
        self._table(report)
        broken = causes(report)
        for cause in reversed(broken):
            self._result(report, cause.result)
        for result in report.results:
            if result.outcome is Outcome.INCONCLUSIVE and result.findings:
                self._result(report, result)
        self._inconclusive(report)
        for note in [*report.notes, *(changes.lines() if changes else ())]:
            self._line(note, "yellow")
        requests = ", ".join(f"{n} as {name}" for name, n in sorted(report.requests.items()) if name != "none")
        lag = f"; records visible after {report.lag:.1f} s in {report.channel}" if report.lag is not None else ""
        where = "the bundled mock" if report.bundled else report.target.url
        self._line("")
        self._line(f"{where}, profile {report.profile}: {report.seconds:.0f} s, requests: {requests}{lag}")
        for result, blocked in broken[:_CAUSES]:
            behind = f" ({len(blocked)} more behind it)" if blocked else ""
            self._line(f"broken: {result.level} {result.check}: {report.catalogue[result.check].statement}{behind}")
        if len(broken) > _CAUSES:
            self._line(f"... and {len(broken) - _CAUSES} more")
        if broken:
            options = shlex.join(options_alone(report, broken[0].result))
            self._line(f"one of them alone: lehnz-contract ... {options}", "dim")
        self._line(verdict_line(report), f"bold {_COLOUR[report.verdict]}")

    def _line(self, text: str, style: str | None = None) -> None:
        """Print one line of any width; text from the target can't break it."""
        self._console.print(escape(printable(text)), style=style, soft_wrap=True)

    def _table(self, report: Report) -> None:
        grid = Table(box=None, pad_edge=False, header_style="bold")
        grid.add_column("area")
        grid.add_column("level")
        for outcome in _COLUMNS:
            grid.add_column(str(outcome), justify="right")
        for area, level, outcomes in table(report):
            cells = [str(outcomes[o]) if outcomes[o] else "." for o in _COLUMNS]
            style = "red" if outcomes[Outcome.FAIL] or outcomes[Outcome.ERROR] else None
            grid.add_row(area, str(level), *cells, style=style)
        self._console.print(grid)

    def _inconclusive(self, report: Report) -> None:
        """Print one line per reason, because one cause blocks many checks."""
        reasons: dict[str, list[str]] = {}
        for result in report.results:
            if result.outcome is Outcome.INCONCLUSIVE and counted(result, report.strict):
                reasons.setdefault(result.reason, []).append(result.check)
        for reason, checks in reasons.items():
            shown = ", ".join(checks[:_CASES]) + (f" and {len(checks) - _CASES} more" if len(checks) > _CASES else "")
            self._line("")
            self._line(f"inconclusive {reason}: {shown}", "yellow")

    def _result(self, report: Report, result: Result) -> None:
        entry = report.catalogue[result.check]
        style = "red" if counted(result, report.strict) and result.outcome is Outcome.FAIL else "yellow"
        self._line("")
        self._line(f"{result.level} {result.check} {result.outcome} {result.times}".rstrip(), f"bold {style}")
        reading = f" ({entry.reading})" if entry.reading else ""
        self._line(f"  {entry.statement}  {entry.source}{reading}")
        for line in result.reason.splitlines():
            self._line(f"  {line}")
        for finding in result.findings[:_CASES]:
            self._line(f"  - {finding.operation}, {finding.case}")
            self._line(f"      expected  {finding.expected}")
            self._line(f"      got       {finding.actual}")
            if finding.also:
                said = ", ".join(str(exchange.status) for exchange in finding.also[-4:])
                self._line(f"      the mock  {said}")
        if len(result.findings) > _CASES:
            self._line(f"  ... and {len(result.findings) - _CASES} more: see --json or --html")
