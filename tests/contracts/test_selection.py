"""`--select` of one statement takes seconds and few requests, for checks and for rules."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.catalogue import load_catalogue
from contracts.exchange import Exchange
from contracts.options import read_arguments
from contracts.outcome import Finding, Level, Outcome, Result, UsageError, Verdict
from contracts.report.alone import options_alone
from contracts.run.registry import CHECKS, RULES
from contracts.session import Report, judge
from contracts.settings import settings_of
from tests.support.mock_beside import Beside, mock_beside

FEW, SOME = (
    18,
    24,
)  # limits of requests over all organisations: for a statement about one answer, and about several writes

FINDING = Finding("case", "recommend", "this", "that", "here")
ASKED = Exchange(1, "", "recommend", "POST", "/v1/recommend", "pk", "main", {}, b"", 0.0, 0.1, 200)


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


@pytest.mark.parametrize("source", ["PAGE-default-limit", "situations:questions"])
def test_a_statement_without_requests_of_its_own_still_finds_the_defect(source: str, tmp_path: Path) -> None:
    assert "REC-pagination-types" in RULES
    with mock_beside("--rate-limit", "9000/15m", around=no_next_page) as broken:
        report = judged(broken, tmp_path, "--select", "REC-pagination-types", "--after", source)
    (result,) = [result for result in report.results if result.check == "REC-pagination-types"]
    assert result.outcome is Outcome.FAIL
    assert options_alone(report, result) == ["--select", "REC-pagination-types", "--after", source]
    if source in CHECKS:
        assert report.requests["main"] <= SOME


def test_generated_requests_can_be_asked_for(mock: Beside, tmp_path: Path) -> None:
    report = judged(mock, tmp_path, "--select", "ENV-success", "--after", "GEN-valid-accepted")
    assert report.verdict is Verdict.CONFORMS
    assert "GEN-valid-accepted" in {exchange.source for exchange in report.journal}


@pytest.mark.parametrize(
    ("sources", "check", "named"),
    [
        (["situations:items", "PAGE-default-limit"], "PAGE-has-next", ["--after", "PAGE-default-limit"]),
        (["situations:items"], "PAGE-has-next", ["--after", "situations:items"]),
        (["a request of each kind", "situations:items"], "PAGE-has-next", []),
        (["LIMIT-then-429"], "PAGE-has-next", []),
        (["PAGE-default-limit"], "PAGE-default-limit", []),
    ],
    ids=[
        "checks before tables",
        "a table",
        "what every --select sends",
        "not without --exhaust",
        "a check sends its own requests",
    ],
)
def test_the_finding_that_takes_the_least_is_judged_again(sources: list[str], check: str, named: list[str]) -> None:
    findings = [replace(FINDING, exchanges=(replace(ASKED, source=source),)) for source in sources]
    assert options_alone(reported(), failed(check, *findings)) == ["--select", check, *named]


def test_what_wrote_an_unwanted_item_is_run_again_too() -> None:
    write = replace(ASKED, source="situations:items", operation="upsertItems", request_body=b'{"item_id":"lc-hidden"}')
    finding = replace(FINDING, exchanges=(replace(ASKED, source="PAGE-default-limit"),), unwanted=("lc-hidden",))
    options = options_alone(reported(write), failed("LIFE-hidden-never-shown", finding))
    assert options[2:] == ["--after", "PAGE-default-limit", "--after", "situations:items"]


def failed(check: str, *findings: Finding) -> Result:
    return Result(check, Level.MUST, Outcome.FAIL, findings=list(findings))


def reported(*journal: Exchange) -> Any:
    return SimpleNamespace(catalogue=load_catalogue(), journal=journal)


def test_an_unknown_source_of_requests_is_refused() -> None:
    with pytest.raises(UsageError, match="--after 'situations:nothing': no such check"):
        settings_of(read_arguments(["--after", "situations:nothing"]), load_catalogue(), {})
