"""Faults in a real browser: they hit exactly as often as configured, and are readable from another origin."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from tests.support.browser import chromium, needs_chromium
from tests.support.sites import EmptyPage, serving
from tests.support.started_mock import Started, started

CHANGE = {"X-Mock-Control": "1"}
ASK = """async ([url, key, headers]) => {
  try {
    const response = await fetch(url, {method: "POST", body: "{\\"strategy\\": \\"popular\\"}", headers:
      {"X-API-KEY": key, "Content-Type": "application/json", ...headers}});
    await response.json();
    const timing = performance.getEntriesByType("resource").filter((entry) => entry.name === url).at(-1);
    return {status: response.status, retry: response.headers.get("Retry-After"),
      timing: timing.serverTiming.map((metric) => metric.name)};
  } catch (error) { return {error: error.name}; }
}"""

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    folder: Path = tmp_path_factory.mktemp("mock")
    with started(folder, "--allow-prefer", "--server-timing") as mock:
        yield mock


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page on the shop's origin."""
    with serving(EmptyPage) as origin, chromium() as browser:
        page = browser.new_page()
        page.goto(origin)
        yield page
        page.close()


@pytest.fixture
def ask(mock: Started, page: Page) -> Iterator[Any]:
    """Send requests from the page. One is sent before: its connection is then reused and its preflight is cached."""
    first = mock.found["organisations"][0]

    def ask(**headers: str) -> Any:
        return page.evaluate(ASK, [f"{mock.url}/v1/recommend", first["publishable_key"], headers])

    assert ask()["status"] == 200
    yield ask
    httpx.request("DELETE", f"{mock.url}/_mock/faults", json={"all": True}, headers=CHANGE).raise_for_status()


@pytest.mark.parametrize("kind", ["drop", "reset"])
def test_a_page_notices_each_broken_connection_once(mock: Started, ask: Any, kind: str) -> None:
    """A browser silently repeats a request when a connection breaks that it had used before."""
    fault = {"kind": kind, "skip": 1, "times": 2, "tenant_id": mock.found["organisations"][0]["tenant_id"]}
    httpx.post(f"{mock.url}/_mock/faults", json=fault, headers=CHANGE).raise_for_status()
    assert [ask().get("error") for _ in range(5)] == [None, "TypeError", "TypeError", None, None]


def test_a_page_can_read_a_preferred_error_and_the_server_timing(ask: Any) -> None:
    answer = ask(Prefer="code=429")
    assert (answer["status"], int(answer["retry"]) >= 1, answer["timing"]) == (429, True, ["app", "fault"])


def test_a_page_that_is_offline_gets_nothing(mock: Started, ask: Any) -> None:
    httpx.put(f"{mock.url}/_mock/scenario", json={"name": "offline"}, headers=CHANGE).raise_for_status()
    assert [ask() for _ in range(3)] == [{"error": "TypeError"}] * 3
