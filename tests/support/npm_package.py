"""The npm package as `make setup` and `make npm` build it, and the marks of tests that need it."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "npm"
TSC = PACKAGE / "node_modules/.bin/tsc"

needs_package = pytest.mark.skipif(
    not (shutil.which("node") and (PACKAGE / ".built").exists()),
    reason="needs Node 20.19: apt-get install nodejs npm, then make setup",
)
needs_archive = pytest.mark.skipif(not list(PACKAGE.glob("*.tgz")), reason="needs the built package: make npm")


def archive() -> Path:
    """Return the file that users install."""
    (found,) = PACKAGE.glob("*.tgz")
    return found


def run_module(folder: Path, code: str, *arguments: str, timeout: float = 60) -> str:
    """Run an ES module that may import from the package; it must succeed. Return what it prints."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = folder / "node_modules"
    if not modules.exists():
        modules.mkdir()
        (modules / "lehnz-mock").symlink_to(PACKAGE)
    (folder / "main.mjs").write_text(code, encoding="utf-8")
    command = ["node", "--unhandled-rejections=strict", "main.mjs", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=timeout)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout
