"""The verdict of a run for every reader: terminal, JSON, JUnit, a CI summary, a section in locust's HTML report."""

import json
import os
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from load import _pages
from load._histogram import Histogram, merged, percentile_ms
from load._options import Machine
from load._verdict import Outcome, Row, number


def write_all(run: Any, machine: Machine, html_file: str | None) -> None:
    """Print the table, write the files that were asked for."""
    print(table(run), file=sys.stderr, flush=True)
    if machine.slo_json:
        Path(machine.slo_json).write_text(json.dumps(to_json(run), indent=2) + "\n", encoding="utf-8")
    if machine.slo_junit:
        Path(machine.slo_junit).write_text(junit(run), encoding="utf-8")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown(run))
    if html_file and Path(html_file).is_file():
        report = Path(html_file)
        report.write_text(with_section(report.read_text(encoding="utf-8"), run), encoding="utf-8")


def to_json(run: Any) -> dict[str, Any]:
    """Everything that the verdict rests on; no key, no address of a generator."""
    plan, samples = run.plan, run.samples
    seconds = run.judged_seconds if plan else 0.0
    return {
        "schema": 1,
        **run.verdict.to_json(),
        "final": run.closed,
        "target": plan.target if plan else None,
        "load": load_in_words(run),
        "seconds": round(seconds, 1),
        "requests": {name: times(series) for name, series in sorted(samples.series.items())},
        "generators": {
            "workers": len(run.ready),
            "cpu_max": round(run.cpu, 3),
            "lag_p99_ms": run.lag_p99_ms(),
            "arrivals": samples.counters,
        },
        "rate_limits": {
            name: {
                "limit": one.limit,
                "remaining": one.remaining,
                "reset": one.reset,
                "sent": one.sent,
                "429": one.limited,
            }
            for name, one in sorted(samples.quotas.items())
        },
        "failures": samples.reasons,
    }


def times(series: Any) -> dict[str, Any]:
    """Counts and percentiles of one request name after the warm-up: from when it was due, of the service alone, and as
    the server says (`latency_ms` of the body)."""

    def total(counts: dict[int, int]) -> int:
        return sum(count for slot, count in counts.items() if slot >= 0)

    answered = merged(histogram for slot, histogram in series.answered.items() if slot >= 0)
    return {
        "answered": sum(answered.values()),
        "failed": total(series.failed),
        "429": total(series.limited),
        "response_ms": percentiles(answered),
        "service_ms": percentiles(series.service),
        "server_ms": percentiles(series.server),
    }


def percentiles(histogram: Histogram) -> dict[str, float | None]:
    """Of one histogram, in milliseconds."""
    fractions = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p99.9": 0.999}
    return {name: percentile_ms(histogram, fraction) for name, fraction in fractions.items()}


def load_in_words(run: Any) -> str:
    """How the load was made; a closed run says so."""
    plan = run.plan
    if plan is None:
        return "none"
    users = ", ".join(plan.users)
    if plan.probe:
        return f"rate limit probe by {len(run.ready)} worker(s)"
    if plan.open:
        return f"open: {plan.rate:g} arrivals/s ({plan.arrivals}), profile {plan.profile.name}, {users}"
    return f"closed: {plan.user_count} users, think times x {plan.think:g}, profile {plan.profile.name}, {users}"


def table(run: Any) -> str:
    """For the terminal."""
    verdict = run.verdict
    lines = ["", f"SLO  {load_in_words(run)}"]
    rows = [("", "promise", "limit", "measured", "samples", "over"), *(cells(row) for row in verdict.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(6)]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows[:40]
    ]
    if run.plan and not run.plan.probe:
        lines += [_beside(name, series) for name, series in sorted(run.samples.series.items())]
        lines.append(
            f"generators: {len(run.ready)} process(es), lag p99 {run.lag_p99_ms():.3g} ms, CPU {run.cpu:.0%} at most"
        )
    lines += [f"failures: {count} x {reason}" for reason, count in list(run.samples.reasons.items())[:10]]
    lines += [f"note: {note}" for note in verdict.notes]
    lines += [f"{verdict.outcome}: {reason}" for reason in verdict.reasons]
    return "\n".join([*lines, f"verdict: {verdict.outcome} (exit {verdict.exit_code})"])


def cells(row: Row) -> tuple[str, str, str, str, str, str]:
    """One row as texts."""
    what = f"{row.name}  {row.metric}"
    measured = row.note if row.limit is None and row.note else number(row.value)
    return mark(row.outcome), what, number(row.limit), measured, f"{row.samples:,}", row.where


def mark(outcome: Outcome) -> str:
    """An outcome that can be told without its colour."""
    return {Outcome.PASS: "✔ PASS", Outcome.FAIL: "✖ FAIL"}.get(outcome, f"? {outcome}")


def _beside(name: str, series: Any) -> str:
    one = times(series)
    response, service, server = (number(one[key]["p99"]) for key in ("response_ms", "service_ms", "server_ms"))
    own = f", the server says {server}" if one["server_ms"]["p99"] is not None else ""
    return f"{name}: {one['answered']} answered, {one['429']} x 429, p99 {response} ms (service alone {service}{own})"


def junit(run: Any) -> str:
    """A test case per promise and per reason why the run is INVALID."""
    verdict = run.verdict
    suite = ElementTree.Element("testsuite", {"name": "load"})
    for row in verdict.rows:
        case = ElementTree.SubElement(suite, "testcase", classname=row.name, name=f"{row.metric} ({row.where})")
        if row.outcome is not Outcome.PASS:
            kind = "failure" if row.outcome is Outcome.FAIL else "error"
            ElementTree.SubElement(case, kind, message=" | ".join(cells(row)))
    for reason in verdict.invalid or ([] if verdict.rows else verdict.reasons):
        case = ElementTree.SubElement(suite, "testcase", classname="run", name="valid")
        ElementTree.SubElement(case, "error", message=reason)
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        suite.set(name, str(len(list(suite.iter(tag)))))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def markdown(run: Any) -> str:
    """For `$GITHUB_STEP_SUMMARY`."""
    verdict = run.verdict
    rows = ["| | promise | limit | measured | samples | over |", "|---|---|---|---|---|---|"]
    rows += ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells(row)) + " |" for row in verdict.rows]
    reasons = [f"- {reason}" for reason in verdict.reasons]
    return "\n".join([f"## Load: {verdict.outcome}", "", load_in_words(run), "", *rows, "", *reasons, "", ""])


def with_section(report: str, run: Any) -> str:
    """locust's report with our section at its end; the page holds a second `</body>` inside a script."""
    place = report.rindex("</body>")
    return report[:place] + _pages.section(run) + report[place:]
