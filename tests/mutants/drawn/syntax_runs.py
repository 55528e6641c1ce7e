"""Judges syntax mutants: first by the mock's own unit tests; if these fail, by the suite. Refuses to start if they fail
without a mutation.

python -m tests.mutants.drawn.syntax_runs --new 30 --seed 7"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.mutants import results
from tests.mutants.drawn.syntax import FOLDERS, Place, draw, mutated
from tests.mutants.drawn.tree import ROOT, NotGreen, copied, environment, require_green, run, run_tests, unit_tests_of

KEPT = Path(__file__).with_name("syntax.json")
Row = dict[str, Any]  # name, source (the line as it is), exit of the suite, failed: ids of the checks that failed


def control() -> None:
    """Raises NotGreen if the copy fails its unit tests or the suite without a mutation."""
    layers = dict.fromkeys(f"tests/mock/{folder.split('/')[0]}" for folder in FOLDERS)
    with copied() as tree:
        require_green(tree, list(layers))
        found = _by_the_suite(tree)
    if found is None or found["exit"] != 0:
        actual = f"exit {found['exit']}, failed: {', '.join(found['failed'])}" if found else "it does not start"
        raise NotGreen(f"the mock must conform without a mutation: {actual}")


def judge(place: Place) -> Row | None:
    """Judge one mutant. Return None if the unit tests of the module don't fail, or the mock does not start."""
    with copied() as tree:
        module = tree / "mock_server" / place.module
        source = module.read_text(encoding="utf-8")
        module.write_text(mutated(source, place), encoding="utf-8")
        if run_tests(tree, unit_tests_of(place.module)).returncode != 1:
            return None
        found = _by_the_suite(tree)
    return found and {"name": place.name, "source": source.splitlines()[place.line - 1].strip(), **found}


def _by_the_suite(tree: Path) -> Row | None:
    """Start the tree's mock and judge it by the checkout's suite. Return None if it does not start."""
    with tempfile.TemporaryDirectory() as folder:
        keys, report = Path(folder, "keys.json"), Path(folder, "report.json")
        options = ("--port", "0", "--seed-data", "none", "--quiet", "--ingest-delay", "0.05", "--keys-out", str(keys))
        server = subprocess.Popen([sys.executable, "-m", "mock_server", *options], cwd=tree, env=environment(tree))
        try:
            while not keys.exists():
                if server.poll() is not None:
                    return None
                _wait(server)
            suite = ("--keys-file", str(keys), "--profile", "standard", "--no-reference", "--settle", "5", "--no-wait")
            done = run(ROOT, sys.executable, "-m", "contracts", *suite, "--json", str(report))
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


def main(arguments: Sequence[str]) -> int:
    """Judge a draw and keep it. Return 2 if nothing can be judged."""
    made = argparse.ArgumentParser(prog="python -m tests.mutants.drawn.syntax_runs", description="Syntax mutants.")
    made.add_argument("--new", type=int, required=True, help="how many that the unit tests notice")
    made.add_argument("--seed", type=int, required=True)
    made.add_argument("--jobs", type=int, default=2)
    given = made.parse_args(arguments)
    facts = results.facts(0)
    command = " ".join(["python -m tests.mutants.drawn.syntax_runs", *arguments])
    about = {"date": facts["date"], "commit": facts["commit"], "command": command}
    try:
        control()
    except NotGreen as red:
        print(f"nothing can be judged: {red}", file=sys.stderr)
        return 2
    rows: list[Row] = []
    for row in _first(given.new, given.seed, given.jobs):
        rows.append(row)  # kept at once, because a draw takes long
        KEPT.write_text(json.dumps({"about": about, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
