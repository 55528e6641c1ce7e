"""Plain schemathesis finds nothing: a bounded run of what bench/schemathesis_plain.py does at length."""

import os
from pathlib import Path

import pytest

from bench.schemathesis_plain import LEAST_ACCEPTED, OPTIONS, Run, plain_run
from fixtures.mock_process import RunningMock
from tests.support.mock_beside import mock_beside

SEED = 1


NOTHING = Path(os.devnull)


@pytest.fixture(autouse=True)
def _tables_of_unicode_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every run starts in an empty folder, where hypothesis would make them anew."""
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parents[2] / ".hypothesis"))


def run_against_a_mock(*mock_options: str, options: tuple[str, ...] = ()) -> Run:
    with mock_beside(*mock_options) as mock:
        here = RunningMock(mock.url, mock.publishable_key, mock.secret_key, os.getpid(), NOTHING, NOTHING)
        return plain_run(here, SEED, 1, *options)


def test_plain_schemathesis_finds_nothing_and_most_valid_requests_are_accepted() -> None:
    run = run_against_a_mock("--seed-data", "small", *OPTIONS)
    assert run.exit_code == 0, run.output
    assert run.cases > 1_000
    assert run.ratio > LEAST_ACCEPTED


def test_the_run_is_not_fooled_by_a_mock_that_refuses_everything() -> None:
    """Its checks take a 429 for an answer; the share of accepted requests does not."""
    run = run_against_a_mock("--rate-limit", "1/1h", options=("--phases", "examples"))
    assert run.ratio < LEAST_ACCEPTED
