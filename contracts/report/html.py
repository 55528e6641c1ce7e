"""The report as one self-contained page."""

import shlex
from functools import cache
from pathlib import Path

import jinja2

from contracts.outcome import Level, Outcome
from contracts.report.alone import options_alone
from contracts.report.escaping import printable
from contracts.report.words import (
    causes,
    count,
    counted,
    headline,
    not_judged,
    request_text,
    response_text,
    table,
)
from contracts.session import Report
from fixtures.style import BASE

_TEMPLATE = Path(__file__).with_name("page.html.jinja")


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


def text(report: Report) -> str:
    slowest = sorted(report.results, key=lambda result: -result.seconds)[:10]
    return _template().render(
        base=BASE.read_text(encoding="utf-8"),
        report=report,
        headline=headline(report),
        causes=causes(report),
        counted=lambda result: counted(result, report.strict),
        not_judged=not_judged(report).most_common(),
        passed=count(report, Level.MUST, Outcome.PASS),
        known=[result for result in report.results if result.known],
        rows=list(table(report)),
        outcomes=list(Outcome),
        slowest=[result for result in slowest if result.seconds > 0],
        printable=printable,
        options_alone=lambda result: shlex.join(options_alone(report, result)),
        request_text=request_text,
        response_text=response_text,
    )
