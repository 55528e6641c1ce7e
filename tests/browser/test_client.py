"""lehnz-mock/client in a real browser's page, on another origin than the mock: no event is lost, however many."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler

import pytest
from playwright.sync_api import Browser, Page

from fixtures.mock_process import RunningMock, running_mock
from tests.support.browser import needs_chromium
from tests.support.dashboard_support import control
from tests.support.npm_package import PACKAGE, needs_package
from tests.support.sites import QuietHandler, serving

pytestmark = [needs_chromium, needs_package]

# 100 kB in all; a browser refuses more than 64 KiB of pending requests with `keepalive`.
TRACK = """async ([url, key, isLeft]) => {
  const { Lehnz } = await import("/client.js");
  const lehnz = new Lehnz({ url, key, onError: (error) => { throw error; } });
  const event = { event_name: "view", item_id: "prod_1" };
  lehnz.track(Array.from({ length: 400 }, () => event));
  if (!isLeft) await lehnz.flush();
}"""
NEXT_PAGE = """async ([url, key]) => {
  const { Lehnz } = await import("/client.js");
  await new Lehnz({ url, key }).flush();
}"""


class Package(QuietHandler, SimpleHTTPRequestHandler):
    """Serves the built package. `/` is a list of its files: a page that runs no script."""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with serving(partial(Package, directory=str(PACKAGE / "dist"))) as origin:
        yield origin


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0", "--seed-data", "none") as mock:
        yield mock


@pytest.fixture
def page(browser: Browser, mock: RunningMock, shop: str) -> Iterator[Page]:
    """A page of the shop; the mock has no events."""
    control(mock, "POST", "/reset", {"all": True})
    with browser.new_context(base_url=shop) as context:
        page = context.new_page()
        page.goto("/")
        yield page


def events_in(mock: RunningMock) -> int:
    return int(control(mock, "GET", "/organisations")["organisations"][0]["counts"]["events"])


def test_four_hundred_events_of_one_call_arrive(page: Page, mock: RunningMock) -> None:
    page.evaluate(TRACK, [mock.url, mock.publishable_key, False])
    assert events_in(mock) == 400


def test_no_event_of_a_page_that_is_left_at_once_is_lost(page: Page, mock: RunningMock) -> None:
    page.evaluate(TRACK, [mock.url, mock.publishable_key, True])
    page.goto("about:blank")
    page.goto("/")
    page.evaluate(NEXT_PAGE, [mock.url, mock.publishable_key])
    for _ in range(100):  # what the first page sent may still be on its way
        if events_in(mock) >= 400:
            break
        page.wait_for_timeout(50)
    assert events_in(mock) == 400
