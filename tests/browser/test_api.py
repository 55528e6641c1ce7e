"""In a real browser: a shop's page on another origin than the mock, and the reference page."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from fixtures.bodies import event_body
from fixtures.mock_process import RunningMock, running_mock
from fixtures.spec import load_spec
from tests.support.sites import EmptyPage, serving

RATE_LIMIT = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]
ASK = """async ([url, init, names]) => {
  const response = await fetch(url, init);
  const headers = Object.fromEntries(names.map((name) => [name, response.headers.get(name)]));
  return {status: response.status, headers, body: await response.json()};
}"""


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    """Return the origin of the shop's site."""
    with serving(EmptyPage) as origin:
        yield origin


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--ingest-delay", "0", "--rate-limit", "20/15m") as mock:
        yield mock


@pytest.fixture
def page(browser: Browser, mock: RunningMock) -> Iterator[Page]:
    """A new page; the quota is full."""
    control(mock, "reset")
    context = browser.new_context(viewport={"width": 1280, "height": 1024})
    yield context.new_page()
    context.close()


def control(mock: RunningMock, call: str) -> None:
    """Call the control plane for all organisations."""
    headers = {"X-Mock-Control": "1"}
    httpx.post(f"{mock.url}/_mock/{call}", json={"all": True}, headers=headers).raise_for_status()


def ask(page: Page, mock: RunningMock, key: str, body: str = '{"user_id": "user_1"}', **init: Any) -> dict[str, Any]:
    """Return what JavaScript on the shop's page can read of the mock's response."""
    headers = {"X-API-KEY": key, "Content-Type": "application/json"}
    init = {"method": "POST", "headers": headers, "body": body} | init
    path = init.pop("path", "/v1/recommend")
    answer = page.evaluate(ASK, [f"{mock.url}{path}", init, [*RATE_LIMIT, "Retry-After"]])
    return dict(answer)


def test_a_page_of_another_origin_reads_recommendations_and_their_rate_limit(
    page: Page, shop: str, mock: RunningMock
) -> None:
    methods: list[str] = []
    page.goto(shop)
    session = page.context.new_cdp_session(page)  # Playwright hides preflights, the DevTools protocol doesn't
    session.on("Network.requestWillBeSent", lambda sent: methods.append(sent["request"]["method"]))
    session.send("Network.enable")
    first, second = (ask(page, mock, mock.publishable_key) for _ in range(2))
    assert first["status"] == 200
    assert len(first["body"]["data"]["results"]) == 20
    assert [first["headers"][name] for name in RATE_LIMIT] == ["20", "19", "900"]
    assert second["headers"]["RateLimit-Remaining"] == "18", "a preflight costs nothing"
    assert (methods.count("OPTIONS"), methods.count("POST")) == (1, 2), "one preflight is remembered for both"


@pytest.mark.parametrize(
    ("key", "request_", "status"),
    [
        ("publishable_key", {"body": "{"}, 400),
        ("publishable_key", {"body": "{}"}, 422),
        ("publishable_key", {"path": "/v1/ingest/items/upsert"}, 403),
        ("publishable_key", {"path": "/v1/nothing"}, 404),
        ("publishable_key", {"method": "PUT"}, 405),
        (None, {}, 401),
    ],
)
def test_a_page_can_read_errors_with_their_rate_limit(
    page: Page, shop: str, mock: RunningMock, key: str | None, request_: dict[str, str], status: int
) -> None:
    page.goto(shop)
    answer = ask(page, mock, getattr(mock, key) if key else "lehnz_pk_unknown", **request_)
    assert answer["status"] == status
    assert answer["body"]["success"] is False
    assert [name for name in RATE_LIMIT if not answer["headers"][name]] == []


def test_a_page_can_read_when_to_retry_after_a_429(page: Page, shop: str, mock: RunningMock) -> None:
    page.goto(shop)
    for _ in range(20):
        httpx.post(f"{mock.url}/v1/recommend", json={"user_id": "user_1"}, headers={"X-API-KEY": mock.publishable_key})
    answer = ask(page, mock, mock.publishable_key)
    assert answer["status"] == 429
    assert answer["headers"]["RateLimit-Remaining"] == "0"
    assert answer["headers"]["Retry-After"] == answer["headers"]["RateLimit-Reset"]
    assert 890 <= int(answer["headers"]["Retry-After"]) <= 900


def test_an_event_that_is_sent_while_the_page_unloads_arrives(page: Page, shop: str, mock: RunningMock) -> None:
    def mode() -> str:
        body = {"strategy": "recently-viewed", "user_id": "leaving"}
        response = httpx.post(f"{mock.url}/v1/recommend", json=body, headers={"X-API-KEY": mock.publishable_key})
        return str(response.json()["data"]["mode"])

    assert mode() == "fallback"
    page.goto(shop)
    page.evaluate(
        """([url, key, event]) => addEventListener("pagehide", () => fetch(url, {
          method: "POST",
          keepalive: true,
          headers: {"X-API-KEY": key, "Content-Type": "application/json"},
          body: JSON.stringify(event),
        }))""",
        [f"{mock.url}/v1/ingest/events/ingest", mock.publishable_key, event_body("view", "leaving", "prod_1")],
    )
    page.goto("about:blank")
    for _ in range(50):
        if mode() == "behavioral":
            return
        page.wait_for_timeout(50)
        control(mock, "flush")
    pytest.fail("the event never arrived")


def test_a_page_cant_read_or_use_the_control_plane(page: Page, shop: str, mock: RunningMock) -> None:
    page.goto(shop)
    for init in ({}, {"method": "POST"}, {"method": "POST", "headers": {"X-Mock-Control": "1"}}):
        call = "health" if not init else "reset"
        failed = page.evaluate(
            "([url, init]) => fetch(url, init).then(() => null, (error) => error.name)",
            [f"{mock.url}/_mock/{call}", init],
        )
        assert failed == "TypeError"


def test_the_reference_page_sends_an_operation_with_the_keys_filled_in(page: Page, mock: RunningMock) -> None:
    complaints: list[str] = []
    addresses: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(f"{mock.url}/docs")

    def execute(summary: str, status: str) -> Locator:
        block = page.locator(".opblock").filter(has=page.get_by_text(summary, exact=True))
        expect(block).to_be_visible()  # the page is empty while it loads another description
        if "is-open" not in (block.get_attribute("class") or "").split():
            block.locator(".opblock-summary-control").click()
        block.get_by_role("button", name="Execute").click()
        answer = block.locator(".live-responses-table")
        expect(answer.locator(".response-col_status").nth(1)).to_have_text(status)
        return answer

    expect(page.locator(".opblock")).to_have_count(len(load_spec().operations))
    expect(page.get_by_role("heading", name="lehnz recommendation API")).to_be_visible()
    expect(execute("Recommend items", "200")).to_contain_text('"tenant_id": "glow-beauty-ng"')
    execute("Upsert items (first edition)", "202")

    page.get_by_role("combobox", name="Organisation").select_option("acme-books")
    expect(page.locator("#secret-key")).to_contain_text("lehnz_sk_dev_acme_books_")
    expect(execute("Recommend items", "200")).to_contain_text('"tenant_id": "acme-books"')

    assert complaints == []
    assert [address for address in addresses if not address.startswith((mock.url, "data:", "blob:"))] == []


def test_registering_on_the_reference_page_signs_in_there(page: Page, mock: RunningMock) -> None:
    page.goto(f"{mock.url}/docs")

    def execute(tag: str, operation_id: str) -> Locator:
        """Open the operation on the page and send its example."""
        operation = page.locator(f"#operations-{tag}-{operation_id}")
        operation.locator(".opblock-summary-control").click()
        operation.get_by_role("button", name="Execute").click()
        return operation.locator(".live-responses-table")

    expect(execute("Accounts", "register").locator(".response-col_status").nth(1)).to_contain_text("201")
    page.get_by_role("combobox", name="Contract").select_option("Account operations (ours)")
    expect(page.get_by_role("heading", name="lehnz mock, account operations")).to_be_visible()
    expect(page.locator(".opblock")).to_have_count(17)
    expect(execute("Account", "readAccount")).to_contain_text("ada@shop.test")
