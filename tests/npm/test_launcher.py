"""`npx lehnz-mock`: an environment on the first run, then the mock's own options, exit codes and signals."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.front_project import Project
from tests.support.npm_package import archive, needs_archive, needs_package

pytestmark = [pytest.mark.slow, needs_package, needs_archive]

LAUNCHER = "node_modules/.bin/lehnz-mock"
CLOSED = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The package after its first run, in a folder with a space in its name."""
    project = Project(tmp_path_factory.mktemp("with a blank"), tmp_path_factory.mktemp("a cache of its own"))
    project.run("npm init --yes")
    project.run(f"npm install '{archive()}'")
    assert "setting up Python" in project.run(f"{LAUNCHER} --version")
    return project


def test_after_the_first_run_no_network_and_no_installer_is_needed(project: Project) -> None:
    node = Path(shutil.which("node") or "").parent
    said = project.run(f"{LAUNCHER} --version", HTTPS_PROXY=CLOSED, HTTP_PROXY=CLOSED, PATH=f"{node}:/bin")
    assert said.startswith("lehnz-mock 0.1.0")
    assert len(said.splitlines()) == 1


def test_the_launcher_exits_with_the_mocks_exit_code(project: Project) -> None:
    assert "--nope" in project.run(f"{LAUNCHER} --nope", expected=2)
    assert "--port" in project.run(f"{LAUNCHER} --help")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_are_passed_on(project: Project, number: signal.Signals) -> None:
    command = [LAUNCHER, "--port", "0", "--seed-data", "none"]
    process = subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "answers on" in process.stdout.readline()
    process.send_signal(number)
    assert process.wait(30) == 0
    process.stdout.close()


def test_without_uv_and_python_one_line_says_what_to_install(project: Project, tmp_path: Path) -> None:
    (tmp_path / "node").symlink_to(shutil.which("node") or "")
    (tmp_path / "sh").symlink_to("/bin/sh")
    said = project.run(f"node {LAUNCHER}", expected=2, PATH=str(tmp_path), LEHNZ_CACHE=str(tmp_path / "cache"))
    assert said.startswith("lehnz-mock: needs uv, or Python 3.11 or newer with venv: install one of them")
    assert len(said.splitlines()) == 1


def test_a_failed_setup_is_one_line_and_leaves_nothing(project: Project, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    variables = {"LEHNZ_CACHE": str(cache), "LEHNZ_PYTHON": "python3", "HTTPS_PROXY": CLOSED, "PIP_RETRIES": "0"}
    said = project.run(f"{LAUNCHER} --version", expected=1, **variables, PIP_NO_CACHE_DIR="1")
    assert "lehnz-mock: could not set up its Python: " in said
    assert list(cache.iterdir()) == []


def test_the_settings_of_a_surrounding_python_project_are_ignored(project: Project, tmp_path: Path) -> None:
    """In a shop with a Python back end, for example, uv would read its pyproject.toml."""
    project.write("pyproject.toml", '[tool.uv.pip]\nextra = ["dev"]\nno-index = true\n')
    try:
        assert "lehnz-mock 0.1.0" in project.run(f"{LAUNCHER} --version", LEHNZ_CACHE=str(tmp_path / "cache"))
    finally:
        (project.folder / "pyproject.toml").unlink()


def test_environments_unused_for_a_month_are_deleted_when_a_new_one_is_made(project: Project, tmp_path: Path) -> None:
    for name, days in (("0.0.1-old", 40), ("0.0.2-used", 10)):
        used = tmp_path / name / "last-used"
        used.parent.mkdir()
        used.touch()
        moment = used.stat().st_mtime - days * 86_400
        os.utime(used, (moment, moment))
    project.run(f"{LAUNCHER} --version", LEHNZ_CACHE=str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir())[0] == "0.0.2-used"
    assert len(list(tmp_path.iterdir())) == 2
