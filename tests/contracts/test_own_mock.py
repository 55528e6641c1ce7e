"""The bundled mock conforms with all common options: the suite's own data makes no check fail (C2)."""

from pathlib import Path

import pytest

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.outcome import Level, Outcome, Verdict
from contracts.session import judge
from contracts.settings import settings_of
from contracts.situations.table import tables
from tests.support.mock_beside import mock_beside


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        ("--max-body", "20MiB", "--orgs", "2", "--seed-data", "none"),
        ("--max-body", "64KiB", "--orgs", "3", "--seed-data", "small"),
        ("--key-policy", "superset", "--ingest-delay", "0-1"),
    ],
    ids=" ".join,
)
def test_the_mock_conforms_with_any_body_limit_and_any_delay(options: tuple[str, ...], tmp_path: Path) -> None:
    catalogue = load_catalogue()
    policy = ["--key-policy", "superset"] if "superset" in options else []
    with mock_beside(*options) as mock:
        given = ["--keys-file", str(mock.write_keys(tmp_path)), *policy]
        report = judge(settings_of(read_arguments(given), catalogue, {}), catalogue, lambda _: None)
    musts = [each for each in report.results if each.level is Level.MUST]
    assert [(each.check, each.findings) for each in musts if each.outcome is Outcome.FAIL] == []
    assert report.verdict is Verdict.CONFORMS
    situations = [note for note in report.notes if note.startswith("situations")]
    assert len(situations) == len(tables())
    assert [note for note in situations if "cut short" in note] == [], "every table was performed to its end"
