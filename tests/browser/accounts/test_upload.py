"""The Upload tab as people use it: dropped files, their errors, progress and samples."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from fixtures.mock_process import RunningMock
from mock_server.dashboard import pages
from tests.support.dashboard_accounts import CATALOG, a_shop
from tests.support.dashboard_support import (
    settled,
)


def test_the_errors_of_a_dropped_file_are_shown_line_by_line(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    drop(settled(page), "people.csv", "user_id,status,created_at\nu1,active,2026-02-01\nu2,asleep,2026-02-01\nu3\n")
    expect(page.locator("#file-about")).to_have_text("people.csv, 1 KiB")
    page.get_by_label("Its rows are").select_option("users")
    expect(page.get_by_role("link", name="Download users.csv")).to_be_visible()
    expect(page.get_by_role("link", name="Download catalog.csv")).to_be_hidden()
    page.get_by_role("button", name="Upload").click()
    detail = page.get_by_role("complementary", name="Chosen upload")
    expect(detail).to_contain_text("1 row of 3 accepted; the others have errors.")
    expect(detail.get_by_role("cell")).to_have_text(
        [
            "3",
            "$.status",
            re.compile("must be one of"),
            "4",
            "the line",
            "1 value for 3 columns",
        ]
    )
    page.reload()
    expect(detail).to_contain_text("1 row of 3 accepted")

    page.get_by_label("Its rows are").select_option("users")
    drop(page, "people.csv", "user_id,status,created_at\nu4,active,2026-02-01\nu5\n")
    page.get_by_label("All or nothing").check()
    page.get_by_role("button", name="Upload").click()
    expect(detail).to_contain_text("No rows were accepted, because of 1 error")
    expect(detail.locator("dd")).to_have_text(["2", "0", "1"])


def choose(page: Page, name: str, content: bytes) -> None:
    page.get_by_label("Drag a CSV").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def drop(page: Page, name: str, content: str) -> None:
    """Drop a file on the form, as a mouse does."""
    files = page.evaluate_handle(
        """([name, content]) => {
             const drag = new DataTransfer();
             drag.items.add(new File([content], name));
             return drag;
           }""",
        [name, content],
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": files})


def test_the_columns_that_an_error_suggests_can_be_used(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    detail = page.get_by_role("complementary", name="Chosen upload")
    choose(settled(page), "german.csv", b"SKU;Titel\n1;Lampe\n")
    page.get_by_role("button", name="Upload").click()
    expect(detail).to_contain_text("--columns item_id=SKU,title=Titel")
    page.get_by_label("Columns with other names").fill("--columns item_id=SKU,title=Titel")
    choose(page, "german.csv", b"SKU;Titel\n1;Lampe\n")
    page.get_by_role("button", name="Upload").click()
    expect(detail.locator("dd")).to_have_text(["1", "1", "0"])


def test_the_page_says_why_a_file_cannot_be_read(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    for name, content, words in [
        ("empty.csv", b"", "is empty: the first line names the columns"),
        ("book.xlsx", b"PK\x03\x04", "is a spreadsheet or another zip file"),
        ("nameless.csv", b"name,price\nShoes,12\n", "there is no column item_id"),
    ]:
        choose(page, name, content)
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("#detail h2")).to_have_text(name)
        expect(page.locator("#detail")).to_contain_text("It could not be read to its end")
        expect(page.locator("#detail")).to_contain_text(words)


def test_a_file_that_is_too_large_is_reported_before_and_after_it_is_sent(
    page: Page, mock: RunningMock, complaints: list[str]
) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    choose(page, "large.csv", b"x" * (2**20 + 1))
    page.locator("#upload").evaluate("form => { form.dataset.maxBytes = 2 ** 20; }")
    page.get_by_role("button", name="Upload").click()
    words = "large.csv has 1 MiB. An upload, with the few lines around the file, may have 1 MiB: split the file."
    expect(page.locator("#upload-error")).to_have_text(words)
    page.locator("#upload").evaluate("form => { form.dataset.maxBytes = 32 * 2 ** 20; }")
    page.route("**/uploads?**", lambda route: route.fulfill(status=413, json={"error": "at most 33554432 bytes"}))
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#upload-error")).to_contain_text("may have 32 MiB: split the file.")
    complaints.clear()


def test_progress_is_shown_while_a_file_is_read(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    rows = "".join(f"PROD-{number},product,active\n" for number in range(10_000))
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    settled(page)
    page.evaluate(
        """seen = []; new MutationObserver(() => {
             const bar = document.querySelector("#detail progress"); if (bar) seen.push(bar.value);
           }).observe(document.getElementById("detail"), {childList: true, subtree: true})"""
    )
    drop(page, "large.csv", f"item_id,item_type,status\n{rows}")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#detail")).to_contain_text("All 10,000 items were accepted.")
    seen = page.evaluate("seen")
    assert seen == sorted(seen)
    assert seen[0] < 1
    assert seen[-1] == 1


def test_every_row_of_a_downloaded_sample_is_accepted(page: Page, mock: RunningMock) -> None:
    ada, tenant_id = a_shop(mock)
    ada.sign_in(page)
    page.goto(f"/_mock/ui/upload?tenant_id={tenant_id}")
    for kind, file in [("items", "catalog.csv"), ("users", "users.csv")]:
        page.get_by_label("Its rows are").select_option(kind)
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Download {file}").click()
        page.get_by_label("Drag a CSV").set_input_files(Path(download.value.path()))
        page.get_by_role("button", name="Upload").click()
        expect(page.locator("#detail")).to_contain_text(re.compile(rf"All \d {kind} were accepted\."))


def test_the_sample_is_the_documented_one() -> None:
    assert (pages.HERE / "assets/catalog.csv").read_bytes() == CATALOG.read_bytes()
