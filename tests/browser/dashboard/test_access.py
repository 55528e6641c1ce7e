"""A dashboard that other machines can reach needs the token; with many organisations the menu becomes a search."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from fixtures.mock_process import RunningMock, running_mock
from tests.support.browser import needs_chromium

pytestmark = needs_chromium
TOKEN = "s3cret & <b>token</b>"


@pytest.fixture(scope="module")
def mock() -> Iterator[RunningMock]:
    with running_mock("--control-token", TOKEN, "--orgs", "300", "--seed-data", "none") as mock:
        yield mock


@pytest.fixture
def page(browser: Browser, mock: RunningMock) -> Iterator[Page]:
    """A browser without cookies. Fails the test if any requested URL contains the token."""
    addresses: list[str] = []
    with browser.new_context(base_url=mock.url) as context:
        page = context.new_page()
        page.on("request", lambda request: addresses.append(request.url))
        yield page
    assert [address for address in addresses if "s3cret" in address] == []


def test_after_signing_in_with_the_token_the_requested_page_opens(page: Page) -> None:
    page.goto("/_mock/ui/clock?tenant_id=org-003")
    token = page.get_by_label("Control token")
    expect(token).to_be_focused()
    token.fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not the control token")
    token.fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Clock")).to_be_visible()
    expect(page.get_by_label("Organisation").first).to_have_value("org-003")
    expect(page.locator("#now")).to_contain_text("UTC")
    cookies = page.context.cookies()
    assert [(each["httpOnly"], each["sameSite"], each["path"]) for each in cookies] == [(True, "Strict", "/_mock")]
    assert "s3cret" not in cookies[0]["value"]
    page.get_by_role("link", name="Live requests").click()
    expect(page.locator("#stream")).to_have_text("live")


def test_a_page_whose_session_has_ended_asks_for_the_token_again(page: Page) -> None:
    page.goto("/_mock/#token=s3cret%20%26%20%3Cb%3Etoken%3C%2Fb%3E")
    expect(page.locator("#limit-remaining")).to_have_text("1,000")
    page.context.clear_cookies()
    expect(page.get_by_label("Control token")).to_be_visible()


def test_the_printed_link_opens_the_page_and_the_token_does_not_stay_in_the_url(page: Page) -> None:
    page.goto("/_mock/#token=s3cret%20%26%20%3Cb%3Etoken%3C%2Fb%3E")
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert page.url.endswith("/_mock/")
    page.go_back()
    assert "s3cret" not in page.url


def test_many_organisations_are_found_by_a_part_of_their_name(page: Page) -> None:
    page.goto("/_mock/#token=s3cret%20%26%20%3Cb%3Etoken%3C%2Fb%3E")
    switcher = page.get_by_label("Organisation", exact=True)
    expect(switcher).to_have_value("glow-beauty-ng")
    switcher.fill("g-29")
    offered = page.locator("#organisation-names option")
    expect(offered).to_have_count(10)
    expect(offered.first).to_have_attribute("value", "org-290")
    switcher.fill("org-297")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keys of org-297")).to_be_visible()
    expect(page.locator("#count-items")).to_have_text("0")
    page.get_by_label("Organisation", exact=True).fill("nobody")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="There is no organisation")).to_be_visible()
