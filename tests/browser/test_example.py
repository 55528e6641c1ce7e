"""The front-end example, beside its own tests (`make example`): it compiles strictly against both OpenAPI files, its
fixtures say what a mock lacks, and what the guide tells front-end developers to paste works with them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.mock_process import RunningMock, running_mock
from fixtures.spec import SPEC_PATH

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/playwright"
TOOLS = EXAMPLE / "node_modules/.bin"
GUIDE = ROOT / "docs/frontend.md"
LOCKS = sorted(path for path in ROOT.glob("*/*/package-lock.json") if "node_modules" not in path.parts)
HELPER = "lehnz-mock.ts"
TYPES = "lehnz-mock.schema.ts"
ADDRESS = "http://127.0.0.1:4010"
CLOSED_PORT = "http://127.0.0.1:9"
TYPES_COMMAND = re.compile(r"^npx (openapi-typescript .*) --output ", re.MULTILINE)
TYPESCRIPT = re.compile(r"(?<=^```ts\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)

CONFIG = """
import {{ defineConfig }} from "@playwright/test";
import type {{ LehnzOptions }} from "./lehnz-mock";
const urls: Record<string, string> = {urls};
const projects = Object.entries(urls).map(([name, lehnzUrl]) => ({{ name, use: {{ lehnzUrl }} }}));
export default defineConfig<LehnzOptions>({{ workers: 1, projects }});
"""
TEST = """
import { expect, test } from "./lehnz-mock";
test("an organisation of one's own", ({ lehnz }) => expect(lehnz.organisation.publishable_key).toMatch(/^lehnz_pk_/));
"""

needs_example = pytest.mark.skipif(
    not (shutil.which("node") and (TOOLS / "tsc").exists()),
    reason="needs Node 20.19: apt-get install nodejs npm, then make setup",
)


def run(*command: str, cwd: Path) -> str:
    """The output of one of the example's tools, which must succeed."""
    tool, *arguments = command
    result = subprocess.run([TOOLS / tool, *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def virtual() -> Iterator[RunningMock]:
    with running_mock("--clock", "virtual") as mock:
        yield mock


@pytest.fixture(scope="module")
def control_types(virtual: RunningMock, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the guide's command makes of a running mock."""
    (command,) = TYPES_COMMAND.findall(GUIDE.read_text(encoding="utf-8"))
    folder = tmp_path_factory.mktemp("types")
    run(*command.replace(ADDRESS, virtual.url).split(), "--output", TYPES, cwd=folder)
    return folder / TYPES


def project_in(folder: Path, helpers: Path) -> None:
    """A project of somebody's own with a copy of the fixtures."""
    helpers.mkdir(parents=True, exist_ok=True)
    shutil.copy(EXAMPLE / HELPER, helpers)
    (folder / "node_modules").symlink_to(EXAMPLE / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")


def example_in(folder: Path, control_types: Path) -> None:
    left_out = shutil.ignore_patterns("node_modules", "dist", "test-results", "playwright-report")
    shutil.copytree(EXAMPLE, folder, ignore=left_out)
    (folder / "node_modules").symlink_to(EXAMPLE / "node_modules")
    shutil.copy(control_types, folder)
    prepare = json.loads((folder / "package.json").read_text(encoding="utf-8"))["scripts"]["prepare"]
    run(*prepare.replace("../../openapi.yaml", str(SPEC_PATH)).split(), cwd=folder)


def guides_project_in(folder: Path, control_types: Path) -> None:
    config, test = TYPESCRIPT.findall(GUIDE.read_text(encoding="utf-8"))
    tests = folder / "tests"
    project_in(folder, tests)
    shutil.copy(control_types, tests)
    (folder / "playwright.config.ts").write_text(config, encoding="utf-8")
    (tests / "list.spec.ts").write_text(test, encoding="utf-8")
    settings = json.loads((EXAMPLE / "tsconfig.json").read_text(encoding="utf-8"))
    settings["compilerOptions"]["types"] = ["node"]
    settings["include"] = ["**/*.ts"]
    (folder / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")


@pytest.fixture(scope="module")
def errors(control_types: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What one compiler says of both projects, each with its own settings: `FOLDER/FILE(LINE,COLUMN): error ...`."""
    folder = tmp_path_factory.mktemp("projects")
    example_in(folder / "example", control_types)
    guides_project_in(folder / "guide", control_types)
    command = [str(TOOLS / "tsc"), "--build", "example", "guide", "--pretty", "false"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    said = [line for line in (result.stdout + result.stderr).splitlines() if not line.startswith(" ")]
    assert (result.returncode == 0) == (said == []), said
    return said


@needs_example
def test_it_compiles_strictly_against_both_openapi_files(errors: list[str]) -> None:
    assert [error for error in errors if not error.startswith("guide/")] == []


@needs_example
def test_the_guides_configuration_and_test_compile_beside_a_copy_of_the_fixtures(errors: list[str]) -> None:
    assert [error for error in errors if not error.startswith("example/")] == []


@needs_example
def test_the_fixtures_say_in_a_line_what_a_mock_lacks(virtual: RunningMock, tmp_path: Path) -> None:
    project = tmp_path
    project_in(project, helpers=project)
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
    assert [name for name, package in packages.items() if "resolved" in package] == []
    wanted = json.loads((lock.parent / "package.json").read_text(encoding="utf-8"))
    versions = {**wanted.get("dependencies", {}), **wanted.get("devDependencies", {})}
    assert {name: version for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}
