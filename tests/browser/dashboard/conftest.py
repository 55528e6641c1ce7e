"""Fixtures: a mock, and one of its pages, new for each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from fixtures.mock_process import RunningMock, running_mock
from tests.support.browser import WIDE
from tests.support.dashboard_support import listen, start_afresh


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0") as mock:
        yield mock


@pytest.fixture
def page(browser: Browser, mock: RunningMock, complaints: list[str]) -> Iterator[Page]:
    """A page that accepts every dialog. Fails the test on a console error or a request to another host."""
    start_afresh(mock)
    with browser.new_context(viewport=WIDE, base_url=mock.url) as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        listen(page, mock, complaints)
        yield page
    assert complaints == []
