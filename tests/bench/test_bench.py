"""Benchmark tables are only written on an idle machine, and every benchmark has a place in a document."""

import os
from pathlib import Path

import pytest

from bench import machine
from bench.__main__ import PARTS
from bench.part import BenchError, Options, Part, run_all

DOCUMENT = "# Title\n\n<!-- speed -->\nold\n<!-- /speed -->\nrest\n"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "page.md"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def loaded(monkeypatch: pytest.MonkeyPatch, per_core: float) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (per_core * (os.cpu_count() or 1), 0.0, 0.0))


def test_on_a_busy_machine_nothing_is_measured_or_written(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(monkeypatch, machine.MOST_LOAD + 0.1)
    asked = []
    part = Part("speed", lambda options: asked.append(options) or "new", document)  # type: ignore[func-returns-value]
    assert run_all([part], Options(write=True)) == 2
    assert "the load is 0.6 per core" in capsys.readouterr().err
    assert (asked, document.read_text(encoding="utf-8")) == ([], DOCUMENT)


def test_a_report_that_is_only_printed_can_be_made_at_any_load(
    document: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loaded(monkeypatch, 7.0)
    assert run_all([Part("speed", lambda _: "new", document)], Options()) == 0
    assert "load 7.00 per core" in capsys.readouterr().out
    assert document.read_text(encoding="utf-8") == DOCUMENT


def test_a_report_names_the_commit_and_the_machines_load(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(monkeypatch, 0.25)
    assert run_all([Part("speed", lambda _: "new", document)], Options(write=True)) == 0
    text = document.read_text(encoding="utf-8")
    assert "<!-- speed -->\nnew\n\nCommit " in text
    assert "load 0.25 per core when it began" in text
    assert text.endswith("<!-- /speed -->\nrest\n")


def test_a_failing_part_does_not_stop_the_others(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Options) -> str:
        raise BenchError("no")

    loaded(monkeypatch, 0.0)
    assert run_all([Part("other", fails, document), Part("speed", lambda _: "new", document)], Options(write=True)) == 1
    assert "new" in document.read_text(encoding="utf-8")


def test_every_part_has_its_place_in_its_document() -> None:
    assert len({part.name for part in PARTS}) == len(PARTS)
    for part in PARTS:
        text = part.document.read_text(encoding="utf-8")
        assert text.count(f"<!-- {part.name} -->\n") == text.count(f"<!-- /{part.name} -->") == 1, part.name
