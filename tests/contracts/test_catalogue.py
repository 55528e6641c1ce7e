"""The catalogue: every statement has one function, a level, a source, and readings that exist in docs/readings.md."""

import re
from pathlib import Path

import pytest

import contracts.checks
import contracts.rules  # noqa: F401 - registers the rules
from contracts.catalogue import load_catalogue, read_area
from contracts.generated.passes import PASSES
from contracts.guide import page
from contracts.outcome import Level
from contracts.run.registry import CHECKS, RULES
from contracts.run.visibility import CHECK as CANARY

ROOT = Path(__file__).parents[2]
CATALOGUE = load_catalogue()


def test_every_statement_has_exactly_one_function_that_judges_it() -> None:
    judges = [*CHECKS, *RULES, *(plan.check for plan in PASSES), CANARY]
    assert sorted(judges) == sorted(CATALOGUE)


def test_ids_are_named_after_their_area_and_never_numbered() -> None:
    assert all(re.fullmatch(r"[A-Z]+(-[a-z0-9]+)+", identifier) for identifier in CATALOGUE)


def test_every_statement_is_one_sentence_with_a_source() -> None:
    for entry in CATALOGUE.values():
        assert entry.statement.endswith(".")
        assert entry.source


def test_musts_and_only_musts_quote_the_document_that_they_rest_on() -> None:
    assert [entry.id for entry in CATALOGUE.values() if bool(entry.words) != (entry.level is Level.MUST)] == []
    assert [word for entry in CATALOGUE.values() for word in entry.words if len(word.split()) < 2] == []


def test_every_quoted_reading_exists() -> None:
    known = set(re.findall(r"^\| (R\d+)\b", (ROOT / "docs/readings.md").read_text(encoding="utf-8"), re.MULTILINE))
    named = {reading for entry in CATALOGUE.values() for reading in re.findall(r"R\d+", entry.reading)}
    assert named <= known


def test_a_must_depends_on_no_weaker_statement() -> None:
    for entry in CATALOGUE.values():
        if entry.level is Level.MUST:
            assert {CATALOGUE[name].level for name in entry.depends} <= {Level.MUST}


def test_the_document_shows_the_current_catalogue() -> None:
    assert (ROOT / "docs/checks.md").read_text(encoding="utf-8") == page(CATALOGUE)


def test_an_area_file_with_an_unknown_level_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "area.toml"
    file.write_text('area = "A"\n[[check]]\nid = "A-b"\nlevel = "MAY"\nstatement = "S."\n', encoding="utf-8")
    with pytest.raises(ValueError, match="MAY"):
        read_area(file)
