"""Fills in the two forms that the page shows to users who are not signed in."""

from playwright.sync_api import Page


def fill_in(page: Page, form: str, **fields: str) -> None:
    """Fill in and submit one of the two forms."""
    for name, value in fields.items():
        page.locator(f"#{form}-{name}").fill(value)
    page.locator(f"#{form}").get_by_role("button").click()
