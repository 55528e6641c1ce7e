"""Every tab is accessible and fits the screen, in light and dark; also hostile names, wrong URLs and no answer."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from fixtures.bodies import item_body, user_body
from fixtures.mock_process import RunningMock
from mock_server.dashboard.tabs import TABS
from tests.support.browser import LOOKS, Scheme, needs_chromium
from tests.support.dashboard_support import (
    HOSTILE,
    Defect,
    control,
    defects,
    needs_axe,
    send,
    settled,
    shop_a_little,
    start_afresh,
)

pytestmark = needs_chromium


@needs_axe
@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_every_page_is_accessible_fits_the_screen_and_does_not_jump(
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
            found += defects(page, f"/_mock{address}")
    assert found == []


def test_a_record_with_any_id_can_be_opened(page: Page, mock: RunningMock, subtests: pytest.Subtests) -> None:
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
        expect(page.locator("#list").get_by_role("link", name=ids[0], exact=True)).to_have_count(
            0
        )  # the search is done
        page.reload()
        expect(page.locator("#detail h2")).to_have_text(record_id)
        expect(page.get_by_label("Search")).to_have_value(record_id)


@pytest.mark.parametrize("address", ["try?strategy=none", "requests?operation_id=none&key_type=none"])
def test_a_url_with_an_unknown_choice_shows_the_default_one(page: Page, address: str) -> None:
    page.goto(f"/_mock/ui/{address}")
    for choice in settled(page).locator("main select").all():
        assert choice.evaluate("(select) => select.selectedIndex") >= 0


def test_names_from_clients_are_never_read_as_markup(page: Page, mock: RunningMock) -> None:
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


def test_a_part_of_the_page_without_an_answer_says_so_and_can_be_retried(page: Page, complaints: list[str]) -> None:
    page.route("**/_mock/scenarios*", lambda route: route.abort())
    page.goto("/_mock/ui/faults")
    failure = page.locator("#scenarios").get_by_role("alert")
    expect(failure).to_contain_text("The mock does not answer")
    page.unroute("**/_mock/scenarios*")
    failure.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("button", name="cold-start")).to_be_visible()
    assert {text.partition(":")[0] for text in complaints} == {"Failed to load resource"}
    complaints.clear()


def test_a_part_that_updates_itself_recovers_without_a_click(page: Page, complaints: list[str]) -> None:
    page.route("**/_mock/faults", lambda route: route.abort())
    page.goto("/_mock/ui/faults")
    expect(page.locator("#faults").get_by_role("alert")).to_contain_text("The mock does not answer")
    page.unroute("**/_mock/faults")
    expect(page.get_by_text("No faults are set.")).to_be_visible()
    complaints.clear()
