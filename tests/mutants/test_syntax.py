"""Tests the syntax mutants: a seed draws the same places, one operator changes one place of a module, and nothing is
judged while the unit tests fail without a mutation."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.drawn import syntax_runs
from tests.mutants.drawn.syntax import KINDS, draw, modules, mutated, places
from tests.mutants.drawn.tree import ROOT, NotGreen, copied, require_green, run, unit_tests_of

SOURCE = """\
def page(rows, limit):
    if limit > 100 and rows:
        return rows[: limit - 1]
    return rows
"""
CHANGED = {
    "comparison": "if limit >= 100 and rows:",
    "and, or": "if limit > 100 or rows:",
    "negated condition": "if not (limit > 100 and rows):",
    "number": "if limit > 101 and rows:",
    "arithmetic": "return rows[:limit + 1]",
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_operator_changes_exactly_one_line(kind: str) -> None:
    first = next(place for place in places("page.py", SOURCE) if place.kind == kind)
    before, after = ast.unparse(ast.parse(SOURCE)).splitlines(), mutated(SOURCE, first).splitlines()
    changed = [line.strip() for line, old in zip(after, before, strict=True) if line != old]
    assert changed == [CHANGED[kind]]


def test_places_are_drawn_from_modules_that_a_client_reaches() -> None:
    drawn = draw(1)
    assert {place.module for place in drawn} <= set(modules())
    assert [place.kind for place in drawn[: len(KINDS)]] == list(KINDS)
    assert len({(place.module, place.kind, place.number) for place in drawn}) == len(drawn)


def test_a_seed_draws_the_same_places_and_another_seed_others() -> None:
    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


def test_the_unit_tests_of_a_module_are_those_of_its_name_otherwise_those_of_its_folder() -> None:
    assert unit_tests_of("state/rate_limit.py") == ["tests/mock/state/test_rate_limit.py"]
    assert "tests/mock/state/test_recommender_boards.py" in unit_tests_of("state/recommender/pairs.py")
    assert unit_tests_of("http/guards.py") == ["tests/mock/http"]


def test_every_module_that_is_drawn_from_has_unit_tests() -> None:
    assert {test for module in modules() for test in unit_tests_of(module) if not (ROOT / test).exists()} == set()


def test_a_copy_holds_every_file_that_git_tracks_and_python_imports_from_it() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with copied() as tree:
        assert {str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()} == {
            name for name in listed.splitlines() if (ROOT / name).exists()
        }
        imported = run(tree, sys.executable, "-c", "import mock_server; print(mock_server.__file__)").stdout.decode()
    assert Path(imported.strip()) == tree / "mock_server" / "__init__.py"


@pytest.fixture
def _few_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load only the plugin whose option is used: outside the checkout pytest would load all that are installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p xdist.plugin")


@pytest.mark.usefixtures("_few_plugins")
def test_passing_tests_are_green(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert True\n")
    require_green(tmp_path, ["test_it.py"])


@pytest.mark.usefixtures("_few_plugins")
@pytest.mark.parametrize(
    ("source", "expected"),
    [("def test_it():\n    assert False\n", "1 failed"), ("import nothing_of_that_name\n", "1 error")],
)
def test_failing_tests_and_tests_that_cannot_be_imported_are_not_green(
    tmp_path: Path, source: str, expected: str
) -> None:
    (tmp_path / "test_it.py").write_text(source)
    with pytest.raises(NotGreen, match=expected):
        require_green(tmp_path, ["test_it.py"])


def test_no_draw_begins_while_the_unmutated_mock_is_not_green(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def red() -> None:
        raise NotGreen("1 failed")

    monkeypatch.setattr(syntax_runs, "control", red)
    monkeypatch.setattr(syntax_runs, "judge", lambda _: pytest.fail("a mutant was judged"))
    assert syntax_runs.main(["--new", "1", "--seed", "1"]) == 2
    assert capsys.readouterr().err == "nothing can be judged: 1 failed\n"
