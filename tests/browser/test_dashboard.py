"""The dashboard as people use it: in a browser, with a keyboard, on a phone, in the dark."""

import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from fixtures.bodies import event_body, item_body, user_body
from fixtures.mock_process import RunningMock, running_mock
from mock_server.dashboard.tabs import TABS
from tests.support.browser import PHONE, WIDE, Scheme, needs_chromium
from tests.support.dashboard_support import (
    HOSTILE,
    Defect,
    control,
    defects,
    listen,
    needs_axe,
    send,
    settled,
    shop_a_little,
    start_afresh,
)

pytestmark = needs_chromium
ACME = "lehnz_pk_dev_acme_books_fcc4d1ba0a99e14cc6ee95a7"


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0") as mock:
        yield mock


@pytest.fixture
def page(browser: Browser, mock: RunningMock, complaints: list[str]) -> Iterator[Page]:
    """A fresh page on a fresh mock; it must neither complain nor ask anybody else."""
    start_afresh(mock)
    with browser.new_context(viewport=WIDE, base_url=mock.url) as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        listen(page, mock, complaints)
        yield page
    assert complaints == []


@needs_axe
@pytest.mark.parametrize(("scheme", "size"), [("light", WIDE), ("dark", PHONE)])
def test_nothing_is_inaccessible_wider_than_the_page_or_jumps(
    browser: Browser, mock: RunningMock, scheme: Scheme, size: ViewportSize
) -> None:
    start_afresh(mock)
    shop_a_little(mock)
    found: list[Defect] = []
    with browser.new_context(viewport=size, color_scheme=scheme, base_url=mock.url) as context:
        page = context.new_page()
        for address in [
            *(tab.address for tab in TABS),
            "/ui/requests?id=1",
            "/ui/catalogue?item_id=prod_1",
            "/ui/catalogue?user_id=user_1",
        ]:
            found += defects(page, address)
    assert found == []


def test_requests_appear_by_themselves_and_can_be_paused(page: Page, mock: RunningMock) -> None:
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


def test_requests_that_a_restore_takes_back_leave_the_list(page: Page, mock: RunningMock) -> None:
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


def test_a_record_is_opened_whatever_its_id(page: Page, mock: RunningMock, subtests: pytest.Subtests) -> None:
    control(mock, "POST", "/reset", {"tenant_id": "glow-beauty-ng", "to": "empty"})
    ids = [".", "..", "?", "#", "%2F", "a/../b", "\u202eright", "n" * 200, HOSTILE]
    send(mock, "/v1/ingest/items/upsert", [item_body(record_id) for record_id in ids], mock.secret_key)
    send(mock, "/v1/ingest/users/upsert", [user_body(record_id) for record_id in ids], mock.secret_key)
    control(mock, "POST", "/flush", {"all": True})
    for kind in ("items", "users"):
        page.goto(f"/_mock/ui/catalogue?list={kind}")
        settled(page)
        for record_id in ids:
            with subtests.test(kind=kind, record_id=record_id):
                page.get_by_label("Search").fill(record_id)
                page.locator("#list").get_by_role("link", name=record_id, exact=True).click()
                expect(page.locator("#detail h2")).to_have_text(record_id)
        expect(page.locator("#list").get_by_role("link", name=ids[0], exact=True)).to_have_count(0)  # searched by now
        page.reload()
        expect(page.locator("#detail h2")).to_have_text(record_id)
        expect(page.get_by_label("Search")).to_have_value(record_id)


@pytest.mark.parametrize("address", ["try?strategy=none", "requests?operation_id=none&key_type=none"])
def test_an_address_that_names_what_is_no_choice_shows_the_usual_one(page: Page, address: str) -> None:
    page.goto(f"/_mock/ui/{address}")
    for choice in settled(page).locator("main select").all():
        assert choice.evaluate("(select) => select.selectedIndex") >= 0


def test_an_organisations_requests_are_shown_and_those_of_unknown_keys(page: Page, mock: RunningMock) -> None:
    send(mock, "/v1/recommend", {"user_id": "user_1"}, "lehnz_pk_wrong")
    send(mock, "/v1/recommend", {"user_id": "user_1"}, ACME)
    send(mock, "/v1/recommend", {"user_id": "user_1"})
    page.goto("/_mock/ui/requests")
    rows = settled(page).locator("#list tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.last).to_contain_text("nobody")
    page.get_by_role("search").get_by_label("Organisation").select_option("all")
    expect(rows).to_have_count(3)
    page.goto("/_mock/ui/requests?tenant_id=acme-books")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("acme-books")


def test_requests_are_found_by_what_is_in_them(page: Page, mock: RunningMock) -> None:
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


def test_a_request_is_opened_by_keyboard_and_shared_by_its_address(page: Page, mock: RunningMock) -> None:
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
    expect(detail).to_contain_text("Choose a request")


def test_a_request_that_was_not_made_shows_the_nearest_that_was(page: Page, mock: RunningMock) -> None:
    send(mock, "/v1/ingest/events/ingest", event_body("view", "u1", "prod_1"))
    page.goto("/_mock/ui/requests")
    settled(page).get_by_text("Was a request made?").click()
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


def test_what_others_call_things_stays_text(page: Page, mock: RunningMock) -> None:
    shop_a_little(mock)
    first = control(mock, "GET", "/journal")["exchanges"][0]["id"]
    item = quote(HOSTILE, safe="")
    for address, text in [
        (f"/ui/requests?id={first + 2}", "<script>alert(1)</script>"),
        (f"/ui/requests?id={first}", HOSTILE[:14]),
        (f"/ui/catalogue?item_id={item}", HOSTILE),
        (f"/ui/catalogue?user_id={item}", HOSTILE),
    ]:
        page.goto(f"/_mock{address}")
        expect(settled(page).locator("#detail")).to_contain_text(text)
        assert page.locator("img:not(.picture)").count() == 1, "the one of the frame"
        assert "taken" not in page.title()


def test_a_part_that_gets_no_answer_says_so_and_can_be_asked_again(page: Page, complaints: list[str]) -> None:
    page.route("**/_mock/scenarios*", lambda route: route.abort())
    page.goto("/_mock/ui/faults")
    failure = page.locator("#scenarios").get_by_role("alert")
    expect(failure).to_contain_text("The mock does not answer")
    page.unroute("**/_mock/scenarios*")
    failure.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="cold-start")).to_be_visible()
    assert {text.partition(":")[0] for text in complaints} == {"Failed to load resource"}
    complaints.clear()


def test_a_part_that_is_watched_comes_back_by_itself(page: Page, complaints: list[str]) -> None:
    page.route("**/_mock/faults", lambda route: route.abort())
    page.goto("/_mock/ui/faults")
    expect(page.locator("#faults").get_by_role("alert")).to_contain_text("The mock does not answer")
    page.unroute("**/_mock/faults")
    expect(page.get_by_text("Nothing is broken.")).to_be_visible()
    complaints.clear()
