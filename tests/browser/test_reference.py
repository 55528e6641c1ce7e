"""/docs in a browser: its examples name the running shop's records; light and dark, on a desktop and a phone."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from fixtures.mock_process import RunningMock, running_mock
from tests.support.browser import LOOKS, Scheme, needs_chromium
from tests.support.dashboard_support import needs_axe, violations

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0") as mock:
        yield mock


def opened(page: Page, operation: str) -> Locator:
    block = page.locator(f"#operations-{operation}")
    block.locator(".opblock-summary-control").click()
    expect(block.get_by_role("button", name="Execute")).to_be_visible()
    return block


def test_examples_name_records_of_the_organisation_that_is_chosen(browser: Browser, mock: RunningMock) -> None:
    page = browser.new_page(base_url=mock.url)
    page.goto("/docs")
    asks = opened(page, "Recommendations-recommend")
    assert json.loads(asks.locator("textarea").input_value())["user_id"] == "user_1"
    asks.get_by_role("combobox", name="Example").first.select_option("similar")
    assert json.loads(asks.locator("textarea").input_value())["context_item_id"] == "prod_1"
    asks.get_by_role("button", name="Execute").click()
    expect(asks.locator(".live-responses-table")).to_contain_text('"mode": "behavioral"')

    page.get_by_role("combobox", name="Organisation").select_option("acme-books")  # this organisation is empty
    expect(page.locator("#secret-key")).to_contain_text("lehnz_sk_dev_acme_books_")
    sends = opened(page, "Ingestion-ingestEvents")
    expect(sends.locator("textarea")).to_have_value(re.compile("PROD-001"))
    page.close()


@needs_axe
@pytest.mark.parametrize(("scheme", "size"), LOOKS)
def test_the_page_is_accessible_and_fits_the_screen(
    browser: Browser, mock: RunningMock, scheme: Scheme, size: ViewportSize
) -> None:
    page = browser.new_page(base_url=mock.url, viewport=size, color_scheme=scheme)
    page.goto("/docs")
    opened(page, "Recommendations-recommend")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(246, 247, 249)", "dark": "rgb(16, 19, 23)"}[scheme]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    # Swagger UI's own markup has nested buttons and skips heading levels.
    assert violations(page, but=["nested-interactive", "heading-order"]) == []
    page.close()
