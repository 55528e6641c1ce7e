"""The reference page in Chromium: whoever registers there is signed in for the operations that take a token."""

from playwright.sync_api import Page, expect

from bench.mock import running_mock
from tests.browser import WIDE, chromium, needs_chromium

PATIENCE = 30_000  # milliseconds


def execute(page: Page, operation_id: str) -> None:
    """Open the operation and send its example."""
    operation = page.locator(f"#operations-Accounts-{operation_id}")
    operation.locator(".opblock-summary-control").click(timeout=PATIENCE)
    operation.get_by_role("button", name="Execute").click(timeout=PATIENCE)


@needs_chromium
def test_whoever_registers_on_the_reference_page_is_signed_in_there() -> None:
    with running_mock() as mock, chromium() as browser:
        page = browser.new_page(viewport=WIDE)
        page.goto(f"{mock.url}/docs")
        execute(page, "register")
        answer = page.locator("#operations-Accounts-register .live-responses-table .response-col_status").nth(1)
        expect(answer).to_contain_text("201", timeout=PATIENCE)
        execute(page, "readAccount")
        account = page.locator("#operations-Accounts-readAccount .live-responses-table")
        expect(account).to_contain_text("ada@shop.test", timeout=PATIENCE)
        page.close()
