"""Fixtures: a mock, and one of its pages, new for each test."""

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
    with fresh_page(browser, mock, complaints) as page:
        yield page
