"""Writes the verdict of a run in all formats: terminal, JSON, JUnit, a CI summary, a page, a section in locust's
report."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from load import _pages
from load._compare import SCHEMA, windows_of
from load._options import Machine
from load._result import Result
from load._summary import cells, change_cells, generators_in_words, load_in_words, names, times
from load._verdict import Outcome, number

_MOST_ROWS = 60
CHANGE_HEAD = ("request", "metric", "before (ms)", "now (ms)", "change", "")
SLO_HEAD = ("", "promise", "limit", "measured", "samples", "over")


def write_all(result: Result, machine: Machine, html_file: str | None) -> None:
    """Print the table and write the requested files."""
    print(table(result), file=sys.stderr, flush=True)
    if machine.slo_json:
        _write(Path(machine.slo_json), json.dumps(to_json(result, windows=True), indent=2) + "\n")
    if machine.slo_junit:
        _write(Path(machine.slo_junit), junit(result))
    if machine.slo_html:
        _write(Path(machine.slo_html), _pages.page(result, refresh=False))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown(result))
    if html_file and Path(html_file).is_file():
        report = Path(html_file)
        report.write_text(with_section(report.read_text(encoding="utf-8"), result), encoding="utf-8")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"{path} wasn't written: {error.strerror}", file=sys.stderr, flush=True)


def to_json(result: Result, windows: bool = False) -> dict[str, Any]:
    """Return all data behind the verdict; no key and no address of a generator. `windows`: include the data that
    --compare needs."""
    plan, samples, happened = result.plan, result.samples, result.happened
    document = {
        "schema": SCHEMA,
        **result.verdict.to_json(),
        "final": result.closed,
        "target": plan.target if plan else None,
        "load": load_in_words(result),
        "plan": _plan(result),
        "seconds": round(result.judged_seconds, 1),
        "requests": {name: times(series) for name, series in names(samples).items()},
        "changes": [{**asdict(one), "direction": str(one.direction)} for one in result.changes],
        "steps": [asdict(step) for step in result.steps],
        "generators": {
            "workers": result.workers,
            "cpu_max": round(happened.cpu, 3),
            "waited_for_a_core": round(happened.wait_share, 3),
            "lag_p99_ms": result.lag_p99_ms,
            "arrivals": samples.counters,
        },
        "rate_limits": {
            name: {"limit": q.limit, "remaining": q.remaining, "reset": q.reset, "sent": q.sent, "429": q.limited}
            for name, q in sorted(samples.quotas.items())
        },
        "failures": samples.reasons,
    }
    return {**document, "windows": windows_of(samples)} if windows and plan and not plan.search else document


def _plan(result: Result) -> dict[str, Any] | None:
    plan = result.plan
    if plan is None:
        return None
    return {
        "profile": plan.profile.name,
        "seconds": plan.profile.seconds,
        "warmup": plan.profile.warmup,
        "arrivals": plan.due if plan.open and not plan.search else None,
        "users": None if plan.open else plan.user_count,
        "workers": plan.workers,
        "organisations": plan.organisations,
        "ran_seconds": round(result.happened.seconds, 1),
    }


def table(result: Result) -> str:
    """Return the table for the terminal."""
    verdict = result.verdict
    lines = ["", f"SLO  {load_in_words(result)}"]
    rows = [SLO_HEAD, *(cells(row) for row in verdict.rows if row.where != "compared")]
    lines += _aligned(rows[: _MOST_ROWS + 1])
    if result.plan and not result.plan.probe and not result.steps:
        head = ("request", "answered", "failed", "429", "p50", "p95", "p99", "service p99", "server says p99 (ms)")
        lines += ["", *_aligned([head, *_times(result)])]
    if result.steps:
        step_head = ("rate/s", "answered/s", "p99 (ms)", "")
        steps = [
            (number(s.rate), number(s.answered), number(s.p99_ms), f"{s.outcome} {s.reason}") for s in result.steps
        ]
        lines += ["", *_aligned([step_head, *steps])]
    if result.changes:
        lines += ["", "compared with the earlier run", *_aligned([CHANGE_HEAD, *change_cells(result)])]
    if result.plan:
        lines += ["", f"generators: {generators_in_words(result)}"]
    lines += [f"failures: {count} x {reason}" for reason, count in list(result.samples.reasons.items())[:10]]
    lines += [f"note: {note}" for note in verdict.notes]
    lines += [f"{verdict.outcome}: {reason}" for reason in verdict.reasons]
    return "\n".join([*lines, f"verdict: {verdict.outcome} (exit {verdict.exit_code})"])


def _times(result: Result) -> list[tuple[str, ...]]:
    rows = []
    for name, series in names(result.samples).items():
        one = times(series)
        counts = [f"{one[key]:,}" for key in ("answered", "failed", "429")]
        values = [one["response_ms"][key] for key in ("p50", "p95", "p99")]
        values += [one["service_ms"]["p99"], one["server_ms"]["p99"]]
        rows.append((name, *counts, *map(number, values)))
    return rows


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def junit(result: Result) -> str:
    """Return JUnit XML: one test case per promise, and one per reason why the run is INVALID."""
    verdict = result.verdict
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


def markdown(result: Result) -> str:
    """Return Markdown for `$GITHUB_STEP_SUMMARY` and pull requests: the verdict, the reasons, and changes since the
    earlier run."""
    verdict = result.verdict
    lines = [f"## Load: {verdict.outcome}", "", load_in_words(result), ""]
    lines += [f"- {_cell(reason)}" for reason in verdict.reasons] + ([""] if verdict.reasons else [])
    lines += _markdown_table(SLO_HEAD, [cells(row) for row in verdict.rows if row.where != "compared"])
    if result.changes:
        lines += ["", "### Compared with the earlier run", ""]
        lines += _markdown_table(CHANGE_HEAD, change_cells(result))
    return "\n".join([*lines, "", ""])


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return lines + ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def with_section(report: str, result: Result) -> str:
    """Return locust's report with our section at its end. The page contains a second `</body>` inside a script."""
    place = report.rindex("</body>")
    return report[:place] + _pages.section(result) + report[place:]
