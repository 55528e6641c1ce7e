"""Fixtures: a mock, and a page on which nobody is signed in."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from fixtures.mock_process import RunningMock
from tests.support.dashboard_support import fresh_page
from tests.support.mock_beside import mock_beside


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with mock_beside("--seed-data", "small", "--ingest-delay", "0") as mock:
        yield mock.as_running()


@pytest.fixture
def page(browser: Browser, mock: RunningMock, complaints: list[str]) -> Iterator[Page]:
    """A page of a fresh mock, signed out. Fails the test if any requested URL contains a token."""
    addresses: list[str] = []
    with fresh_page(browser, mock, complaints) as page:
        page.on("request", lambda request: addresses.append(request.url))
        yield page
    assert [address for address in addresses if "eyJ" in address or "token" in address] == []
