"""One self-contained page."""

from functools import cache
from pathlib import Path

import jinja2

from contracts.outcome import Outcome
from contracts.report.words import answer_text, counted, request_text, table, verdict_line
from contracts.session import Report

_TEMPLATE = Path(__file__).with_name("page.html.jinja")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


def text(report: Report) -> str:
    failed = [result for result in report.results if result.outcome in (Outcome.FAIL, Outcome.ERROR)]
    slowest = sorted(report.results, key=lambda result: -result.seconds)[:10]
    return _template().render(
        report=report,
        line=verdict_line(report),
        failed=sorted(failed, key=lambda result: not counted(result, report.strict)),
        known=[result for result in report.results if result.known],
        rows=list(table(report)),
        outcomes=list(Outcome),
        slowest=[result for result in slowest if result.seconds > 0],
        request_text=request_text,
        answer_text=answer_text,
    )
