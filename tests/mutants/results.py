"""The suite's results for every mutant, every variant and some seeds of the plain mock.

Kept in results.json, one line for each server, and written out for people in docs/mutants.md.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.mutants import registry
from tests.mutants.mutant import Mutant, statement_levels
from tests.mutants.runs import Judged, Task, killed

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("results.json")
WRITTEN = {"tests/mutants/results.json", "docs/mutants.md"}
SEEDS = 5  # seeds of the plain mock
Row = dict[str, Any]


@dataclass
class Results:
    """All rows by name. `baseline`: whether plain schemathesis found anything; None if it did not end."""

    about: dict[str, Any] = field(default_factory=dict)
    mutants: dict[str, Row] = field(default_factory=dict)
    variants: dict[str, Row] = field(default_factory=dict)
    plain: dict[str, Row] = field(default_factory=dict)
    baseline: dict[str, bool | None] = field(default_factory=dict)

    def place_of(self, task: Task) -> tuple[dict[str, Row], str]:
        """Return the rows that a task's row belongs to, and its name there."""
        if task.name == "plain":
            return self.plain, task.server_options[-1]
        return (self.mutants if isinstance(registry.named(task.name), Mutant) else self.variants), task.name

    def row(self, task: Task) -> Row | None:
        rows, name = self.place_of(task)
        return rows.get(name)

    def add(self, task: Task, judged: Judged) -> Row:
        rows, name = self.place_of(task)
        rows[name] = row_of(task, judged)
        return rows[name]

    @property
    def survivors(self) -> list[str]:
        return [name for name, row in self.mutants.items() if not row["right"]]

    @property
    def accused(self) -> dict[str, Row]:
        """The legal servers with a wrong verdict."""
        legal = {**self.variants, **{f"plain mock, seed {seed}": row for seed, row in self.plain.items()}}
        return {name: row for name, row in legal.items() if not row["right"]}


def row_of(task: Task, judged: Judged) -> Row:
    each = None if task.name == "plain" else registry.named(task.name)
    if isinstance(each, Mutant):
        row: Row = {"ids": list(each.ids), "right": killed(each, judged)}
    else:
        row = {"right": judged.exit_code == (each.exit_code if each else 0)}
    row |= {"exit": judged.exit_code, "failed": list(judged.failed)}
    if judged.exit_code not in (0, 1):
        row["words"] = judged.words or f"not judged: {', '.join(judged.inconclusive)}"
    return row


def load(path: Path = RESULTS) -> Results:
    """Read the committed results; return empty ones if there is no file."""
    return Results(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Results()


def save(results: Results, path: Path = RESULTS) -> None:
    """Write one line for each server, so that a changed result is one changed line."""
    parts = []
    for name, part in asdict(in_order(results)).items():
        rows = [f"    {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in part.items()]
        parts.append(f"  {json.dumps(name)}: {{\n" + ",\n".join(rows) + "\n  }")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def in_order(results: Results) -> Results:
    """Return only the results of servers in the collection, in its order."""
    mutants, variants = registry.every_mutant(), registry.every_variant()
    return Results(
        results.about,
        {each.name: results.mutants[each.name] for each in mutants if each.name in results.mutants},
        {each.name: results.variants[each.name] for each in variants if each.name in results.variants},
        dict(sorted(results.plain.items(), key=lambda row: int(row[0]))),
        {each.name: results.baseline[each.name] for each in mutants if each.name in results.baseline},
    )


def facts(minutes: float) -> dict[str, Any]:
    """Return the date, the versions, the command and the duration."""
    packages = ("schemathesis", "httpx", "hypothesis", "uvicorn")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "command": "python -m tests.mutants " + " ".join(sys.argv[1:]),
        "minutes": round(minutes, 1),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def commit() -> str:
    """Return the commit, and whether anything but the results was changed since."""
    found = _git("rev-parse", "--short", "HEAD").strip() or "none"
    changed = {line[3:] for line in _git("status", "--porcelain").splitlines()} - WRITTEN
    return f"{found} with uncommitted changes" if changed else found


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def failed_by_few(results: Results, level: str, least: int) -> dict[str, list[str]]:
    """Return the statements of a level that fewer than `least` mutants made fail, with these mutants."""
    made: dict[str, list[str]] = {id_: [] for id_, at in statement_levels().items() if at == level}
    for name, row in results.mutants.items():
        for id_ in row["failed"]:
            if id_ in made:
                made[id_].append(name)
    return {id_: names for id_, names in made.items() if len(names) < least}
