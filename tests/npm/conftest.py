"""Fixtures: a project made from the current templates, with the package in it, once per test file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.front_project import Project
from tests.support.guide import commands
from tests.support.npm_package import archive


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache of mine")


@pytest.fixture(scope="module")
def make_project(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[object]:
    """Return `make_project(section)`: it runs the section's first commands in an empty folder named with a space."""
    made = []

    def make(section: str, **replaced: str) -> Project:
        empty = tmp_path_factory.mktemp("a folder of mine")
        shutil.copy(archive(), empty)
        project = Project(empty, cache)
        made.append(empty)
        for line in commands(section):
            if line.startswith(("npx lehnz-mock", "npm run")):
                break
            for old, new in replaced.items():
                line = line.replace(old, new)
            if line.startswith("cd "):
                project.folder = empty / line.removeprefix("cd ")
            else:
                project.run(line)
        return project

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)
