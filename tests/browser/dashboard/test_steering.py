"""The dashboard controls the mock: quota, data, snapshots, organisations, faults, clock, and trying strategies."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from fixtures.bodies import item_body
from fixtures.mock_process import RunningMock
from tests.support.browser import needs_chromium
from tests.support.dashboard_support import (
    control,
    send,
    settled,
    shop_a_little,
)

pytestmark = needs_chromium


def test_the_overview_shows_the_falling_quota_and_can_reset(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/")
    remaining = page.locator("#limit-remaining")
    expect(remaining).to_have_text("1,000")
    send(mock, "/v1/recommend", {"user_id": "user_1"})
    expect(remaining).to_have_text("999")
    page.get_by_role("button", name="Refill").click()
    expect(remaining).to_have_text("1,000")
    page.get_by_role("button", name="Empty it").click()
    expect(page.locator("#count-items")).to_have_text("0")
    page.get_by_label("Data", exact=True).select_option("small")
    page.get_by_role("button", name="Load it").click()
    expect(page.locator("#count-items")).to_have_text("50")


def test_a_snapshot_can_be_taken_and_restored_with_a_button_or_from_its_file(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/")
    expect(settled(page).get_by_text("None yet.")).to_be_visible()
    page.get_by_role("region", name="Snapshots").get_by_label("Name").fill("<b>before</b>")
    page.get_by_role("button", name="Take a snapshot").click()
    expect(page.locator("#snapshots")).to_contain_text("<b>before</b>")
    send(mock, "/v1/ingest/items/upsert", item_body("later"), mock.secret_key)
    expect(page.locator("#count-items")).to_have_text("51")
    with page.expect_download() as download:
        page.get_by_role("link", name="File of <b>before</b>").click()
    page.get_by_role("button", name="Restore <b>before</b>").click()
    expect(page.locator("#count-items")).to_have_text("50")
    page.get_by_role("button", name="Empty it").click()
    expect(page.locator("#count-items")).to_have_text("0")
    page.get_by_label("From a file").set_input_files(download.value.path())
    page.get_by_role("button", name="Restore the file").click()
    expect(page.locator("#count-items")).to_have_text("50")
    page.get_by_role("button", name="Remove <b>before</b>").click()
    expect(page.get_by_text("None yet.")).to_be_visible()


def test_an_organisation_can_be_created_chosen_used_and_removed(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/")
    page.get_by_role("region", name="Organisations").get_by_label("Name").fill("try-out")
    page.get_by_role("button", name="Make one").click()
    page.wait_for_url("**/_mock/?tenant_id=try-out")
    key = page.locator("#publishable-key").inner_text()
    assert send(mock, "/v1/recommend", {"strategy": "popular"}, key).json()["data"]["tenant_id"] == "try-out"
    page.get_by_label("Organisation", exact=True).select_option("acme-books")
    page.wait_for_url("**/_mock/?tenant_id=acme-books")
    expect(page.get_by_role("heading", name="Keys of acme-books")).to_be_visible()
    page.goto("/_mock/?tenant_id=try-out")
    page.get_by_role("button", name="Remove try-out").click()
    page.wait_for_url("**/_mock/")
    assert send(mock, "/v1/recommend", {"strategy": "popular"}, key).status_code == 401


def test_a_key_can_be_copied(browser: Browser, mock: RunningMock) -> None:
    with browser.new_context(base_url=mock.url, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto("/_mock/")
        page.get_by_role("button", name="Copy the secret key").click()
        expect(page.get_by_role("status")).to_contain_text("Copied: the secret key")
        assert page.evaluate("navigator.clipboard.readText()") == mock.secret_key


def test_a_scenario_is_a_button_that_stays_pressed(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/ui/faults")
    button = settled(page).get_by_role("button", name="failing", exact=True)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    assert send(mock, "/v1/recommend", {"user_id": "user_1"}).status_code == 500
    expect(page.locator("#faults tbody tr")).to_contain_text("of failing")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert send(mock, "/v1/recommend", {"user_id": "user_1"}).status_code == 200


def test_the_429_button_asks_for_a_duration_and_an_organisation(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/ui/faults")
    part = page.locator("section").filter(has=page.get_by_role("heading", name="Rate-limit me now"))
    part.get_by_label("Organisation").select_option("acme-books")
    part.get_by_label("For").select_option("1 min")
    part.get_by_role("button", name="Rate-limit me now").click()
    expect(part).to_contain_text(re.compile(r"acme-books answers 429 for (1 min|59 s|58 s)"))
    limit = control(mock, "GET", "/organisations/acme-books/rate-limit")
    assert limit["remaining"] == 0
    assert 50 <= limit["reset"] <= 60
    assert send(mock, "/v1/recommend", {"user_id": "user_1"}).status_code == 200, "the other organisation goes on"
    part.get_by_role("button", name="Refill its quota").click()
    expect(part).to_contain_text("acme-books has 1,000 requests left")


def test_the_fault_form_is_built_from_the_mocks_own_table(page: Page, mock: RunningMock, complaints: list[str]) -> None:
    page.goto("/_mock/ui/faults")
    form = settled(page).locator("#add")
    kinds = form.get_by_label("Kind of fault")
    offered = {each["kind"] for each in control(mock, "GET", "/fault-kinds")["kinds"]}
    assert set(kinds.locator("option").all_inner_texts()) == offered
    kinds.select_option("status")
    form.get_by_label("status:").fill("418")
    form.get_by_role("button", name="Set it").click()
    expect(form.get_by_role("alert")).to_contain_text("$.status must be an error that")
    complaints.clear()
    form.get_by_label("status:").fill("429")
    form.get_by_label("Hit at most this many requests").fill("2")
    form.get_by_label("Operation").select_option("recommend")
    form.get_by_role("button", name="Set it").click()
    listed = page.locator("#faults tbody tr")
    expect(listed).to_contain_text("status, status 429")
    assert [send(mock, "/v1/recommend", {"user_id": "user_1"}).status_code for _ in range(3)] == [429, 429, 200]
    page.locator("h1").click()
    expect(listed.locator("td").nth(4)).to_have_text("2")
    listed.get_by_role("button", name="Remove status").click()
    expect(page.get_by_text("No faults are set.")).to_be_visible()


def test_the_clock_can_be_moved_to_the_reset_of_an_organisation(page: Page, mock: RunningMock) -> None:
    control(mock, "POST", "/organisations/glow-beauty-ng/rate-limit/exhaust", {"seconds": 600})
    assert send(mock, "/v1/recommend", {"user_id": "user_1"}).status_code == 429
    page.goto("/_mock/ui/clock")
    expect(page.locator("#window")).to_contain_text("0 of 1,000 requests left; the window ends in 9 min 5")
    page.get_by_role("button", name="Go to its reset").click()
    expect(page.locator("#window")).to_contain_text("1,000 of 1,000 requests left")
    assert send(mock, "/v1/recommend", {"user_id": "user_1"}).status_code == 200


def test_the_clock_can_be_stopped_resumed_and_moved_for_one_organisation(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/ui/clock")
    page.get_by_role("button", name="stand still").click()
    expect(page.get_by_text("It stands still until it is moved.")).to_be_visible()
    before = control(mock, "GET", "/clock")["now"]
    page.get_by_label("Whose time").select_option("glow-beauty-ng")
    page.get_by_role("button", name="Advance by 1 day").click()
    expect(page.get_by_role("status")).to_contain_text("It is ")
    assert control(mock, "GET", "/clock")["now"] == before
    ahead = control(mock, "GET", "/clock?tenant_id=glow-beauty-ng")["now"]
    assert datetime.fromisoformat(ahead) - datetime.fromisoformat(before) == timedelta(days=1)
    expect(page.locator("#now")).to_contain_text(ahead[:10])
    page.get_by_role("button", name="real time").click()
    expect(page.get_by_text("It runs at the speed of your clock.")).to_be_visible()


def test_tab_reaches_the_content_first_and_the_focus_is_visible(page: Page) -> None:
    page.goto("/_mock/ui/faults")
    settled(page).keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#limited")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"


def test_an_item_is_shown_with_its_neighbours_and_a_user_with_all_merged_ids(page: Page, mock: RunningMock) -> None:
    shop_a_little(mock)
    page.goto("/_mock/ui/catalogue")
    items = settled(page).locator("#list tbody tr")
    expect(items).to_have_count(25)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#where")).to_have_text("52 items, page 2 of 3")
    page.get_by_label("Search").fill("prod_12")
    expect(items).to_have_count(1)
    items.get_by_role("link").click()
    detail = page.get_by_role("complementary")
    expect(detail.get_by_role("heading", name="Touched by the same people")).to_be_visible()
    neighbour = detail.get_by_role("table", name="Touched by the same people").get_by_role("link").first
    title = neighbour.inner_text()
    neighbour.click()
    expect(detail.get_by_role("heading", level=2)).to_have_text(title)
    page.get_by_label("Search").fill("visitor-1")
    page.get_by_role("button", name="Users").click()
    expect(items).to_have_count(2)
    items.get_by_role("link", name="visitor-1").click()
    expect(detail).to_contain_text("joined these ids to one person")
    detail.get_by_role("link", name="user_1", exact=True).click()
    expect(detail.get_by_role("heading", level=2)).to_have_text("user_1")
    assert page.url.endswith("user_id=user_1")


def test_a_strategy_can_be_tried_with_filters_and_its_scores_are_explained(page: Page, complaints: list[str]) -> None:
    page.goto("/_mock/ui/try")
    results = settled(page).locator("#results li")
    expect(results).to_have_count(12)
    page.get_by_label("Strategy").select_option("similar")
    expect(page.get_by_text("Needs context_item_id")).to_be_visible()
    page.get_by_label("filters").fill('{"category": "shoes"}')
    page.get_by_label("limit").fill("3")
    page.get_by_role("button", name="Show recommendations").click()
    expect(results).to_have_count(3)
    results.first.get_by_text("Attributes").click()
    expect(results.first).to_contain_text("shoes")
    results.first.get_by_text("Parts of the score").click()
    expect(results.first.locator("dl").first).to_contain_text("Source")
    page.get_by_label("filters").fill('{"category": ')
    page.get_by_role("button", name="Show recommendations").click()
    expect(page.locator("#results").get_by_role("alert")).to_contain_text("filters is not JSON")
    page.get_by_label("filters").fill('{"category": {"nested": 1}}')
    page.get_by_role("button", name="Send it as a request").click()
    answer = page.get_by_role("region", name="Response of the API")
    expect(answer).to_contain_text("400")
    expect(answer).to_contain_text("ratelimit-remaining")
    complaints.clear()


def test_the_funnel_shows_the_results_of_lists_as_bars_and_as_a_table(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/ui/funnel")
    expect(settled(page).get_by_text("Nothing was recommended yet.")).to_be_visible()
    shop_a_little(mock)
    row = page.get_by_role("row").filter(has_text="trending")
    expect(row.get_by_role("cell")).to_have_text(["trending", "1", "6", "2", "2", "1", "1", "20", "0"])
    bars = page.locator("section", has=page.get_by_role("heading", name="trending")).locator("rect")
    assert [float(bar.get_attribute("width") or 0) for bar in bars.all()] == pytest.approx(
        [100, 100 / 3, 100 / 6, 100 / 6]
    )
