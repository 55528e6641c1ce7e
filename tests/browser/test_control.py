"""In a real browser, a page of another site tries everything that a page can send to the control plane."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page

from fixtures.mock_process import RunningMock, running_mock
from tests.support.browser import chromium, needs_chromium
from tests.support.sites import EmptyPage, serving

pytestmark = needs_chromium
EVIL = "attacker.example"  # the browser resolves this name to this machine, as an attacker's DNS could make it
CALLS = (
    "flush",
    "reset",
    "snapshots",
    "organisations",
    "clock/advance",
    "clock/set",
    "clock/scale",
    "scenario",
    "session",
)

SEND = """async ([url, init]) => {
  try { const response = await fetch(url, init); return [response.type, response.status]; }
  catch (error) { return [error.name, 0]; }
}"""
SUBMIT = """(forms) => {
  for (const [url, kind, field, value] of forms) {
    const frame = document.createElement("iframe");
    frame.name = "frame" + document.forms.length;
    const form = document.createElement("form");
    Object.assign(form, {action: url, method: "post", target: frame.name, enctype: kind});
    form.append(Object.assign(document.createElement("input"), {name: field, value}));
    document.body.append(frame, form);
    form.submit();
  }
}"""
SHOW = """(url) => new Promise((done) => {
  const image = new Image();
  image.onload = () => done("shown");
  image.onerror = () => done("failed");
  image.src = url;
  document.body.append(image);
})"""


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--clock", "virtual", "--seed-data", "none") as mock:
        yield mock


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(f"--host-resolver-rules=MAP {EVIL} 127.0.0.1") as browser:
        yield browser


@pytest.fixture(scope="module")
def attacker() -> Iterator[str]:
    """Return the origin of the attacker's page: its host name differs from the mock's."""
    with serving(EmptyPage, EVIL) as origin:
        yield origin


@pytest.fixture
def page(browser: Browser, mock: RunningMock) -> Iterator[Page]:
    """The attacker's page. Fails the test if the mock's state has changed afterwards."""
    before = everything(mock)
    with browser.new_context() as context:
        yield context.new_page()
    assert everything(mock) == before


def everything(mock: RunningMock) -> list[Any]:
    paths = ("organisations", "clock", "snapshots", "faults", "scenarios")
    with httpx.Client(base_url=mock.url) as client:
        return [client.get(f"/_mock/{path}").json()["data"] for path in paths]


def test_forms_change_nothing(page: Page, attacker: str, mock: RunningMock) -> None:
    page.goto(attacker)
    answered: list[int] = []
    page.on("response", lambda response: answered.append(response.status) if "/_mock/" in response.url else None)
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")
    as_json = ('{"seconds": 900, "x": "', '"}')  # sent as text/plain it is {"seconds": 900, "x": "="}
    forms = [[f"{mock.url}/_mock/{call}", kind, *as_json] for call in CALLS for kind in kinds]
    page.evaluate(SUBMIT, forms)
    deadline = time.monotonic() + 30
    while len(answered) < len(forms) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert answered == [403] * len(forms)


def test_fetches_without_cors_change_nothing_and_reveal_nothing(page: Page, attacker: str, mock: RunningMock) -> None:
    page.goto(attacker)
    for call in CALLS:
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            init = {"method": "POST", "mode": "no-cors", "body": "{}", "headers": {"Content-Type": kind}}
            answer = page.evaluate(SEND, [f"{mock.url}/_mock/{call}", init])
            assert answer in (["opaque", 0], ["TypeError", 0])
    assert page.evaluate(SEND, [f"{mock.url}/_mock/organisations", {"mode": "no-cors"}])[1] == 0


def test_the_header_can_not_be_sent_from_another_site(page: Page, attacker: str, mock: RunningMock) -> None:
    page.goto(attacker)
    for method in ("POST", "PUT", "DELETE"):
        init = {"method": method, "headers": {"X-Mock-Control": "1", "Content-Type": "application/json"}, "body": "{}"}
        assert page.evaluate(SEND, [f"{mock.url}/_mock/reset", init]) == ["TypeError", 0]


def test_images_change_nothing(page: Page, attacker: str, mock: RunningMock) -> None:
    page.goto(attacker)
    for call in (*CALLS, "", "health", "ui/assets/page.css"):
        assert page.evaluate(SHOW, f"{mock.url}/_mock/{call}") == "failed"


def test_an_attackers_host_name_that_points_here_reaches_nothing(page: Page, attacker: str, mock: RunningMock) -> None:
    """DNS rebinding: for the browser, page and mock have the same origin, so the page may send and read anything."""
    page.goto(attacker)
    rebound = f"http://{EVIL}:{urlsplit(mock.url).port}"
    page.goto(f"{rebound}/_mock/health")
    assert "does not answer to the Host" in page.inner_text("body")
    init = {"method": "POST", "headers": {"X-Mock-Control": "1", "Content-Type": "application/json"}, "body": "{}"}
    for call in CALLS:
        assert page.evaluate(SEND, [f"{rebound}/_mock/{call}", init]) == ["basic", 403]
    assert page.evaluate(SEND, [f"{rebound}/_mock/organisations", {}]) == ["basic", 403]
