"""The front-end example, in addition to its own tests (`make example`): it compiles strictly against the package's
types, and the package's fixtures say in one line what a mock lacks."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_process import RunningMock, running_mock

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/playwright"
TOOLS = EXAMPLE / "node_modules/.bin"
LOCKS = sorted(path for path in ROOT.glob("**/package-lock.json") if "node_modules" not in path.parts)
CLOSED_PORT = "http://127.0.0.1:9"

CONFIG = """
import {{ defineConfig }} from "@playwright/test";
import type {{ LehnzOptions }} from "lehnz-mock/playwright";
const urls: Record<string, string> = {urls};
const projects = Object.entries(urls).map(([name, lehnzUrl]) => ({{ name, use: {{ lehnzUrl }} }}));
export default defineConfig<LehnzOptions>({{ workers: 1, projects }});
"""
TEST = """
import { expect, test } from "lehnz-mock/playwright";
test("an organisation of one's own", ({ lehnz }) => expect(lehnz.organisation.publishable_key).toMatch(/^lehnz_pk_/));
"""

needs_example = pytest.mark.skipif(
    not (shutil.which("node") and (TOOLS / "tsc").exists()),
    reason="needs Node 20.19: apt-get install nodejs npm, then make setup",
)


@pytest.fixture(scope="module")
def virtual() -> Iterator[RunningMock]:
    with running_mock("--clock", "virtual") as mock:
        yield mock


@needs_example
@pytest.mark.slow
def test_the_example_compiles_strictly() -> None:
    result = subprocess.run(
        [TOOLS / "tsc", "--pretty", "false"], cwd=EXAMPLE, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "")


@needs_example
@pytest.mark.slow
def test_the_fixtures_say_in_one_line_what_a_mock_lacks(virtual: RunningMock, tmp_path: Path) -> None:
    project = tmp_path
    (project / "node_modules").symlink_to(EXAMPLE / "node_modules")
    (project / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (project / "own.spec.ts").write_text(TEST, encoding="utf-8")
    with running_mock() as real:
        urls = {"virtual": virtual.url, "real": real.url, "nobody": CLOSED_PORT}
        (project / "playwright.config.ts").write_text(CONFIG.format(urls=json.dumps(urls)), encoding="utf-8")
        command = [str(TOOLS / "playwright"), "test", "--reporter", "json"]
        result = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    report = json.loads(result.stdout)
    assert {name: error.splitlines()[0] for name, error in errors_by_project(report).items()} == {
        "real": f"Error: the clock of the mock on {real.url} runs: stop that mock, or start it with --clock virtual",
        "nobody": f"Error: no lehnz mock answers on {CLOSED_PORT}: start one with --port 9 --clock virtual",
    }
    assert report["stats"]["expected"] == 1


def errors_by_project(report: Any) -> dict[str, str]:
    (suite,) = report["suites"]
    runs = [each for spec in suite["specs"] for each in spec["tests"]]
    messages = {each["projectName"]: [error["message"] for error in each["results"][0]["errors"]] for each in runs}
    return {name: "\n".join(found) for name, found in messages.items() if found}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_locks_of_node_packages_pin_versions_and_name_no_registry(lock: Path) -> None:
    assert LOCKS
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert [
        name for name, package in packages.items() if not package.get("resolved", "file:").startswith("file:")
    ] == []
    wanted = json.loads((lock.parent / "package.json").read_text(encoding="utf-8"))
    versions = {**wanted.get("dependencies", {}), **wanted.get("devDependencies", {})}
    assert {
        name: version
        for name, version in versions.items()
        if not re.fullmatch(r"\d+\.\d+\.\d+|file:.*|npm:.*@\d+\.\d+\.\d+", version)
    } == {}
