"""The kill matrix: every fault, every legal server and twenty seeds of the plain mock, and what became of them.

It is kept in matrix.json, one line for each, and written out for people in docs/faults.md.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from random import Random
from typing import Any

from tests.mutants import zoo
from tests.mutants.fault import Fault, statement_levels
from tests.mutants.runs import Judged, Task, killed

ROOT = Path(__file__).parents[2]
MATRIX = Path(__file__).with_name("matrix.json")
UNFINISHED = ROOT / "reports" / "faults-unfinished.json"  # a whole run on its way, in case it is cut short
WRITTEN = {"tests/mutants/matrix.json", "docs/faults.md"}
SEEDS = 20
Row = dict[str, Any]


@dataclass
class Matrix:
    """`faults`, `variants` and `plain` by name: what the suite said. `baseline`: what schemathesis found."""

    about: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, Row] = field(default_factory=dict)
    variants: dict[str, Row] = field(default_factory=dict)
    plain: dict[str, Row] = field(default_factory=dict)
    baseline: dict[str, bool | None] = field(default_factory=dict)

    def rows_beside(self, task: Task) -> tuple[dict[str, Row], str]:
        """Where the row of a task belongs, and under which name."""
        if task.name == "plain":
            return self.plain, task.server_options[-1]
        return (self.faults if isinstance(zoo.named(task.name), Fault) else self.variants), task.name

    @property
    def survivors(self) -> list[str]:
        return [name for name, row in self.faults.items() if not row["killed"]]

    @property
    def legal(self) -> dict[str, Row]:
        """The variants and the seeds."""
        return {**self.variants, **{f"plain mock, seed {seed}": row for seed, row in self.plain.items()}}

    @property
    def accused(self) -> list[str]:
        return [name for name, row in self.legal.items() if not row["right"]]

    @property
    def judged_twice(self) -> dict[str, Row]:
        """What came out as it should only at the second time, uncrowded; by name, as it was at the first time."""
        rows = {**self.faults, **self.legal}
        return {
            name: row["first"] for name, row in rows.items() if "first" in row and is_right(row) and not _kills(row)
        }


def _kills(row: Row) -> bool:
    """Whether the first time was a kill by what the fault claims now."""
    return row["first"]["exit"] == 1 and bool(set(row.get("ids", ())) & set(row["first"]["failed"]))


def stamp(matrix: Matrix, at: str) -> None:
    """Say in every row of a part at which commit it was judged; the rows of a whole run are all of `about`'s."""
    for row in [*matrix.faults.values(), *matrix.variants.values(), *matrix.plain.values()]:
        row["at"] = at


def commits(matrix: Matrix) -> Counter[str]:
    """How many rows are of which commit."""
    rows = [*matrix.faults.values(), *matrix.variants.values(), *matrix.plain.values()]
    return Counter(row.get("at", matrix.about.get("commit", "none")) for row in rows)


def is_right(row: Row) -> bool:
    return bool(row["killed"] if "killed" in row else row["right"])


def row_of(task: Task, judged: Judged) -> Row:
    """What is kept of a run."""
    each = None if task.name == "plain" else zoo.named(task.name)
    row: Row
    if isinstance(each, Fault):
        row = {"ids": list(each.ids), "killed": killed(each, judged)}
    else:
        row = {"right": judged.exit_code == (each.exit_code if each else 0)}
    row |= {"exit": judged.exit_code, "failed": list(judged.failed)}
    if judged.exit_code not in (0, 1):
        row["words"] = judged.words or f"not judged: {', '.join(judged.inconclusive)}"
    return row


def load(path: Path = MATRIX) -> Matrix:
    """The committed one; an empty one where there is none."""
    return Matrix(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Matrix()


def save(matrix: Matrix, path: Path = MATRIX) -> None:
    """One line for each server, so that a change of one is a change of one line."""
    parts = []
    for name, part in asdict(in_order(matrix)).items():
        rows = [f"    {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in part.items()]
        parts.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n  }")
    path.parent.mkdir(exist_ok=True)
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def commit() -> str:
    """The commit, and whether anything but the matrix itself was changed since."""
    found = _git("rev-parse", "--short", "HEAD").strip() or "none"
    changed = {line[3:] for line in _git("status", "--porcelain").splitlines()} - WRITTEN
    return f"{found} with uncommitted changes" if changed else found


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def facts(minutes: float, processor_minutes: float) -> dict[str, Any]:
    """When, with what, and how long it took."""
    packages = ("schemathesis", "httpx", "hypothesis", "uvicorn")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "command": "python -m tests.mutants " + " ".join(sys.argv[1:]),
        "minutes": round(minutes, 1),
        "processor minutes of the suite and the servers": round(processor_minutes, 1),
        "seeds": f"1 to {SEEDS}",
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def sample(faults: Sequence[Fault], count: int, seed: int) -> list[Fault]:
    """So many of them, the same for the same seed."""
    return Random(seed).sample(list(faults), min(count, len(faults)))


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


def _claimed(fault: Fault, row: Row) -> Row:
    right = row["exit"] == 1 and bool(set(fault.ids) & set(row["failed"]))
    return {**row, "ids": list(fault.ids), "killed": right}


def statements_without_two_faults(matrix: Matrix, level: str) -> dict[str, list[str]]:
    """Statements of a level that fewer than two faults made fail, with those that did."""
    made: dict[str, list[str]] = {id_: [] for id_, at in statement_levels().items() if at == level}
    for name, row in matrix.faults.items():
        for id_ in row["failed"]:
            if id_ in made:
                made[id_].append(name)
    return {id_: names for id_, names in made.items() if len(names) < 2}
