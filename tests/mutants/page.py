"""Writes the results as a page, docs/mutants.md."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.mutants import baseline, registry
from tests.mutants.drawn import draws, syntax_runs
from tests.mutants.mutant import Mutant
from tests.mutants.results import Results, Row, failed_by_few
from tests.mutants.written import held_out, held_out_second, held_out_third

PAGE = Path(__file__).parents[2] / "docs" / "mutants.md"
MARKS: dict[bool | str | None, str] = {True: "finds", False: "", None: "no end", "not run": "not run"}
SHOWN = 3  # further failures that are named per mutant: some mutants fail dozens of checks

_HEAD = """\
# Does the suite find broken servers?

A conformance suite must find broken servers and accept legal ones. So it is itself tested: against {mutants} broken
servers (`tests/mutants/written/`), against {variants} legal ones that use what the documents leave open
(`tests/mutants/variants/`), and against the plain mock under {plain} seeds. Each mutant is one deviation from one
documented statement, written from the catalogue's sentences and `docs/readings.md` without a look at the checks. It is
killed when the suite says "fails" (exit 1) **and** a check of a statement that it breaks is among the failures.

    make mutants                                   # all of it, writes this page and tests/mutants/results.json
    make mutants TIME=20                           # what fits into 20 minutes, held to results.json; writes nothing
    .venv/bin/python -m tests.mutants list          # every mutant and variant with its sentence
    .venv/bin/python -m tests.mutants serve NAME    # start one and try it
    .venv/bin/python -m tests.mutants judge --only 'paging' --jobs 2

Each server is judged by `--profile standard` (mutants with `--settle 5`); with `--exhaust` where the deviation shows
only when the limit is used up, with `--strict` where the statement is a SHOULD. The generated passes run where the
mutant breaks their statement, and on every legal server. The column "plain schemathesis" is the baseline:
`schemathesis run openapi.yaml` with valid keys, its default checks and phases, {examples} examples per operation, on
the current paths, the limit off, up to its first finding; any finding counts as a kill.
"""


def write(results: Results) -> None:
    PAGE.write_text("\n".join(_page(results)) + "\n", encoding="utf-8")


def _page(results: Results) -> Iterator[str]:
    yield _HEAD.format(
        mutants=len(results.mutants),
        variants=len(results.variants),
        plain=len(results.plain),
        examples=baseline.EXAMPLES,
    )
    yield from _summary(results)
    yield from _held_out()
    yield from _short_of_it(results)
    yield from draws.section()
    yield from syntax_runs.section()
    yield from _variants(results)
    for area, mutants in registry.mutants().items():
        rows = [mutant for mutant in mutants if mutant.name in results.mutants]
        if rows:
            yield from _area(area, rows, results)


def _summary(results: Results) -> Iterator[str]:
    yield "## In numbers\n"
    yield "| group | servers | killed | plain schemathesis |"
    yield "|---|---|---|---|"
    total: list[str] = []
    for area, mutants in registry.mutants().items():
        names = [mutant.name for mutant in mutants if mutant.name in results.mutants]
        if names:
            total += names
            yield f"| {_title(area)} | {len(names)} | {_kills(results, names)} | {_baseline(results, names)} |"
    yield f"| **all mutants** | **{len(total)}** | **{_kills(results, total)}** | **{_baseline(results, total)}** |"
    clean = sum(row["right"] for row in results.variants.values())
    passed = sum(row["right"] for row in results.plain.values())
    yield f"\nLegal variants with the right verdict: {clean} of {len(results.variants)}."
    yield f"Seeds under which the plain mock conforms: {passed} of {len(results.plain)}.\n"
    yield ", ".join(f"{name} {value}" for name, value in results.about.items() if value) + ".\n"


def _held_out() -> Iterator[str]:
    first = held_out.FIRST_RUN
    yield "## Held out\n"
    yield f"{len(first)} mutants were written without a look at the checks and judged once, on commit c43d3b3,"
    yield "before anything was changed for them, and while other checks were still being mended:"
    yield f"{_first_run(first)}\n"
    for later in (held_out_second, held_out_third):
        if run := later.FIRST_RUN:
            yield f"{len(run)} more were written without a look at the checks, or at what survives, and committed"
            yield "before they were run."
            yield f"The catalogue was frozen at {later.FROZEN}, and with it they were judged once:"
            yield f"{_first_run(run)}\n"
    yield "These paragraphs stay as they are; the tables below show the same mutants today.\n"


def _first_run(run: dict[str, bool]) -> str:
    missed = ", ".join(f"`{name}`" for name, killed in run.items() if not killed) or "none"
    return f"{_share(sum(run.values()), len(run))} killed. Missed in that run: {missed}."


def _short_of_it(results: Results) -> Iterator[str]:
    """Yield the survivors and wrong verdicts, which come first on the page."""
    sentences = {mutant.name: mutant for mutant in registry.every_mutant()}
    yield "## What falls short\n"
    for name in results.survivors:
        mutant, row = sentences[name], results.mutants[name]
        came = f"exit {row['exit']}" + (f", failed: {', '.join(row['failed'][:SHOWN])}" if row["failed"] else "")
        yield f"- `{name}` survives: {mutant.breaks} Expected {' or '.join(mutant.ids)}; {came}."
    for name, row in results.accused.items():
        yield f"- {name} has the wrong verdict (exit {row['exit']}): {', '.join(row['failed'])} {row.get('words', '')}"
    for id_, names in failed_by_few(results, "MUST", 2).items():
        yield f"- {id_}: {'only ' + names[0] if names else 'no mutant'} makes it fail."
    if not results.survivors and not results.accused:
        yield "No mutant survives and no legal server is accused."
    yield ""


def _variants(results: Results) -> Iterator[str]:
    for group, variants in registry.variants().items():
        yield f"## {_title(group)}\n"
        yield "| variant | what it does | freedom of | verdict |"
        yield "|---|---|---|---|"
        for each in variants:
            if row := results.variants.get(each.name):
                yield f"| `{each.name}` | {each.differs} | {each.reading} | {_verdict(row)} |"
        yield ""


def _area(area: str, mutants: list[Mutant], results: Results) -> Iterator[str]:
    yield f"## {_title(area)}\n"
    yield "| mutant | what is broken | statement | killed by | plain schemathesis |"
    yield "|---|---|---|---|---|"
    for mutant in mutants:
        mark = MARKS[results.baseline.get(mutant.name, "not run")]
        statement = f"{', '.join(mutant.ids)} ({mutant.level})"
        killers = _killers(mutant, results.mutants[mutant.name])
        yield f"| `{mutant.name}` | {mutant.breaks} | {statement} | {killers} | {mark} |"
    yield ""


def _killers(mutant: Mutant, row: Row) -> str:
    right = [id_ for id_ in row["failed"] if id_ in mutant.ids]
    others = len(row["failed"]) - len(right)
    if not row["right"]:
        return f"**survives** (exit {row['exit']})"
    return ", ".join(right) + (f" and {others} more" if others else "")


def _verdict(row: Row) -> str:
    if row["right"] and row["exit"] == 3:
        return "can't be judged, and the suite says so"
    if not row["right"]:
        return f"**wrong** (exit {row['exit']}): {', '.join(row['failed'])}"
    missed = f"; SHOULD or INFO: {', '.join(row['failed'])}" if row["failed"] else ""
    return f"conforms{missed}"


def _kills(results: Results, names: list[str]) -> str:
    return _share(sum(results.mutants[name]["right"] for name in names), len(names))


def _baseline(results: Results, names: list[str]) -> str:
    run = [name for name in names if results.baseline.get(name) is not None]
    return _share(sum(bool(results.baseline[name]) for name in run), len(run)) if run else "not run"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})"


def _title(area: str) -> str:
    return area.replace("_", " ").capitalize()
