"""`npx lehnz-mock`: an environment on the first run, then the mock's own options, exit codes and signals."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.support.front_project import Project
from tests.support.npm_package import ROOT, archive, needs_archive, needs_package
from tests.support.small_proxy import small_proxy

pytestmark = [pytest.mark.slow, needs_package, needs_archive]

LAUNCHER = "node_modules/.bin/lehnz-mock"
CLOSED = "http://127.0.0.1:9"
SECONDS = 30
ANSWERS = re.compile(r"answers on (http://[^\s]+)")
# What the setup for Vitest and Jest does.
START_MOCK = """
import { startMock } from "./node_modules/lehnz-mock/dist/started-mock.js";
console.log(`answers on ${(await startMock()).url}`);
setInterval(() => {}, 1000);
"""
NODE = ["node", "--input-type=module", "-e", START_MOCK, "--"]


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


def test_the_readmes_command_runs_the_package_without_a_project(project: Project, tmp_path: Path) -> None:
    command = f"npx ./npm/{archive().name}"
    assert f"`{command}`" in (ROOT / "README.md").read_text(encoding="utf-8")
    empty = Project(tmp_path, Path(project.environment["LEHNZ_CACHE"]))
    (tmp_path / "npm").mkdir()
    shutil.copy(archive(), tmp_path / "npm")
    assert "lehnz-mock 0.1.0" in empty.run(f"{command} --version", npm_config_cache=str(tmp_path / "cache"))


def test_the_launcher_exits_with_the_mocks_exit_code(project: Project) -> None:
    assert "--nope" in project.run(f"{LAUNCHER} --nope", expected=2)
    assert "--port" in project.run(f"{LAUNCHER} --help")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 129)])
def test_signals_are_passed_on(project: Project, number: signal.Signals, code: int) -> None:
    with launched(project, LAUNCHER) as process:
        process.send_signal(number)
    assert process.returncode == code


@pytest.mark.parametrize("command", [[LAUNCHER], NODE], ids=["launcher", "node"])
def test_the_mock_ends_with_a_killed_process_that_started_it(project: Project, command: list[str]) -> None:
    with launched(project, *command) as process:
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_the_mock_ends_with_a_terminated_npx(project: Project) -> None:
    """npx has a shell between itself and the launcher, and terminates only the shell."""
    with launched(project, "npx", "lehnz-mock") as process:
        process.terminate()
    assert process.returncode == -signal.SIGTERM


def test_the_mock_ends_with_the_users_own_standard_input_if_they_wish_so(project: Project) -> None:
    with launched(project, LAUNCHER, "--end-with-stdin", stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.close()
    assert process.returncode == 0


@contextmanager
def launched(project: Project, *command: str, stdin: int = subprocess.DEVNULL) -> Iterator["subprocess.Popen[str]"]:
    """Start a mock, and wait until it answers. After the block, which ends the command, the mock must end too."""
    process = subprocess.Popen(
        [*command, "--port", "0", "--seed-data", "none"],
        cwd=project.folder,
        env=project.environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        url = next((found[1] for line in process.stdout if (found := ANSWERS.search(line))), "")
        assert url
        yield process
        process.wait(SECONDS)
        assert stops_answering(url)
    finally:
        process.stdout.close()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def stops_answering(url: str) -> bool:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url}/_mock/health", timeout=2)
        except httpx.TransportError:
            return True
        time.sleep(0.1)
    return False


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


@pytest.mark.parametrize("python", ["", "python3"], ids=["uv", "pip"])
def test_the_first_run_uses_npms_proxy_and_its_login(project: Project, tmp_path: Path, python: str) -> None:
    index = "https://packages.test/simple"
    variables = {"UV_DEFAULT_INDEX": index, "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "1", "UV_NO_CACHE": "1"}
    variables |= {"PIP_INDEX_URL": index, "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    variables |= {"PIP_FIND_LINKS": "", "NO_PROXY": "", "LEHNZ_CACHE": str(tmp_path / "cache"), "LEHNZ_PYTHON": python}
    settings = tmp_path / "npmrc"
    with small_proxy() as proxy:
        settings.write_text(f"https-proxy={proxy.with_login}\n", encoding="utf-8")
        said = project.run("npx lehnz-mock", expected=1, npm_config_userconfig=str(settings), **variables)
    assert set(proxy.tunnels) == {"packages.test:443"}
    assert proxy.refused == 0
    assert "hunter2" not in said


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
