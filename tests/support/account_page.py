"""The two forms of the page for users who are not signed in."""

from playwright.sync_api import Page


def fill_in(page: Page, form: str, **fields: str) -> None:
    """Fill and send one of the two forms."""
    for name, value in fields.items():
        page.locator(f"#{form}-{name}").fill(value)
    page.locator(f"#{form}").get_by_role("button").click()
