"""The first screen of the HTML report, on a phone and a desktop, light and dark."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.catalogue import load_catalogue
from contracts.options import read_arguments
from contracts.report import html
from contracts.session import judge
from contracts.settings import settings_of
from tests.support.browser import PHONE, WIDE, Scheme, needs_chromium
from tests.support.dashboard_support import needs_axe, violations
from tests.support.mock_beside import mock_beside

pytestmark = [needs_chromium, pytest.mark.slow]
ODD = "\x1b[31m\n::error::<img src=http://127.0.0.1:9/x>"


def odd_messages(app: ASGIApp) -> ASGIApp:
    """Turn every 400 into a 202, so that the report has failures."""

    async def layer(scope: Scope, receive: Receive, send: Send) -> None:
        async def tamper(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 400:
                message = {**message, "status": 202}
            await send(message)

        await app(scope, receive, tamper if scope["type"] == "http" else send)

    return layer


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, catalogue = tmp_path_factory.mktemp("report"), load_catalogue()
    with mock_beside(around=odd_messages) as broken:
        options = ["--keys-file", str(broken.write_keys(folder)), "--profile", "quick", "--no-generated"]
        report = judge(settings_of(read_arguments(options), catalogue, {}), catalogue, lambda _: None)
    report.notes.append(ODD)
    file = folder / "report.html"
    file.write_text(html.text(report), encoding="utf-8")
    return file


@pytest.mark.parametrize("size", [PHONE, WIDE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_says_what_is_broken(
    browser: Browser, page_file: Path, size: ViewportSize, scheme: Scheme
) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for text in ("Fails: ", "What is broken"):
        box = page.get_by_text(text, exact=False).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < size["height"]
    first = page.locator(".causes li").first
    box = first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < size["height"]
    target = first.locator("a").get_attribute("href") or ""
    assert page.locator(target).count() == 1
    assert "\\u001b" in page.inner_text("header")
    assert asked == [page_file.as_uri()]
    page.close()


@needs_axe
@pytest.mark.parametrize("size", [PHONE, WIDE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_is_accessible(browser: Browser, page_file: Path, size: ViewportSize, scheme: Scheme) -> None:
    page = browser.new_page(viewport=size, color_scheme=scheme)
    page.goto(page_file.as_uri())
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert violations(page) == []
    page.close()
