"""A shop on another origin and the dashboard in another tab, which shows and controls the shop's requests."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from fixtures.mock_process import RunningMock, running_mock
from tests.support.browser import WIDE, needs_chromium
from tests.support.dashboard_support import control
from tests.support.sites import QuietHandler, serving

pytestmark = needs_chromium
PAGES = Path(__file__).parents[1] / "pages"


class Pages(QuietHandler, SimpleHTTPRequestHandler):
    """Serves /shop.html and /attack.html; a product page is empty."""

    def do_GET(self) -> None:
        if not self.path.startswith("/product"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Product</title><h1>A product</h1>")


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Return the origin of another site."""
    with serving(partial(Pages, directory=str(PAGES))) as origin:
        yield origin


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0") as mock:
        yield mock


@pytest.fixture
def tabs(browser: Browser, mock: RunningMock) -> Iterator[tuple[Page, Page, Page]]:
    """Open a tab of the shop and two of the dashboard: one shows the requests, the other is used to act."""
    control(mock, "POST", "/reset", {"all": True})
    control(mock, "DELETE", "/journal", {"all": True})
    with browser.new_context(viewport=WIDE) as context:
        yield context.new_page(), context.new_page(), context.new_page()


def test_a_visit_to_the_shop_is_shown_live_and_controlled_from_the_dashboard(
    tabs: tuple[Page, Page, Page], site: str, mock: RunningMock
) -> None:
    shop, watch, act = tabs
    watch.goto(f"{mock.url}/_mock/ui/requests?tenant_id=glow-beauty-ng&scope=glow-beauty-ng")
    expect(watch.locator("#stream")).to_have_text("live")
    requests = watch.locator("#list tbody tr").filter(has_not_text="preflight")

    def seen(count: int, operation: str, status: str) -> None:
        """Check the tab that only shows requests."""
        expect(requests).to_have_count(count)
        expect(requests.first).to_contain_text(operation)
        expect(requests.first).to_contain_text(status)

    # The page loads recommendations.
    shop.goto(f"{site}/shop.html?{urlencode({'api': mock.url, 'key': mock.publishable_key})}")
    expect(shop.locator("#row a")).to_have_count(5)
    seen(1, "recommend", "200")

    # A click is sent while the page unloads, and counts for the list that showed the item.
    shop.locator("#row a").first.click()
    expect(shop.get_by_role("heading", name="A product")).to_be_visible()
    seen(2, "ingestEvents", "202")
    act.goto(f"{mock.url}/_mock/ui/funnel?tenant_id=glow-beauty-ng")
    clicks = act.locator("section", has=act.get_by_role("heading", name="personalized")).locator("dd").nth(1)
    expect(clicks).to_contain_text("1")

    # Signing in merges the visitor with the customer.
    shop.go_back()
    expect(shop.locator("#row a")).to_have_count(5)
    shop.get_by_role("button", name="Sign in").click()
    expect(shop.get_by_text("Hello, user_1")).to_be_visible()
    expect(requests).to_have_count(5)
    expect(requests.filter(has_text="ingestEvents")).to_have_count(2)
    act.goto(f"{mock.url}/_mock/ui/catalogue?tenant_id=glow-beauty-ng&user_id=user_1")
    expect(act.locator("#detail")).to_contain_text("joined these ids to one person")
    expect(act.locator("#detail")).to_contain_text("anon-")

    # The dashboard's button uses up the limit; the page tells the shopper in a friendly way.
    act.goto(f"{mock.url}/_mock/ui/faults?tenant_id=glow-beauty-ng")
    act.get_by_label("For", exact=True).first.select_option("15 min")
    act.get_by_role("button", name="Rate-limit me now").click()
    expect(act.locator("#limited-state")).to_contain_text("glow-beauty-ng answers 429")
    shop.get_by_role("button", name="Show me more").click()
    expect(shop.get_by_role("status")).to_contain_text("Busy: back in ")
    seen(6, "recommend", "429")

    # Moving the clock ends it.
    act.goto(f"{mock.url}/_mock/ui/clock?tenant_id=glow-beauty-ng")
    act.get_by_role("button", name="Go to its reset").click()
    expect(act.get_by_role("status")).to_contain_text("It is ")
    shop.get_by_role("button", name="Show me more").click()
    expect(shop.get_by_role("status")).to_have_text("5 for you")
    seen(7, "recommend", "200")


def test_a_page_of_another_site_can_neither_read_nor_change_the_mock(
    tabs: tuple[Page, Page, Page], site: str, mock: RunningMock
) -> None:
    def state() -> Any:
        clock = control(mock, "GET", "/clock")
        faults = control(mock, "GET", "/faults")
        return control(mock, "GET", "/organisations"), clock["scale"], clock["now"][:13], faults

    page, dashboard, _ = tabs
    dashboard.goto(f"{mock.url}/_mock/")  # the victim has visited the dashboard before
    before = state()
    page.goto(f"{site}/attack.html")
    assert page.evaluate("mock => attack(mock)", mock.url) == []
    assert state() == before

    page.evaluate("url => framed(url)", f"{mock.url}/_mock/ui/faults")
    assert "Rate-limit me now" not in page.frames[1].content()
