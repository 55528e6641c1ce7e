"""Plain schemathesis finds no failure: a short version of the run in bench/schemathesis_plain.py."""

import json
from pathlib import Path

import httpx
import pytest

from bench.schemathesis_plain import LEAST_ACCEPTED, OPTIONS, Run, plain_run
from tests.support.account_client import registration
from tests.support.mock_beside import mock_beside
from tests.support.shipped import ACCOUNTS

SEED = 1
CURRENT_EDITION = ("--include-path-regex", "^/v1/")


@pytest.fixture(autouse=True)
def _tables_of_unicode_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep hypothesis's Unicode tables: each run starts in an empty folder and would compute them again."""
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).parents[2] / ".hypothesis"))


def run_against_a_mock(*mock_options: str, options: tuple[str, ...] = ()) -> Run:
    with mock_beside(*mock_options) as mock:
        return plain_run(mock.as_running(), SEED, 1, *options)


@pytest.mark.parametrize(
    ("only", "least"), [(CURRENT_EDITION, 400), pytest.param((), 1_000, marks=pytest.mark.slow)], ids=["current", "all"]
)
def test_plain_schemathesis_finds_nothing_and_most_valid_requests_are_accepted(
    only: tuple[str, ...], least: int
) -> None:
    run = run_against_a_mock("--seed-data", "small", *OPTIONS, options=only)
    assert run.exit_code == 0, run.output
    assert run.cases > least
    assert run.ratio > LEAST_ACCEPTED


@pytest.mark.slow
def test_plain_schemathesis_finds_nothing_in_the_account_operations(tmp_path: Path) -> None:
    description = tmp_path / "accounts.json"
    description.write_text(json.dumps(ACCOUNTS.document), encoding="utf-8")
    with mock_beside("--rate-limit", "off") as mock:
        signed_in = httpx.post(f"{mock.url}/auth/register", json=registration()).raise_for_status().json()
        token = signed_in["data"]["access_token"]
        run = plain_run(mock.as_running(), SEED, 1, description=str(description), token=token)
    assert run.exit_code == 0, run.output
    assert run.cases > 300
    assert run.accepted > 50


@pytest.mark.slow
def test_a_mock_that_refuses_everything_is_noticed() -> None:
    """schemathesis accepts a 429 as an answer; the share of accepted requests reveals it."""
    run = run_against_a_mock("--rate-limit", "1/1h", options=("--phases", "examples"))
    assert run.ratio < LEAST_ACCEPTED
