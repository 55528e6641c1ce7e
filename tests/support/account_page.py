"""The two forms of somebody who is not signed in."""

from playwright.sync_api import Page


def fill_in(page: Page, form: str, **fields: str) -> None:
    """Fill and send one of the two forms of somebody who is not signed in."""
    for name, value in fields.items():
        page.locator(f"#{form}-{name}").fill(value)
    page.locator(f"#{form}").get_by_role("button").click()
