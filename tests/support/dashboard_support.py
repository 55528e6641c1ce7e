"""A mock with data for the dashboard, and names that an attacker would use."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from fixtures.bodies import event_body, full_item_body, identify_body, item_body, recommend_body, user_body
from fixtures.mock_process import RunningMock
from tests.support.browser import WIDE
from tests.support.node_tools import NODE

HOSTILE = '<img src=x onerror="document.title=\'taken\'">\'"&</script><script>document.title="taken"</script>'
ACME = "lehnz_pk_dev_acme_books_fcc4d1ba0a99e14cc6ee95a7"  # the second organisation's publishable key
CHANGE = {"X-Mock-Control": "1"}
TLS = ssl.create_default_context()  # made once, because httpx would read all certificates again for each request
# How far elements shift while a page loads: https://web.dev/articles/cls calls less than 0.1 good.
_COUNT_SHIFTS = """if (!("shifts" in window)) { shifts = 0;
new PerformanceObserver((seen) => { for (const entry of seen.getEntries()) shifts += entry.value; })
  .observe({type: "layout-shift", buffered: true}); }"""
_AXE = NODE / "node_modules/axe-core/axe.min.js"
Defect = tuple[str, str, list[str]]  # address, what is wrong, the elements concerned

needs_axe = pytest.mark.skipif(
    not _AXE.exists(), reason="needs Node 20.19: apt-get install nodejs npm, then make setup"
)


def control(mock: RunningMock, method: str, path: str, body: Any = None) -> Any:
    """Call the control plane and return the data; the call must succeed."""
    given = None if method == "GET" else body or {}
    response = httpx.request(method, f"{mock.url}/_mock{path}", json=given, headers=CHANGE, verify=TLS)
    response.raise_for_status()
    return response.json()["data"]


def send(mock: RunningMock, path: str, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
    """Send a request as a shop's page does, or, with a secret key, as its server does."""
    headers = {"X-API-KEY": key or mock.publishable_key, **headers}
    return httpx.post(f"{mock.url}{path}", json=body, headers=headers, verify=TLS)


def shop_a_little(mock: RunningMock) -> None:
    """Send one shopper's visit and a few mistakes, so that each tab shows something."""
    secret = mock.secret_key
    hostile = full_item_body(HOSTILE, attributes={"title": HOSTILE, "category": HOSTILE, "price": 12.5})
    send(mock, "/v1/ingest/items/upsert", [hostile, item_body("plain")], secret)
    send(mock, "/v1/ingest/users/upsert", [user_body(HOSTILE), user_body('o\'brien "the" <b>')], secret)
    send(mock, "/v1/ingest/events/ingest", event_body("view", HOSTILE, HOSTILE, event_name="<script>alert(1)</script>"))
    for strategy in ("personalized", "trending", "recently-viewed"):
        served = send(mock, "/v1/recommend", recommend_body(strategy, user_id="user_1", limit=6)).json()["data"]
        echo = {"recommendation_id": served["recommendation_id"]}
        for name, item_id in zip(("click", "click", "purchase"), served["recommended_items"], strict=False):
            event = event_body(name, "visitor-1", item_id, price=20, quantity=1, **echo)
            send(mock, "/v1/ingest/events/ingest", event, Origin="http://shop.example")
    send(mock, "/v1/ingest/events/ingest", identify_body("user_1", "visitor-1"))
    send(mock, "/v1/ingest/items/upsert", item_body("forbidden"), Origin="http://shop.example")
    send(mock, "/v1/recommend", {"user_id": 7})
    send(mock, "/v1/recommendations", {})
    control(mock, "POST", "/flush", {"all": True})


def start_afresh(mock: RunningMock) -> None:
    control(mock, "POST", "/reset", {"all": True})
    control(mock, "DELETE", "/faults", {"all": True})
    control(mock, "DELETE", "/journal", {"all": True})


def listen(page: Page, mock: RunningMock, complaints: list[str]) -> None:
    """Record messages of the browser's console, and requests to other hosts."""

    def elsewhere(request: Request) -> None:
        if not request.url.startswith(mock.url):
            complaints.append(request.url)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", elsewhere)


@contextmanager
def fresh_page(browser: Browser, mock: RunningMock, complaints: list[str]) -> Iterator[Page]:
    """Yield a page of a fresh mock that accepts every dialog. Fails on a console error or a request to another host."""
    start_afresh(mock)
    with browser.new_context(viewport=WIDE, base_url=mock.url) as context:
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        listen(page, mock, complaints)
        yield page
    assert complaints == []


def settled(page: Page) -> Page:
    """Wait until every live part of the page has its content."""
    page.wait_for_load_state("load")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    return page


def defects(page: Page, address: str) -> list[Defect]:
    """Return the defects of a page: what axe finds, with nothing excluded; content wider than the page; layout shifts
    while it loads."""
    page.add_init_script(_COUNT_SHIFTS)  # added again by each call, without effect after the first
    page.goto(address)
    settled(page)
    found: list[Defect] = []
    if page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") > 0:
        found.append((address, "wider than the page", []))
    if page.evaluate("shifts") >= 0.1:
        found.append((address, "jumps", []))
    return found + [(address, name, nodes) for name, nodes in violations(page)]


def violations(page: Page, but: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
    """Return the rules of axe that the page breaks, each with the elements. `but`: rules that are not checked."""
    page.evaluate(_AXE.read_text(encoding="utf-8"))  # the page's policy allows no script element
    options = {"resultTypes": ["violations"], "rules": {name: {"enabled": False} for name in but}}
    found = page.evaluate("options => axe.run(document, options).then((found) => found.violations)", options)
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found]
