"""Keeps the results of the draws in draws.json, each as it was judged, and shows them in docs/mutants.md."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.mutants.drawn.draw import pairs
from tests.mutants.mutant import Mutant
from tests.mutants.results import Results

DRAWS = Path(__file__).with_name("draws.json")
Draw = dict[str, Any]  # seed, about, rows: {name: {kind, level, sentence, exit, failed}}


def made(seed: int, about: dict[str, Any], mutants: list[Mutant], results: Results) -> Draw:
    rows = {
        each.name: {
            "kind": pairs()[each.name][0],
            "level": each.level,
            "sentence": each.breaks,
            "exit": results.mutants[each.name]["exit"],
            "failed": results.mutants[each.name]["failed"][:4],
        }
        for each in mutants
    }
    return {"seed": seed, "about": about, "rows": rows}


def load() -> list[Draw]:
    found: list[Draw] = json.loads(DRAWS.read_text(encoding="utf-8")) if DRAWS.exists() else []
    return found


def add(draw: Draw) -> None:
    """Append a draw; an earlier draw is never changed."""
    head, rows = json.dumps({**draw, "rows": None})[:-5], draw["rows"]
    lines = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    old = DRAWS.read_text(encoding="utf-8").rstrip().removesuffix("]").rstrip() + ",\n" if DRAWS.exists() else "[\n"
    DRAWS.write_text(f"{old}{head}{{\n  {lines}}}}}\n]\n", encoding="utf-8")


def section() -> Iterator[str]:
    """Yield the section of docs/mutants.md."""
    yield "## Drawn by a program\n"
    yield f"{len(pairs())} pairs of an operator and a slice of what clients send are there (`tests/mutants/drawn/`);"
    yield "`make mutants NEW=200 SEED=n` draws some, judges each once and adds the result here, untouched. A MUST is"
    yield "killed by exit 1, a SHOULD by exit 1 under `--strict`.\n"
    for draw in load():
        yield from _section(draw)


def _section(draw: Draw) -> Iterator[str]:
    rows: dict[str, Draw] = draw["rows"]
    about = ", ".join(f"{name} {value}" for name, value in draw["about"].items())
    yield f"### Seed {draw['seed']}: {len(rows)} mutants\n"
    yield f"{about}.\n"
    for of in ("level", "kind"):
        every, killed = (
            Counter(row[of] for row in rows.values()),
            Counter(row[of] for row in rows.values() if row["exit"] == 1),
        )
        yield "; ".join(
            f"{name}: {killed[name]} of {count} ({killed[name] / count:.0%})" for name, count in every.items()
        )
        yield ""
    for name, row in rows.items():
        if row["exit"] != 1:
            yield f"- `{name}` ({row['level']}, exit {row['exit']}): {row['sentence']}"
    yield ""
