"""A copy of the checkout in which one module may be changed, and its unit tests and commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST_SECONDS = 600


class NotGreen(Exception):
    """What must pass without a mutation fails. The message is one line."""


@contextmanager
def copied() -> Iterator[Path]:
    """Yield a copy of every file that git tracks, as it is in the checkout; it is deleted afterwards."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():  # a deleted file is tracked until the commit
                (tree / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, tree / name)
        yield tree


def unit_tests_of(module: str) -> list[str]:
    """Return the tests of a module, below mock_server: those of its name, otherwise all of its folder."""
    layer, *_, name = module.split("/")
    stem = "recommender" if "recommender" in module else name.removesuffix(".py")
    folder = ROOT / "tests" / "mock" / layer
    found = sorted(folder.glob(f"test_{stem}*.py")) or [folder]
    return [str(path.relative_to(ROOT)) for path in found]


def require_green(tree: Path, tests: Sequence[str]) -> None:
    """Raises NotGreen if a test fails, or none can be run."""
    done = run_tests(tree, tests)
    if done.returncode != 0:
        last = (done.stdout.decode(errors="replace").strip().splitlines() or ["no output"])[-1]
        raise NotGreen(f"the unit tests must pass without a mutation: {last}")


def run_tests(tree: Path, tests: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run these tests in one process, up to the first failure."""
    options = ("-q", "-x", "-n", "0", "-m", "not slow", "-p", "no:cacheprovider")
    return run(tree, sys.executable, "-m", "pytest", *options, *tests)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command that imports from the folder. Raises subprocess.TimeoutExpired."""
    return subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, check=False, timeout=MOST_SECONDS
    )


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
