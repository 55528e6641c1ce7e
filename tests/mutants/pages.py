"""docs/faults.md: the matrix for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mutants import held_out, held_out_second, held_out_third, zoo
from tests.mutants.fault import Fault
from tests.mutants.matrix import Matrix, commits, statements_without_two_faults
from tests.mutants.runs import IN_FULL

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
MARKS: dict[bool | str | None, str] = {True: "finds", False: "", None: "no end", "not run": "not run"}
SHOWN = 3  # further failures of a fault that are named; a big fault fails dozens of checks

_HEAD = """\
# Does the suite find faults?

A conformance suite is worth what it finds, and what it leaves alone. So it is itself tested: against {faults} broken
servers (`tests/mutants/`), against {variants} legal ones that use what the documents leave open
(`tests/mutants/variants/`), and against the plain mock
under {plain} seeds. Each fault is one deviation from one documented statement, written from the
catalogue's sentences and `docs/readings.md` without a look at the checks. It counts as killed when the suite says
"fails" (exit 1) **and** a check of a statement that the fault breaks is among the failures; any other red is no merit.

    make faults                                    # all of it, writes this page and tests/mutants/matrix.json
    make faults TIME=20                            # what fits into 20 minutes, held to matrix.json; writes nothing
    .venv/bin/python -m tests.mutants list          # every fault and variant with its sentence
    .venv/bin/python -m tests.mutants serve NAME    # start one and try it
    .venv/bin/python -m tests.mutants matrix --only 'paging' --jobs 2

Each server is judged by `--profile standard` (broken ones with `--settle 5`); with `--exhaust` where the fault shows
only when the limit is used up, with `--strict` where the statement is a SHOULD. The generated passes come after the
hand-written checks and can't take a finding away, so those are run whose statement the fault breaks, and all of them on
every legal server and on one in {in_full} of the faults, chosen by name. What does not come out as it should is
judged once more, with a core of its own, and "What falls short" says so. The column "plain schemathesis" is the
baseline: `schemathesis run openapi.yaml` with valid keys, its default checks and phases, {examples} examples per
operation, on the current paths, the limit off, up to its first finding; any finding counts as a kill.
"""


def write(matrix: Matrix) -> None:
    PAGE.write_text("\n".join(_page(matrix)) + "\n", encoding="utf-8")


def _page(matrix: Matrix) -> Iterator[str]:
    from tests.mutants.baseline import EXAMPLES

    yield _HEAD.format(
        faults=len(matrix.faults),
        variants=len(matrix.variants),
        plain=len(matrix.plain),
        examples=EXAMPLES,
        in_full=IN_FULL,
    )
    yield from _summary(matrix)
    yield from _held_out()
    yield from _short_of_it(matrix)
    yield from _variants(matrix)
    for area, faults in zoo.faults().items():
        rows = [fault for fault in faults if fault.name in matrix.faults]
        if rows:
            yield from _area(area, rows, matrix)


def _summary(matrix: Matrix) -> Iterator[str]:
    yield "## In numbers\n"
    yield "| group | servers | killed | plain schemathesis |"
    yield "|---|---|---|---|"
    total: list[str] = []
    for area, faults in zoo.faults().items():
        names = [fault.name for fault in faults if fault.name in matrix.faults]
        if names:
            total += names
            yield f"| {_title(area)} | {len(names)} | {_kills(matrix, names)} | {_baseline(matrix, names)} |"
    yield f"| **all faults** | **{len(total)}** | **{_kills(matrix, total)}** | **{_baseline(matrix, total)}** |"
    clean = sum(row["right"] for row in matrix.variants.values())
    passed = sum(row["right"] for row in matrix.plain.values())
    yield f"\nLegal variants with the right verdict: {clean} of {len(matrix.variants)}."
    yield f"Seeds under which the plain mock conforms: {passed} of {len(matrix.plain)}.\n"
    yield ", ".join(f"{name} {value}" for name, value in matrix.about.items() if value) + ".\n"
    judged = commits(matrix)
    if len(judged) > 1:
        parts = "; ".join(f"{count} at {commit}" for commit, count in judged.most_common())
        yield f"Not all rows are of one run. Servers by the commit at which they were judged: {parts}.\n"


def _held_out() -> Iterator[str]:
    first = held_out.FIRST_RUN
    yield "## Held out\n"
    yield f"{len(first)} faults were written without a look at the checks and judged once, on commit c43d3b3,"
    yield "before anything was changed for them, and while other checks were still being mended:"
    yield f"{_first_run(first)}\n"
    for later in (held_out_second, held_out_third):
        if run := later.FIRST_RUN:
            yield f"{len(run)} more were written without a look at the checks, or at what survives, and committed"
            yield "before they were run."
            yield f"The catalogue was frozen at {later.FROZEN}, and with it they were judged once:"
            yield f"{_first_run(run)}\n"
    yield "These paragraphs stay as they are; the tables below show the same faults today.\n"


def _first_run(run: dict[str, bool]) -> str:
    missed = ", ".join(f"`{name}`" for name, killed in run.items() if not killed) or "none"
    return f"{_share(sum(run.values()), len(run))} killed. Missed in that run: {missed}."


def _short_of_it(matrix: Matrix) -> Iterator[str]:
    """What is not as it should be, first of all."""
    sentences = {fault.name: fault for fault in zoo.every_fault()}
    yield "## What falls short\n"
    for name in matrix.survivors:
        fault = sentences[name]
        row = matrix.faults[name]
        came = f"exit {row['exit']}" + (f", failed: {', '.join(row['failed'][:SHOWN])}" if row["failed"] else "")
        yield f"- `{name}` survives: {fault.breaks} Expected {' or '.join(fault.ids)}; {came}."
    for name in matrix.accused:
        row = matrix.variants.get(name) or matrix.plain[name.rpartition(" ")[2]]
        yield f"- {name} is accused (exit {row['exit']}): {', '.join(row['failed'])} {row.get('words', '')}"
    for name, row in matrix.judged_twice.items():
        came = f"exit {row['exit']}" + (f", failed: {', '.join(row['failed'][:SHOWN])}" if row["failed"] else "")
        yield f"- `{name}` came out as it should only when it was judged again, with a core of its own; before: {came}."
    for id_, names in statements_without_two_faults(matrix, "MUST").items():
        yield f"- {id_}: {'only ' + names[0] if names else 'no fault'} makes it fail."
    if not matrix.survivors and not matrix.accused:
        yield "No fault survives and no legal server is accused."
    yield ""


def _variants(matrix: Matrix) -> Iterator[str]:
    for group, variants in zoo.variants().items():
        yield f"## {_title(group)}\n"
        yield "| variant | what it does | freedom of | verdict |"
        yield "|---|---|---|---|"
        for each in variants:
            row = matrix.variants.get(each.name)
            if row:
                yield f"| `{each.name}` | {each.differs} | {each.reading} | {_verdict(row)} |"
        yield ""


def _area(area: str, faults: list[Fault], matrix: Matrix) -> Iterator[str]:
    yield f"## {_title(area)}\n"
    yield "| fault | what is broken | statement | killed by | plain schemathesis |"
    yield "|---|---|---|---|---|"
    for fault in faults:
        row = matrix.faults[fault.name]
        mark = MARKS[matrix.baseline.get(fault.name, "not run")]
        statement = f"{', '.join(fault.ids)} ({fault.level})"
        yield f"| `{fault.name}` | {fault.breaks} | {statement} | {_killers(fault, row)} | {mark} |"
    yield ""


def _killers(fault: Fault, row: dict[str, Any]) -> str:
    right = [id_ for id_ in row["failed"] if id_ in fault.ids]
    others = len(row["failed"]) - len(right)
    if not row["killed"]:
        return f"**survives** (exit {row['exit']})"
    return ", ".join(right) + (f" and {others} more" if others else "")


def _verdict(row: dict[str, Any]) -> str:
    if row["right"] and row["exit"] == 3:
        return "can't be judged, and the suite says so"
    if not row["right"]:
        return f"**accused** (exit {row['exit']}): {', '.join(row['failed'])}"
    missed = f"; SHOULD or INFO: {', '.join(row['failed'])}" if row["failed"] else ""
    return f"conforms{missed}"


def _kills(matrix: Matrix, names: list[str]) -> str:
    return _share(sum(matrix.faults[name]["killed"] for name in names), len(names))


def _baseline(matrix: Matrix, names: list[str]) -> str:
    run = [name for name in names if matrix.baseline.get(name) is not None]
    return _share(sum(bool(matrix.baseline[name]) for name in run), len(run)) if run else "not run"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})"


def _title(area: str) -> str:
    return area.replace("_", " ").capitalize()
