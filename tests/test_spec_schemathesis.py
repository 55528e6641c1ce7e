"""Plain schemathesis finds nothing: a bounded run of what bench/schemathesis_plain.py does at length."""

from bench.mock import running_mock
from bench.schemathesis_plain import LEAST_ACCEPTED, plain_run

SEED = 1


def test_plain_schemathesis_finds_nothing_and_most_valid_requests_are_accepted() -> None:
    with running_mock("--rate-limit", "off", "--auth-rate-limit", "off") as mock:
        run = plain_run(mock, SEED, 4)
        assert run.exit_code == 0, run.output + mock.log.read_text(encoding="utf-8")
    assert run.cases > 1_000
    assert run.ratio > LEAST_ACCEPTED


def test_the_run_is_not_fooled_by_a_mock_that_refuses_everything() -> None:
    """Its checks take a 429 for an answer; the share of accepted requests does not."""
    with running_mock("--rate-limit", "1/1h") as mock:
        run = plain_run(mock, SEED, 1, "--phases", "examples")
    assert run.ratio < LEAST_ACCEPTED
