"""The pages' style sheets use only the sizes, spaces and colours that base.css defines."""

import re
from pathlib import Path

import pytest

from fixtures.style import BASE
from mock_server.dashboard import pages
from mock_server.http import docs_page

SHEETS = [*sorted((pages.HERE / "assets").glob("*.css")), docs_page.ASSETS / "docs.css"]
SPACE = re.compile(r"(?<![\w-])(?:margin|padding|gap|row-gap|column-gap)(?:-[a-z-]+)?: ([^;}]+)")
LENGTH = re.compile(r"(?<![\w-])\d*\.?\d+(?:px|rem|em)\b")
FONT = re.compile(r"(?<![\w-])font(?:-size)?: ([^;}]+)")
EVERY_SHEET = pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)


@EVERY_SHEET
def test_spaces_and_font_sizes_are_steps_of_the_scale(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert [value for value in SPACE.findall(text) if LENGTH.search(value)] == []
    assert [value for value in FONT.findall(text) if LENGTH.search(value)] == []


@EVERY_SHEET
def test_colours_are_used_only_by_name(sheet: Path) -> None:
    text = sheet.read_text(encoding="utf-8")
    assert [
        line for line in text.splitlines() if re.search(r"#[0-9a-f]{3,8}\b", line) and "!important" not in line
    ] == []


@EVERY_SHEET
def test_every_name_is_defined_once_for_light_and_dark(sheet: Path) -> None:
    light, dark = BASE.read_text(encoding="utf-8").split("@media")
    used = set(re.findall(r"var\((--[\w-]+)\)", sheet.read_text(encoding="utf-8")))
    defined = set(re.findall(r"(--[\w-]+):", light))
    assert used <= defined
    colours = {name for name, value in re.findall(r"(--[\w-]+): (#[0-9a-f]+)", light)}
    assert colours <= set(re.findall(r"(--[\w-]+):", dark))
