"""The built wheel contains every file and runs every command in a new environment; the sdist builds the same wheel."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import httpx
import pytest

from fixtures.mock_process import running_mock

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
SCRIPTS = sorted(PROJECT["project"]["scripts"])
MODULES = sorted(name for name in PACKAGES if (ROOT / name / "__main__.py").exists())


def run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
    assert result.returncode == 0, f"{command}: {result.stdout}{result.stderr}"
    return result.stdout


def built(target: str, source: Path, folder: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", folder, cwd=source)
    (archive,) = folder.iterdir()
    return archive


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel installed; it uses this one's dependencies, but no file of the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=folder)
    return folder / "bin"


def test_the_wheel_holds_every_file_of_its_packages(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    files = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == files


def test_the_wheel_holds_the_contract_itself(wheel: Path) -> None:
    assert zipfile.ZipFile(wheel).read("fixtures/openapi.yaml") == (ROOT / "openapi.yaml").read_bytes()


@pytest.mark.slow
def test_an_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(built("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    again = built("wheel", source, tmp_path / "again")
    assert {entry.filename: entry.CRC for entry in zipfile.ZipFile(again).infolist()} == {
        entry.filename: entry.CRC for entry in zipfile.ZipFile(wheel).infolist()
    }


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_prints_its_usage(installed: Path, tmp_path: Path, script: str) -> None:
    assert script in run(installed / script, "--help", cwd=tmp_path)


@pytest.mark.parametrize("module", MODULES)
def test_every_package_that_is_a_command_prints_its_usage(installed: Path, tmp_path: Path, module: str) -> None:
    assert "usage" in run(installed / "python", "-m", module, "--help", cwd=tmp_path).lower()


@pytest.mark.parametrize(
    ("module", "arguments", "package"), [("contracts", [], "schemathesis"), ("load", ["probe"], "locust")]
)
def test_a_command_whose_libraries_are_missing_says_so_in_a_line(
    module: str, arguments: list[str], package: str
) -> None:
    """`make mock` installs only the mock."""
    code = (
        "import importlib.util as u, runpy, sys\n"
        f"found = u.find_spec; u.find_spec = lambda name, *rest: None if name == {package!r} else found(name, *rest)\n"
        f"sys.argv = {[module, *arguments]!r}\n"
        f"runpy.run_module({module!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=240)
    assert done.returncode == 2
    assert f"{package} missing: make setup" in done.stderr
    assert done.stderr.count("\n") == 1


def test_our_packages_are_imported_from_the_installed_wheel(installed: Path, tmp_path: Path) -> None:
    code = f"import {', '.join(PACKAGES)}; print(*[package.__file__ for package in ({', '.join(PACKAGES)},)])"
    found = run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert len(found) == len(PACKAGES)
    assert all(Path(file).is_relative_to(installed.parent) for file in found)


def test_the_installed_mock_serves_the_contract(installed: Path) -> None:
    with running_mock("--seed-data", "none", python=str(installed / "python")) as mock:
        assert httpx.get(f"{mock.url}/openapi.yaml").content == (ROOT / "openapi.yaml").read_bytes()
