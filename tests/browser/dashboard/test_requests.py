"""Live requests: a page's requests appear as they arrive, and can be found, opened and verified."""

import json
import re

from playwright.sync_api import Browser, Page, expect

from fixtures.bodies import event_body
from fixtures.mock_process import RunningMock
from tests.support.browser import needs_chromium
from tests.support.dashboard_support import (
    ACME,
    control,
    send,
    settled,
    shop_a_little,
)
from tests.support.sites import EmptyPage, serving

pytestmark = needs_chromium


def test_requests_appear_as_they_arrive_and_the_list_can_be_paused(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/ui/requests")
    rows = settled(page).locator("#list tbody tr")
    expect(page.get_by_text("No request fits yet")).to_be_visible()
    send(mock, "/v1/recommend", {"user_id": "user_1"})
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("recommend")
    page.get_by_role("button", name="Pause").click()
    send(mock, "/v1/recommend", {"user_id": 7})
    expect(page.get_by_role("button", name="Go on (1 request since)")).to_be_visible()
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Go on").click()
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("400personalized1 finding")


def test_requests_that_a_restore_removes_disappear_from_the_list(page: Page, mock: RunningMock) -> None:
    page.goto("/_mock/ui/requests")
    rows = settled(page).locator("#list tbody tr")
    send(mock, "/v1/recommend", {"user_id": "user_1"})
    expect(rows).to_have_count(1)
    kept = control(mock, "POST", "/snapshots")["snapshot_id"]
    send(mock, "/v1/recommend", {"user_id": 7})
    expect(rows).to_have_count(2)
    control(mock, "POST", f"/snapshots/{kept}/restore")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("200personalized for user_1")
    control(mock, "DELETE", "/journal", {"all": True})
    expect(page.get_by_text("No request fits yet")).to_be_visible()
    control(mock, "DELETE", f"/snapshots/{kept}")


def test_the_list_shows_the_organisations_requests_and_those_with_unknown_keys(page: Page, mock: RunningMock) -> None:
    send(mock, "/v1/recommend", {"user_id": "user_1"}, "lehnz_pk_wrong")
    send(mock, "/v1/recommend", {"user_id": "user_1"}, ACME)
    send(mock, "/v1/recommend", {"user_id": "user_1"})
    page.goto("/_mock/ui/requests")
    rows = settled(page).locator("#list tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("none")
    page.get_by_role("search").get_by_label("Organisation").select_option("all")
    expect(rows).to_have_count(3)
    page.goto("/_mock/ui/requests?tenant_id=acme-books")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("acme-books")


def test_requests_are_found_by_their_contents(page: Page, mock: RunningMock) -> None:
    shop_a_little(mock)
    page.goto("/_mock/ui/requests")
    rows = settled(page).locator("#list tbody tr")
    expect(rows).to_have_count(19)
    filters = page.get_by_role("search")
    filters.get_by_label("Status").fill("4xx")
    expect(rows).to_have_count(3)
    filters.get_by_label("Search").fill("recommendations")
    expect(rows).to_have_count(1)
    filters.get_by_label("Search").fill("")
    filters.get_by_label("Status").fill("")
    filters.get_by_label("Operation").select_option("upsertItems")
    filters.get_by_label("Lint").select_option("wrong-key-type")
    expect(rows).to_have_count(1)
    filters.get_by_label("Search").fill("nowhere")
    expect(page.get_by_text("No request fits yet")).to_be_visible()


def test_a_request_can_be_opened_by_keyboard_and_shared_as_a_link(page: Page, mock: RunningMock) -> None:
    send(mock, "/v1/recommend", {"user_id": 7})
    page.goto("/_mock/ui/requests?tenant_id=glow-beauty-ng")
    settled(page).get_by_role("link", name="personalized", exact=True).focus()
    page.keyboard.press("Enter")
    detail = page.get_by_role("complementary", name="Chosen request")
    expect(detail).to_be_focused()
    expect(detail).to_contain_text("$.user_id: must be a string")
    expect(detail).to_contain_text('"user_id": 7')
    assert mock.publishable_key not in detail.inner_text()
    assert re.search(r"\?tenant_id=glow-beauty-ng&id=\d+$", page.url)
    page.reload()
    expect(detail).to_contain_text("must be a string")
    page.get_by_role("button", name="Copy as curl").click()
    expect(page.locator("#curl")).to_contain_text("$PK")
    page.go_back()
    expect(detail).to_be_hidden()  # the list takes the full width again


def test_verifying_a_request_that_was_not_made_shows_the_nearest_one(page: Page, mock: RunningMock) -> None:
    send(mock, "/v1/ingest/events/ingest", event_body("view", "u1", "prod_1"))
    page.goto("/_mock/ui/requests")
    settled(page).get_by_text("Verify that a request was made").click()
    part = page.locator("#verify-part")
    part.get_by_label("Part of the body").fill('{"event_name": "view"}')
    part.get_by_role("button", name="Verify").click()
    expect(part).to_contain_text("1 request of this kind")
    part.get_by_label("Part of the body").fill('{"event_name": "purchase"}')
    part.get_by_role("button", name="Verify").click()
    expect(part).to_contain_text('event_name: wanted "purchase", was "view"')
    part.get_by_label("Part of the body").fill("{")
    part.get_by_role("button", name="Verify").click()
    expect(part.get_by_role("alert")).to_contain_text("JSON")


def test_a_beacon_shows_why_it_is_refused_or_never_sent(browser: Browser, page: Page, mock: RunningMock) -> None:
    """A beacon can't have a header, and always asks with credentials, which a preflight to any origin excludes."""
    event = json.dumps(event_body("view", "u1", "prod_1"))
    with serving(EmptyPage) as origin, browser.new_context() as context:
        shop = context.new_page()
        shop.goto(origin)
        shop.evaluate(
            """([url, event]) => {
              navigator.sendBeacon(url, event);
              navigator.sendBeacon(url, new Blob([event], { type: "application/json" }));
            }""",
            [f"{mock.url}/v1/ingest/events/ingest", event],
        )
        page.goto("/_mock/ui/requests")
        rows = settled(page).locator("#list tbody tr")
        expect(rows).to_have_count(2)
    expect(rows.filter(has_text="401")).to_have_count(1)
    page.get_by_role("link", name="preflight of POST").click()
    detail = page.get_by_role("complementary", name="Chosen request")
    expect(detail).to_contain_text("The response allows it, but no request has followed.")
    expect(detail).to_contain_text("sendBeacon always does")
