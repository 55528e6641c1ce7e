"""docs/architecture.md names only files that exist, and every package of the mock."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:mock_server|contracts|load|fixtures)/[\w./-]+|openapi\.yaml)`", PAGE)))


@pytest.mark.parametrize("name", NAMED)
def test_every_file_that_the_page_names_exists(name: str) -> None:
    assert (ROOT / name).exists()


def test_the_page_names_every_package_of_the_mock() -> None:
    assert len(NAMED) > 35
    folders = {path.name for path in (ROOT / "mock_server").iterdir() if (path / "__init__.py").exists()}
    assert {folder for folder in folders if not re.search(rf"\b{folder}\b", PAGE)} == set()


def test_the_readmes_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^]]+\]\((docs/pictures/[\w.-]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(pictures) == 3
    assert all((ROOT / name).stat().st_size > 10_000 for name in pictures)
