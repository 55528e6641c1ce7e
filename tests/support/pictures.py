"""The pictures of the README, taken from the running product: the dashboard, a suite's report, a load verdict.

python -m tests.support.pictures [docs/pictures]      `make pictures` does this
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, expect

from fixtures.mock_process import running_mock
from tests.support.browser import CHROMIUM, chromium
from tests.support.dashboard_support import control, shop_a_little

ROOT = Path(__file__).parents[2]
SIZE: ViewportSize = {"width": 1280, "height": 800}


def dashboard(browser: Browser, folder: Path) -> None:
    """Show the requests of a shop as they come in, one of them with a finding."""
    with running_mock("--ingest-delay", "0") as mock:
        shop_a_little(mock)
        refused = next(each for each in control(mock, "GET", "/journal")["exchanges"] if each["lint"])
        address = f"{mock.url}/_mock/ui/requests?id={refused['id']}"
        take(browser, address, folder / "dashboard.png")


def suite_report(browser: Browser, folder: Path) -> None:
    """Show the suite's report on a server that accepts a secret key where a publishable one is required."""
    with running_mock("--key-policy", "superset") as mock, tempfile.TemporaryDirectory() as reports:
        html = Path(reports, "report.html")
        options = ["--keys-file", str(mock.keys_file), "--profile", "quick", "--html", str(html)]
        done = run("-m", "contracts", "--target", mock.url, *options)
        if not html.exists():
            raise SystemExit(f"the suite wrote no report:\n{done}")
        take(browser, html.as_uri(), folder / "suite.png")


def load_verdict(browser: Browser, folder: Path) -> None:
    """Show the verdict of a short load run against the mock."""
    with tempfile.TemporaryDirectory() as reports:
        html = Path(reports, "load.html")
        done = run("-m", "load", "latency", "--arrival-rate", "20", "--run-time", "15s", "--slo-html", str(html))
        if not html.exists():
            raise SystemExit(f"the load run wrote no report:\n{done}")
        take(browser, html.as_uri(), folder / "load.png")


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def take(browser: Browser, address: str, path: Path) -> None:
    with browser.new_context(viewport=SIZE, color_scheme="light") as context:
        page = context.new_page()
        page.goto(address)
        expect(page.locator("[aria-busy=true]")).to_have_count(0, timeout=30_000)
        page.wait_for_timeout(500)  # milliseconds, for values that the page reads once a second
        page.screenshot(path=path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.pictures", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=ROOT / "docs/pictures")
    folder: Path = parser.parse_args().folder
    if CHROMIUM is None:
        print("needs Chromium: apt-get install chromium", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for picture in (dashboard, suite_report, load_verdict):
            picture(browser, folder)
            print(f"{picture.__name__}: in {folder}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
