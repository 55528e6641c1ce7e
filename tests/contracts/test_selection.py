"""`--select` of one statement takes seconds and few requests, for checks and for rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.outcome import Outcome, Verdict
from contracts.run.registry import RULES
from contracts.session import Report, judge
from contracts.settings import settings_of
from tests.support.mock_beside import Beside, mock_beside

FEW, SOME = (
    18,
    24,
)  # limits of requests over all organisations: for a statement about one answer, and about several writes


def no_next_page(app: ASGIApp) -> ASGIApp:
    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        async def tamper(message: Message) -> None:
            if message["type"] == "http.response.body" and scope["path"] == "/v1/recommend":
                message = {**message, "body": message["body"].replace(b'"has_next":true', b'"has_next":null')}
            await send(message)

        await app(scope, receive, tamper if scope["type"] == "http" else send)

    return layer


@pytest.fixture(scope="module")
def mock() -> Iterator[Beside]:
    with mock_beside("--rate-limit", "9000/15m") as running:
        yield running


def judged(mock: Beside, folder: Path, *arguments: str) -> Report:
    options = ["--keys-file", str(mock.write_keys(folder)), "--rate-limit", "9000/15m", *arguments]
    catalogue = load_catalogue()
    return judge(settings_of(read_arguments(options), catalogue, {}), catalogue, lambda _: None)


@pytest.mark.parametrize(
    ("check", "most"),
    [
        ("PAGE-has-next", FEW),
        ("REC-keys", FEW),
        ("ENV-error", FEW),
        ("ENV-other-error", SOME),
        ("PAGE-full", SOME),
        ("FILTER-all-hold", SOME),
        ("SIMILAR-never-itself", SOME),
        ("RATE-headers", FEW),
        ("PAGE-default-limit", FEW),
        ("STRAT-default", FEW),
        ("EVENT-accepts-one", FEW),
        ("LIFE-every-item-shows", SOME),
        ("LIFE-inactive-hides", SOME),
        ("QUEUE-becomes-visible", FEW),
    ],
)
def test_one_statement_takes_few_requests(check: str, most: int, mock: Beside, tmp_path: Path) -> None:
    report = judged(mock, tmp_path, "--select", check)
    assert report.verdict is Verdict.CONFORMS
    assert sum(report.requests.values()) <= most


def test_unneeded_requests_are_not_sent(mock: Beside, tmp_path: Path) -> None:
    """No request to the second organisation, none that measures the ingest delay, none that deletes."""
    report = judged(mock, tmp_path, "--select", "STRAT-default")
    assert {exchange.source for exchange in report.journal} == {"preflight", "STRAT-default-personalized"}
    both = judged(mock, tmp_path, "--select", "TENANT-items-isolated")
    assert both.verdict is Verdict.CONFORMS
    assert both.requests.keys() >= {"main", "other"}


def test_a_statement_without_requests_of_its_own_still_finds_the_defect(tmp_path: Path) -> None:
    assert "REC-pagination-types" in RULES
    with mock_beside("--rate-limit", "9000/15m", around=no_next_page) as broken:
        report = judged(broken, tmp_path, "--select", "REC-pagination-types", "--after", "PAGE-default-limit")
    assert [result.outcome for result in report.results if result.check == "REC-pagination-types"] == [Outcome.FAIL]
    assert report.requests["main"] <= SOME
