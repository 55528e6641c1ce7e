"""Ten kills at random moments under load lose no acknowledged record and duplicate none."""

from pathlib import Path

import pytest

from bench.kills import kill_often


@pytest.mark.slow
def test_ten_kills_lose_no_acknowledged_record_and_duplicate_none(tmp_path: Path) -> None:
    outcome = kill_often(tmp_path / "state.db", kills=10, seed=7)
    assert outcome.kills == 10
    assert outcome.answered > 100, outcome
    assert outcome.is_good, outcome
