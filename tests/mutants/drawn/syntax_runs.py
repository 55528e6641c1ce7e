"""Judges syntax mutants: first by the mock's own unit tests; if these fail, by the suite.

python -m tests.mutants.drawn.syntax_runs --new 30 --seed 7"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.mutants import results
from tests.mutants.drawn.syntax import ROOT, Place, draw, mutated

KEPT = Path(__file__).with_name("syntax.json")
COPIED = ("mock_server", "fixtures", "contracts", "tests", "openapi.yaml", "pyproject.toml", "README.md")
MOST_SECONDS = 300
Row = dict[str, Any]  # name, source (the line as it is), exit of the suite, failed: ids of the checks that failed


def judge(place: Place) -> Row | None:
    """Judge one mutant. Return None if the unit tests of the module don't fail, or the mock does not start."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        tree.mkdir()
        for name in COPIED:
            one = ROOT / name
            (shutil.copytree if one.is_dir() else shutil.copy)(one, tree / name)
        module = tree / "mock_server" / place.module
        source = module.read_text(encoding="utf-8")
        module.write_text(mutated(source, place), encoding="utf-8")
        tests = "tests/mock/" + place.module.split("/")[0]
        own = _run(tree, sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", tests)
        if own.returncode != 1:
            return None
        found = _by_the_suite(tree, Path(folder))
    return found and {"name": place.name, "source": source.splitlines()[place.line - 1].strip(), **found}


def _by_the_suite(tree: Path, folder: Path) -> Row | None:
    keys, report = folder / "keys.json", folder / "report.json"
    options = ("--port", "0", "--seed-data", "none", "--quiet", "--ingest-delay", "0.05", "--keys-out", str(keys))
    server = subprocess.Popen([sys.executable, "-m", "mock_server", *options], cwd=tree, env=_environment(tree))
    try:
        command = [
            sys.executable,
            "-m",
            "contracts",
            "--keys-file",
            str(keys),
            "--profile",
            "standard",
            "--no-reference",
        ]
        while not keys.exists():
            if server.poll() is not None:
                return None
            _wait(server)
        done = _run(ROOT, *command, "--settle", "5", "--no-wait", "--json", str(report))
        checks = json.loads(report.read_text(encoding="utf-8"))["checks"] if report.exists() else []
        return {"exit": done.returncode, "failed": [each["id"] for each in checks if each["outcome"] == "fail"]}
    finally:
        server.terminate()
        server.wait()


def _wait(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait(0.1)
    except subprocess.TimeoutExpired:
        return


def _run(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command, cwd=folder, env=_environment(folder), capture_output=True, check=False, timeout=MOST_SECONDS
    )


def _environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def _safely(place: Place) -> Row | None:
    try:
        return judge(place)
    except subprocess.TimeoutExpired:  # an endless loop, which neither kills nor survives
        return None


def _first(count: int, seed: int, jobs: int) -> Iterator[Row]:
    """Yield the first mutants of the draw that fail the unit tests, up to `count`."""
    every, found = draw(seed), 0
    with ThreadPoolExecutor(jobs) as pool:
        for start in range(0, len(every), jobs):
            for row in pool.map(_safely, every[start : start + jobs]):
                if row and found < count:
                    found += 1
                    print(f"{found} exit {row['exit']} {row['name']}: {row['source']}", flush=True)
                    yield row
            if found == count:
                return


def section() -> Iterator[str]:
    """Yield the section of docs/mutants.md."""
    if not KEPT.exists():
        return
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    rows = kept["rows"]
    killed = sum(row["exit"] == 1 for row in rows)
    yield "## Syntax mutants of the mock\n"
    yield "One operator of mutation testing (a comparison, `and`/`or`, a condition, a number, an arithmetic sign) at"
    yield "one place of its source, drawn by a seed; only those that the mock's own unit tests notice are judged. These"
    yield "tests hold more than the documents say, so not all that survives is a fault of the documented API.\n"
    yield f"{killed} of {len(rows)} ({killed / len(rows):.0%}) are killed: the suite says exit 1."
    yield ", ".join(f"{name} {value}" for name, value in kept["about"].items()) + ".\n"
    for row in rows:
        if row["exit"] != 1:
            judged = f": {row['judged']}" if "judged" in row else ""
            yield f"- `{row['name']}` (exit {row['exit']}), `{row['source']}`{judged}"
    yield ""


def main() -> int:
    made = argparse.ArgumentParser(prog="python -m tests.mutants.drawn.syntax_runs", description="Syntax mutants.")
    made.add_argument("--new", type=int, required=True, help="how many that the unit tests notice")
    made.add_argument("--seed", type=int, required=True)
    made.add_argument("--jobs", type=int, default=2)
    given = made.parse_args()
    rows = list(_first(given.new, given.seed, given.jobs))
    about = {
        "date": results.facts(0)["date"],
        "commit": results.commit(),
        "command": " ".join(["python -m tests.mutants.drawn.syntax_runs", *sys.argv[1:]]),
    }
    KEPT.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
