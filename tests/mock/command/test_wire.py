"""Raw sockets: for any input the mock answers below 500, logs no traceback and serves others (bench/wire.py)."""

import asyncio
import logging

import pytest

from bench.wire import Outcome, run
from bench.wire_cases import case
from tests.support.mock_beside import mock_beside

SEED = 1
QUIET = ("--rate-limit", "off", "--auth-rate-limit", "off", "--ingest-delay", "0")


def outcome_of(numbers: range, caplog: pytest.LogCaptureFixture) -> Outcome:
    with mock_beside(*QUIET) as beside:
        keys = [beside.publishable_key, beside.secret_key]
        outcome = asyncio.run(run(beside.url, keys, numbers, SEED, at_once=10))
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []
    return outcome


def test_a_sample_of_raw_requests_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    outcome = outcome_of(range(300), caplog)
    assert outcome.odd == []
    assert {200, 202, 400, 401, 403, 404, 405} <= set(outcome.statuses)
    assert outcome.waits


@pytest.mark.slow
def test_many_raw_requests_are_survived(caplog: pytest.LogCaptureFixture) -> None:
    assert outcome_of(range(1_000, 11_000), caplog).odd == []


def test_a_case_is_always_generated_the_same() -> None:
    keys = ["lehnz_pk_1", "lehnz_sk_1"]
    assert [case(SEED, number, keys) for number in range(50)] == [case(SEED, number, keys) for number in range(50)]
    assert case(SEED, 1, keys) != case(SEED + 1, 1, keys)
