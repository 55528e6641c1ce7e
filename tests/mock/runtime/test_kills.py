"""Ten kills at random moments under load lose nothing that was answered for, and double nothing."""

from pathlib import Path

import pytest

from bench.kills import kill_often


@pytest.mark.slow
def test_ten_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    outcome = kill_often(tmp_path / "state.db", kills=10, seed=7)
    assert outcome.kills == 10
    assert outcome.answered > 100, outcome
    assert outcome.is_good, outcome
