"""Bring your own shop: a file of products replaces the shop, without an account, and this can be undone."""

import re
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Dialog, Page, expect

from fixtures.bodies import event_body
from fixtures.mock_process import RunningMock
from tests.support.browser import needs_chromium
from tests.support.dashboard_support import control, send, settled

pytestmark = needs_chromium

PRODUCTS = "SKU;Titel;price\nmug-1;Becher;9,50\nmug-2;Tasse;12,00\n;ohne;1,00\n"


def records(mock: RunningMock) -> Any:
    return control(mock, "GET", "/organisations")["organisations"][0]["counts"]


def test_a_file_can_be_mapped_applied_and_undone(page: Page, mock: RunningMock, tmp_path: Path) -> None:
    before = records(mock)
    file = tmp_path / "Käse.csv"
    file.write_text(PRODUCTS, encoding="utf-8")
    page.goto("/_mock/ui/shop")
    settled(page).locator("#file").set_input_files(file)
    expect(page.locator("#concluded")).to_contain_text("separator")
    page.get_by_label("Field of the column SKU").select_option("item_id")
    page.get_by_label("Field of the column Titel").select_option("title")
    page.get_by_role("button", name="Read it with these columns").click()
    expect(page.get_by_text("2 of 3 rows", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Becher")).to_be_visible()
    page.get_by_role("button", name="Make it the shop").click()
    expect(page.get_by_role("heading", name="2 of 3 rows are in glow-beauty-ng")).to_be_visible()
    with page.context.expect_page() as catalogue:
        page.get_by_role("link", name="See the catalogue").click(modifiers=["ControlOrMeta"])
    expect(settled(catalogue.value).get_by_text("2 items, page 1 of 1")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert records(mock) == before


def test_added_records_are_removed_with_one_click(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("item_id,title,price\nmug-1,Mug,9.50\n", encoding="utf-8")
    page.goto("/_mock/ui/shop")
    settled(page).locator("#file").set_input_files(file)
    page.get_by_role("button", name="Add to the current data").click()
    expect(page.get_by_role("heading", name="1 of 1 rows are in glow-beauty-ng")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    page.goto("/_mock/ui/catalogue?q=mug-1")
    expect(settled(page).get_by_text("No item has this")).to_be_visible()


def test_pictures_are_shown_and_their_data_is_folded(page: Page, mock: RunningMock) -> None:
    send(mock, "/v1/ingest/events/ingest", event_body("view", "user_1", "prod_1"))
    page.goto("/_mock/ui/requests")
    shown = settled(page).locator("#list tbody img")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.goto("/_mock/ui/catalogue?item_id=prod_1")
    detail = settled(page).get_by_role("complementary")
    expect(detail.locator("img").first).to_be_visible()
    expect(detail.get_by_label("Attributes")).to_contain_text(re.compile(r"data:image/svg\+xml, \d+ characters"))


def test_a_question_that_is_answered_with_no_changes_nothing(browser: Browser, mock: RunningMock) -> None:
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    before = records(mock)
    with browser.new_context(base_url=mock.url) as context:
        page = context.new_page()
        page.on("dialog", refuse)
        page.goto("/_mock/")
        for name in ("Empty it", "Reset to the seed data"):
            settled(page).get_by_role("button", name=name).click()
    assert asked == [
        "Remove all items, users and events of glow-beauty-ng?",
        "Reset glow-beauty-ng to the seed data? Data sent since then is lost.",
    ]
    assert records(mock) == before


def test_the_root_url_redirects_browsers_to_the_dashboard_but_not_programs(page: Page, mock: RunningMock) -> None:
    page.goto("/")
    page.wait_for_url("**/_mock/")
    assert httpx.get(mock.url).status_code == 404
