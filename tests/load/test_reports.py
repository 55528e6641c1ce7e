"""The verdict as text, JUnit, Markdown, a page and a section of locust's report."""

import json
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from load import _pages, _reports
from load._charts import chart
from load._plan import Plan
from load._profiles import Profile, Stage
from load._samples import Samples
from load._slo import read_slo
from load._verdict import Outcome, Row, Verdict, number

RECOMMEND = "POST /v1/recommend"
PASSED = Row(RECOMMEND, "p99_ms", 500.0, 123.4, 1000, "run", Outcome.PASS)
FAILED = Row(RECOMMEND, "p95_ms", 300.0, 450.0, 1000, "worst 30 s, from 5 s", Outcome.FAIL)
MISSING = Row(RECOMMEND, "samples", 100.0, 3, 3, "run", Outcome.NO_DATA, "3 answers, 100 needed")


def run_with(*rows: Row, invalid: tuple[str, ...] = ()) -> Any:
    samples = Samples()
    for slot in range(-1, 6):
        samples.answered(RECOMMEND, slot, 0.02, 0.01)
        samples.limited(RECOMMEND, slot)
        samples.lowest_remaining[slot] = 900
    samples.failed(RECOMMEND, 2, "status 500 <script>")
    samples.quota("org-1 <b>").sent = 14
    profile = Profile("steady", 0.0, (Stage(30.0, 1.0, 1.0),))
    plan = Plan("r", "http://x", ("Reader",), profile, 10.0, "constant", 1, 1.0, 1, 100, 10.0)
    return SimpleNamespace(
        verdict=Verdict(rows, invalid, ("a note",)),
        plan=plan,
        samples=samples,
        slo=read_slo(),
        closed=True,
        ready={"local": {}},
        cpu=0.25,
        judged_seconds=30.0,
        invalid=list(invalid),
        lag_p99_ms=lambda: 1.5,
        sent_names=lambda: {RECOMMEND},
    )


def test_the_table_names_limit_value_samples_and_verdict() -> None:
    text = _reports.table(run_with(PASSED, FAILED))
    assert "✔ PASS" in text
    assert "✖ FAIL" in text
    assert "p95_ms 450 is above 300 (worst 30 s, from 5 s, 1000 samples)" in text
    assert text.endswith("verdict: FAIL (exit 3)")


def test_intended_and_service_times_stand_side_by_side() -> None:
    one = _reports.to_json(run_with(PASSED))["requests"][RECOMMEND]
    assert (one["response_ms"]["p99"], one["service_ms"]["p99"]) == (20.0, 10.0)
    assert (one["answered"], one["429"], one["failed"]) == (6, 6, 1), "without the warm-up"


def test_the_json_can_be_read_back() -> None:
    document = json.loads(json.dumps(_reports.to_json(run_with(PASSED, FAILED))))
    assert (document["verdict"], document["exit_code"]) == ("FAIL", 3)
    assert document["load"].startswith("open: 10 arrivals/s")


@pytest.mark.parametrize(
    ("rows", "invalid", "counts"),
    [
        ((PASSED,), (), ("1", "0", "0")),
        ((PASSED, FAILED), (), ("2", "1", "0")),
        ((PASSED,), ("a worker was lost",), ("2", "0", "1")),
        ((MISSING,), (), ("1", "0", "1")),
        ((), (), ("1", "0", "1")),
    ],
)
def test_junit_counts_what_it_holds(rows: tuple[Row, ...], invalid: tuple[str, ...], counts: tuple[str, ...]) -> None:
    suite = ElementTree.fromstring(_reports.junit(run_with(*rows, invalid=invalid)))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == counts
    found = [len(suite.findall("testcase")), len(suite.findall(".//failure")), len(suite.findall(".//error"))]
    assert tuple(map(str, found)) == counts


def test_the_summary_is_a_markdown_table() -> None:
    lines = _reports.markdown(run_with(PASSED, FAILED)).splitlines()
    assert lines[0] == "## Load: FAIL"
    assert sum(line.startswith("| ") for line in lines) == 3


def test_the_page_escapes_what_came_from_outside() -> None:
    page = _pages.page(run_with(PASSED, invalid=("<img src=x>",)), refresh=False)
    assert "<script>" not in page
    assert "<b>" not in page.replace("<b>Resp", "").replace("<b>Refu", "").replace("<b>Quot", "")
    assert "<img" not in page
    assert page.count("<svg") == 3


def test_the_page_says_so_before_the_first_run() -> None:
    assert "No run yet" in _pages.page(None, refresh=False)


def test_the_section_stands_before_the_last_end_of_the_body() -> None:
    report = _reports.with_section("<html><script>'</body>'</script><body>x</body></html>", run_with(PASSED))
    assert report.startswith("<html><script>'</body>'</script><body>x<style>")
    assert report.endswith("</section></body></html>")


def test_the_tabs_have_nothing_but_text() -> None:
    run = run_with(PASSED, FAILED)
    rows = [*_pages.slo_rows(run), *_pages.rate_limit_rows(run)]
    assert all(isinstance(cell, str) for row in rows for cell in row.values())
    assert _pages.slo_rows(run)[0]["verdict"] == "✖ FAIL"


def test_a_closed_run_is_called_closed() -> None:
    run = run_with(PASSED)
    run.plan = Plan(**{**{name: getattr(run.plan, name) for name in Plan.__slots__}, "rate": 0.0})
    assert _reports.load_in_words(run).startswith("closed: ")


def test_a_chart_without_data_says_so_and_one_with_gaps_is_drawn() -> None:
    assert "no data" in chart("Empty", "ms", {"p50": [(0.0, None)]})
    assert 'points="' in chart("Gaps", "ms", {"p50": [(0.0, 1.0), (5.0, None), (10.0, 3.0)]}, limit=2.0)


def test_numbers_have_three_digits() -> None:
    assert [number(one) for one in (None, 0.00512, 12.345, 999.6, 1234.6)] == ["-", "0.00512", "12.3", "1,000", "1,235"]
