"""What a person sees: progress, a table by area and level, findings in full, one verdict line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from contracts.outcome import Outcome, Result, Verdict
from contracts.report.compare import Changes
from contracts.report.words import counted, table, verdict_line
from contracts.session import Report

_COLOUR = {Verdict.CONFORMS: "green", Verdict.FAILS: "red", Verdict.INCONCLUSIVE: "yellow", Verdict.ERROR: "magenta"}
_COLUMNS = (Outcome.PASS, Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.ERROR, Outcome.SKIP, Outcome.DISABLED)
_CASES = 4  # of one check


class Terminal:
    def __init__(self, checks: int) -> None:
        self._console = Console(highlight=False)
        self._progress = Console(stderr=True, highlight=False)
        self._checks = checks

    def say(self, text: str) -> None:
        self._progress.print(escape(text))

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """A bar on a real terminal, nothing elsewhere."""
        columns = (TextColumn("{task.description:34}"), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._progress, transient=True, disable=not self._progress.is_terminal) as bar:
            task = bar.add_task("starting", total=None)
            yield lambda name: bar.update(task, description=name)

    def show(self, report: Report, changes: Changes | None) -> None:
        self._table(report)
        for result in report.results:
            if result.outcome in (Outcome.FAIL, Outcome.ERROR) or (
                result.outcome is Outcome.INCONCLUSIVE and result.findings
            ):
                self._result(report, result)
        self._inconclusive(report)
        for note in [*report.notes, *(changes.lines() if changes else ())]:
            self._console.print(escape(note), style="yellow")
        requests = ", ".join(f"{n} as {name}" for name, n in sorted(report.requests.items()) if name != "none")
        lag = f"; records visible after {report.lag:.1f} s in {report.channel}" if report.lag is not None else ""
        where = "the bundled mock" if report.bundled else report.target.url
        self._console.print(
            f"{escape(where)}, profile {report.profile}: {report.seconds:.0f} s, requests: {requests}{lag}"
        )
        line = escape(verdict_line(report))
        self._console.print(f"[bold {_COLOUR[report.verdict]}]{line}[/]", soft_wrap=True)

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
        """A line per reason: one cause leaves many checks open."""
        reasons: dict[str, list[str]] = {}
        for result in report.results:
            if result.outcome is Outcome.INCONCLUSIVE and counted(result, report.strict):
                reasons.setdefault(result.reason, []).append(result.check)
        for reason, checks in reasons.items():
            shown = ", ".join(checks[:_CASES]) + (f" and {len(checks) - _CASES} more" if len(checks) > _CASES else "")
            self._console.print()
            self._console.print(f"[yellow]inconclusive[/] {escape(reason)}: {shown}", soft_wrap=True)

    def _result(self, report: Report, result: Result) -> None:
        entry = report.catalogue[result.check]
        style = "red" if counted(result, report.strict) and result.outcome is Outcome.FAIL else "yellow"
        self._console.print()
        self._console.print(f"[bold {style}]{result.level} {result.check}[/] {result.outcome} {escape(result.times)}")
        reading = f" ({entry.reading})" if entry.reading else ""
        self._console.print(f"  {escape(entry.statement)}  [dim]{escape(entry.source + reading)}[/]")
        if result.reason:
            self._console.print(f"  {escape(result.reason)}")
        for finding in result.findings[:_CASES]:
            self._console.print(f"  - {escape(finding.operation)}, {escape(finding.case)}")
            self._console.print(f"      expected  {escape(finding.expected)}", soft_wrap=True)
            self._console.print(f"      got       {escape(finding.actual)}", soft_wrap=True)
            if finding.also:
                said = ", ".join(str(exchange.status) for exchange in finding.also[-4:])
                self._console.print(f"      the mock  {said}")
        if len(result.findings) > _CASES:
            self._console.print(f"  ... and {len(result.findings) - _CASES} more: see --json or --html")
