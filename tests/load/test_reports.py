"""The verdict as text, JUnit, Markdown, a page and a section of locust's report."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, ViewportSize

from load import _pages, _reports
from load._charts import by_percentile, over_time
from load._compare import Change, rows
from load._inspection import Happened
from load._plan import Plan
from load._profiles import Profile, Stage
from load._result import Result
from load._samples import Samples
from load._saturate import Held, Step
from load._slo_file import read_slo
from load._summary import load_in_words
from load._verdict import Outcome, Row, Verdict, number
from tests.support.browser import LOOKS, Scheme, needs_chromium
from tests.support.dashboard_support import needs_axe, violations

RECOMMEND = "POST /v1/recommend"
PASSED = Row(RECOMMEND, "p99_ms", 500.0, 123.4, 1000, "run", Outcome.PASS)
FAILED = Row(RECOMMEND, "p95_ms", 300.0, 450.0, 1000, "worst 30 s, from 5 s", Outcome.FAIL)
MISSING = Row(RECOMMEND, "samples", 100.0, 3, 3, "run", Outcome.NO_DATA, "3 responses, 100 needed")


def run_with(*judged: Row, invalid: tuple[str, ...] = (), **changes: Any) -> Result:
    samples = Samples()
    for slot in range(-1, 6):
        for strategy in ("popular", "similar"):
            samples.answered(f"{RECOMMEND} strategy={strategy}", slot, 0.02, 0.01)
        samples.limited(f"{RECOMMEND} strategy=popular", slot)
        samples.lowest_remaining[slot] = 900
        samples.look_at_flight(slot, 3)
    samples.answered(f"{RECOMMEND} strategy=popular", -1, 9.0, 8.0)
    samples.failed(f"{RECOMMEND} strategy=popular", 2, "status 500 <script>")
    samples.quota("org-1 <b>").sent = 14
    profile = Profile("steady", 5.0, (Stage(5.0, 1.0, 1.0), Stage(30.0, 1.0, 1.0)))
    plan = Plan("r", "http://x", ("Reader",), profile, 10.0, "constant", 1, 1.0, 1, 100, 10.0, organisations=2)
    result = Result(
        verdict=Verdict(judged, invalid, ("a note",)),
        closed=True,
        plan=plan,
        slo=read_slo(),
        samples=samples,
        workers=1,
        happened=Happened(35.0, cpu=0.25, ran=9.0, waited=1.0),
        judged_seconds=30.0,
        sent=frozenset({RECOMMEND}),
    )
    return replace(result, **changes)


def test_the_table_names_limit_value_samples_and_verdict() -> None:
    text = _reports.table(run_with(PASSED, FAILED))
    assert "✔ PASS" in text
    assert "✖ FAIL" in text
    assert "p95_ms 450 is above 300 (worst 30 s, from 5 s, 1000 samples)" in text
    assert text.endswith("verdict: FAIL (exit 3)")


def test_intended_and_service_times_are_shown_side_by_side() -> None:
    one = _reports.to_json(run_with(PASSED))["requests"][RECOMMEND]
    assert (one["response_ms"]["p99"], one["service_ms"]["p99"]) == (20.0, 10.0), "all without the warm-up"
    assert (one["answered"], one["429"], one["failed"]) == (12, 6, 1), "without the warm-up"


def test_each_strategy_has_a_row_below_its_operation() -> None:
    rows = _reports.to_json(run_with(PASSED))["requests"]
    assert list(rows) == [RECOMMEND, f"{RECOMMEND} strategy=popular", f"{RECOMMEND} strategy=similar"]
    assert [one["answered"] for one in rows.values()] == [12, 6, 6]


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
def test_the_counts_in_junit_match_its_test_cases(
    rows: tuple[Row, ...], invalid: tuple[str, ...], counts: tuple[str, ...]
) -> None:
    suite = ElementTree.fromstring(_reports.junit(run_with(*rows, invalid=invalid)))  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == counts
    found = [len(suite.findall("testcase")), len(suite.findall(".//failure")), len(suite.findall(".//error"))]
    assert tuple(map(str, found)) == counts


def test_the_summary_is_a_markdown_table() -> None:
    lines = _reports.markdown(run_with(PASSED, FAILED)).splitlines()
    assert lines[0] == "## Load: FAIL"
    assert sum(line.startswith("| ") for line in lines) == 3


def test_the_page_escapes_text_from_outside() -> None:
    page = _pages.page(run_with(PASSED, invalid=("<img src=x>",)), refresh=False)
    assert "500 <script>" not in page
    assert "org-1 <b>" not in page
    assert "status 500 <" not in page
    assert "<img" not in page
    assert page.count("<svg") == 6
    assert 'class="warmup"' in page


def test_the_first_thing_on_the_page_is_the_verdict_and_nothing_is_loaded_from_elsewhere() -> None:
    page = _pages.page(run_with(PASSED, FAILED), refresh=False)
    order = [page.index(text) for text in ("class='verdict'>FAIL", "planned 35 s", "p95_ms 450 is above 300", "<table")]
    assert order == sorted(order)
    assert "src=" not in page
    assert "href=" not in page


def test_a_comparison_is_in_the_table_the_page_and_the_summary() -> None:
    changes = (
        Change(RECOMMEND, "p95_ms", 100.0, 130.0, 0.2, 0.4, 500),
        Change(RECOMMEND, "p99_ms", None, 200.0, None, None, 40),
    )
    result = run_with(PASSED, *rows(changes, 0.1), changes=changes)
    assert [row.outcome for row in result.verdict.rows] == [Outcome.PASS, Outcome.FAIL]
    assert result.verdict.exit_code == 3
    for text in (_reports.table(result), _pages.page(result, refresh=False), _reports.markdown(result)):
        assert "+30.0% (+20.0% to +40.0%)" in text
        assert "slower" in text
        assert "too little data" in text


def test_the_steps_of_a_search_are_shown() -> None:
    steps = (Step(100.0, 99.8, 12.0, 800, Held.YES), Step(200.0, 150.0, 900.0, 1200, Held.NO, "p99_ms is 900"))
    result = run_with(PASSED, steps=steps)
    for text in (_reports.table(result), _pages.page(result, refresh=False)):
        assert "p99_ms is 900" in text
    assert [step["rate"] for step in _reports.to_json(result)["steps"]] == [100.0, 200.0]


def test_the_page_says_so_before_the_first_run() -> None:
    assert "No run yet" in _pages.page(None, refresh=False)


@needs_chromium
@needs_axe
@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_the_page_is_accessible_and_fits_the_screen(
    browser: Browser, tmp_path: Path, scheme: Scheme, size: ViewportSize
) -> None:
    changes = (Change(RECOMMEND, "p95_ms", 100.0, 130.0, 0.2, 0.4, 500),)
    steps = (Step(100.0, 99.8, 12.0, 800, Held.YES), Step(200.0, 150.0, 900.0, 1200, Held.NO, "p99_ms is 900"))
    judged = (PASSED, FAILED, MISSING, *rows(changes, 0.1))
    file = tmp_path / "slo.html"
    with browser.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        for result in (run_with(*judged, changes=changes, steps=steps), run_with(PASSED), None):
            file.write_text(_pages.page(result, refresh=False), encoding="utf-8")
            page.goto(file.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert violations(page) == []


def test_the_section_is_inserted_before_the_last_end_of_the_body() -> None:
    report = _reports.with_section("<html><script>'</body>'</script><body>x</body></html>", run_with(PASSED))
    assert report.startswith("<html><script>'</body>'</script><body>x<style>")
    assert report.endswith("</section></body></html>")


def test_every_cell_of_the_tabs_is_text() -> None:
    run = run_with(PASSED, FAILED)
    rows = [*_pages.slo_rows(run), *_pages.rate_limit_rows(run)]
    assert all(isinstance(cell, str) for row in rows for cell in row.values())
    assert _pages.slo_rows(run)[0]["verdict"] == "✖ FAIL"


def test_a_run_with_closed_load_is_called_closed() -> None:
    run = run_with(PASSED)
    assert run.plan is not None
    assert load_in_words(replace(run, plan=replace(run.plan, rate=0.0))).startswith("closed: ")


def test_a_chart_without_data_says_so_and_one_with_gaps_is_drawn() -> None:
    assert "no data" in over_time("Empty", "ms", {"p50": [(0.0, None)]})
    assert "no data" in by_percentile("Empty", "ms", {})
    assert 'points="' in over_time("Gaps", "ms", {"p50": [(0.0, 1.0), (5.0, None), (10.0, 3.0)]}, limit=2.0)
    assert "99.9 %" in by_percentile("Long", "ms", {"all": [(0, 1.0), (50, 2.0), (99, 3.0), (99.9, 9.0)]})


def test_numbers_have_three_digits() -> None:
    assert [number(one) for one in (None, 0.00512, 12.345, 999.6, 1234.6)] == ["-", "0.00512", "12.3", "1,000", "1,235"]
