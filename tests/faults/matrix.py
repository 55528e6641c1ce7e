"""The kill matrix: every fault, every variant and twenty seeds of the plain mock, and what became of them.

It is kept in matrix.json, one line for each, and written out for people in docs/faults.md.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

from tests.faults import baseline, zoo
from tests.faults.fault import Fault, Variant
from tests.faults.runs import Judged, Task, fault_task, killed, plain_task, run_all, variant_task

MATRIX = Path(__file__).with_name("matrix.json")
SEEDS = 20
Say = Callable[[str], object]


@dataclass
class Matrix:
    """`faults`, `variants` and `plain` by name: what the suite said. `baseline`: what schemathesis found."""

    about: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    plain: dict[str, dict[str, Any]] = field(default_factory=dict)
    baseline: dict[str, bool | None] = field(default_factory=dict)

    @property
    def survivors(self) -> list[str]:
        return [name for name, row in self.faults.items() if not row["killed"]]

    @property
    def accused(self) -> list[str]:
        rows = {**self.variants, **{f"plain mock, seed {seed}": row for seed, row in self.plain.items()}}
        return [name for name, row in rows.items() if not row["right"]]


def load() -> Matrix:
    """The committed one; an empty one where there is none."""
    return Matrix(**json.loads(MATRIX.read_text(encoding="utf-8"))) if MATRIX.exists() else Matrix()


def save(matrix: Matrix) -> None:
    """One line for each server, so that a change of one is a change of one line."""
    parts = []
    for name, part in asdict(in_order(matrix)).items():
        rows = [f"    {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in part.items()]
        parts.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n  }")
    MATRIX.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def judge_all(
    matrix: Matrix,
    faults: Sequence[Fault],
    variants: Sequence[Variant],
    seeds: int,
    jobs: int,
    say: Say,
    keep: Callable[[Matrix], object] = lambda _: None,
    claims_only: bool = False,
) -> None:
    """The suite against all of them; their rows are put into the matrix, which is kept after each."""
    known = {fault.name: fault for fault in faults}
    wanted = {variant.name: variant.exit_code for variant in variants}
    tasks = [variant_task(variant) for variant in variants]
    tasks += [plain_task(seed) for seed in range(1, seeds + 1)]
    tasks += [fault_task(fault, claims_only) for fault in faults]
    for number, (task, judged) in enumerate(run_all(tasks, jobs), 1):
        row = _row(judged)
        if fault := known.get(task.name):
            row = {"ids": list(fault.ids), "killed": killed(fault, judged), **row}
            matrix.faults[task.name] = row
        elif task.name == "plain":
            row = {"right": judged.exit_code == 0, **row}
            matrix.plain[task.server_options[-1]] = row
        else:
            row = {"right": judged.exit_code == wanted[task.name], **row}
            matrix.variants[task.name] = row
        say(f"{number}/{len(tasks)} {_line(task, judged, row)}")
        keep(matrix)


def add_baseline(matrix: Matrix, names: Sequence[str], jobs: int, say: Say) -> None:
    """Plain schemathesis against the faults of these names."""
    for number, (name, found) in enumerate(baseline.findings(names, jobs), 1):
        matrix.baseline[name] = found
        say(f"{number}/{len(names)} schemathesis {'finds' if found else 'passes'} {name}")


def commit() -> str:
    found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip() or "none"


def facts(began: float) -> dict[str, Any]:
    """When, with what, and how long it took."""
    packages = ("schemathesis", "httpx", "hypothesis", "uvicorn")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "command": "python -m tests.faults " + " ".join(sys.argv[1:]),
        "minutes": round((time.monotonic() - began) / 60, 1),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def sample(faults: Sequence[Fault], count: int, seed: int) -> list[Fault]:
    """So many of them, the same for the same seed."""
    return Random(seed).sample(list(faults), min(count, len(faults)))


def _row(judged: Judged) -> dict[str, Any]:
    row: dict[str, Any] = {"exit": judged.exit_code, "failed": list(judged.failed)}
    if judged.exit_code not in (0, 1):
        row["words"] = judged.words or f"not judged: {', '.join(judged.inconclusive)}"
    return row


def _line(task: Task, judged: Judged, row: dict[str, Any]) -> str:
    end = {True: "right", False: "WRONG"}[row["right"]] if "right" in row else "killed" if row["killed"] else "SURVIVES"
    failed = ", ".join(judged.failed[:4]) or judged.words
    return f"{end:8} {task.name} (exit {judged.exit_code}, {judged.seconds:.1f} s, {judged.requests} requests) {failed}"


def in_order(matrix: Matrix) -> Matrix:
    """The rows of what there is in the zoo, in its order, by what the faults claim now."""
    return Matrix(
        matrix.about,
        {
            each.name: _claimed(each, matrix.faults[each.name])
            for each in zoo.every_fault()
            if each.name in matrix.faults
        },
        {each.name: matrix.variants[each.name] for each in zoo.every_variant() if each.name in matrix.variants},
        dict(sorted(matrix.plain.items(), key=lambda row: int(row[0]))),
        {each.name: matrix.baseline[each.name] for each in zoo.every_fault() if each.name in matrix.baseline},
    )


def _claimed(fault: Fault, row: dict[str, Any]) -> dict[str, Any]:
    right = row["exit"] == 1 and bool(set(fault.ids) & set(row["failed"]))
    return {**row, "ids": list(fault.ids), "killed": right}


def statements_without_two_faults(matrix: Matrix, level: str) -> dict[str, list[str]]:
    """Statements of a level that fewer than two faults made fail, with those that did."""
    from tests.faults.fault import statement_levels

    made: dict[str, list[str]] = {id_: [] for id_, at in statement_levels().items() if at == level}
    for name, row in matrix.faults.items():
        for id_ in row["failed"]:
            if id_ in made:
                made[id_].append(name)
    return {id_: names for id_, names in made.items() if len(names) < 2}
