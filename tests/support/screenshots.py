"""Pictures of every tab of the dashboard and of /docs, light and dark, wide and 390 pixels narrow, to be looked at.

python -m tests.support.screenshots FOLDER
"""

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, expect

from fixtures.mock_process import RunningMock, running_mock
from mock_server.dashboard.tabs import TABS
from tests.support.browser import CHROMIUM, PHONE, WIDE, Scheme, chromium
from tests.support.dashboard_accounts import Person, a_team_at_work
from tests.support.dashboard_support import control, shop_a_little

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SIZES = {"wide": WIDE, "narrow": PHONE}
REFERENCE = "/docs"
TOKEN = "opens-nothing-at-all"


def pages(mock: RunningMock) -> Iterator[tuple[str, str]]:
    """Yield (name, address) of each tab, and of pages with something selected."""
    yield from ((tab.name, tab.address) for tab in TABS)
    refused = next(each for each in reversed(control(mock, "GET", "/journal")["exchanges"]) if each["lint"])
    yield "requests-chosen", f"/ui/requests?id={refused['id']}"
    yield "catalogue-item", "/ui/catalogue?item_id=prod_1"
    yield "catalogue-user", "/ui/catalogue?user_id=user_1"
    yield "funnel-empty", "/ui/funnel?tenant_id=acme-books"
    yield "docs", REFERENCE
    yield "no-organisation", "/?tenant_id=nobody"


def account_pages(mock: RunningMock) -> Iterator[tuple[Person, list[tuple[str, str]]]]:
    """Yield each person, and (name, address) of the pages to show to them."""
    ada, _, eve, tenant_id = a_team_at_work(mock)
    names = ("team", "developer-access", "upload")
    inside = [(name, f"/ui/{name}?tenant_id={tenant_id}") for name in names]
    upload_id = ada.ask("GET", f"/organisations/{tenant_id}/uploads")["uploads"][0]["upload_id"]
    chosen = ("upload-chosen", f"/ui/upload?tenant_id={tenant_id}&id={upload_id}")
    development = ("developer-access-development", "/ui/developer-access?tenant_id=glow-beauty-ng")
    control(mock, "POST", "/organisations/glow-beauty-ng/members", {"email": "ada@shop.test", "role": "DEVELOPER"})
    outside = ("team-outside", "/ui/team?tenant_id=acme-books")
    yield ada, [*((f"{name}-owner", address) for name, address in inside), chosen, development, outside]
    yield eve, [(f"{name}-member", address) for name, address in inside]


def photograph(
    browser: Browser, url: str, addresses: list[tuple[str, str]], folder: Path, person: Person | None = None
) -> int:
    """Write the pictures as NAME-SCHEME-SIZE.png; return how many. `person`: who is signed in."""
    written = 0
    for scheme, (size, viewport) in itertools.product(SCHEMES, SIZES.items()):
        with browser.new_context(viewport=viewport, color_scheme=scheme, base_url=url) as context:
            page = context.new_page()
            if person is not None:
                person.sign_in(page)
            for name, address in addresses:
                page.goto(address if address == REFERENCE else f"/_mock{address}")
                expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)
                page.wait_for_timeout(300)  # milliseconds, for values that the page reads once a second
                page.screenshot(path=folder / f"{name}-{scheme}-{size}.png", full_page=True)
                written += 1
    return written


def prepare(mock: RunningMock) -> None:
    """Send requests so that each tab shows something."""
    shop_a_little(mock)
    control(mock, "POST", "/faults", {"kind": "latency", "shortest": 0.05, "longest": 0.1, "operation_id": "recommend"})
    control(mock, "PUT", "/scenario", {"name": "slow", "tenant_id": "acme-books"})
    control(mock, "POST", "/snapshots", {"tenant_id": "glow-beauty-ng", "name": "before the sale"})
    control(mock, "POST", "/organisations/glow-beauty-ng/rate-limit/exhaust", {"seconds": 600})


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.screenshots", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    if CHROMIUM is None:
        print("needs Chromium: apt-get install chromium", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        with running_mock("--ingest-delay", "0") as mock:
            prepare(mock)
            written = photograph(browser, mock.url, list(pages(mock)), folder)
            for person, addresses in account_pages(mock):
                written += photograph(browser, mock.url, addresses, folder, person)
        with running_mock("--control-token", TOKEN, "--seed-data", "none") as mock:
            written += photograph(browser, mock.url, [("sign-in", "/")], folder)
    print(f"{written} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
