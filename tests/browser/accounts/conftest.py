"""Fixtures: a mock, and a page on which nobody is signed in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from fixtures.mock_process import RunningMock, running_mock
from tests.support.browser import WIDE
from tests.support.dashboard_support import (
    listen,
    start_afresh,
)


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0") as mock:
        yield mock


@pytest.fixture
def page(browser: Browser, mock: RunningMock, complaints: list[str]) -> Iterator[Page]:
    """A page of a fresh mock, signed out. Fails the test if any requested URL contains a token."""
    start_afresh(mock)
    addresses: list[str] = []
    with browser.new_context(viewport=WIDE, base_url=mock.url) as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        page.on("request", lambda request: addresses.append(request.url))
        listen(page, mock, complaints)
        yield page
    assert complaints == []
    assert [address for address in addresses if "eyJ" in address or "token" in address] == []
