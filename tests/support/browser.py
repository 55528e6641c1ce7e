"""Starts Debian's Chromium for every test that opens a page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

# The headless shell renders the same pages in half of the processor time.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
# Chromium renders the address bar's popups as pages for every new window, which costs more than the tests' own pages.
_LEFT_OUT = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"]
# Features that Playwright disables too; repeated here because Chromium obeys only the last list.
_LEFT_OUT += ["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "OptimizationHints", "NetworkTimeServiceQuerying"]
_LEFT_OUT += ["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding", "LensOverlay"]
_LEFT_OUT += ["MediaRouter", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"]
_LEFT_OUT += ["PreconnectToSearch", "AimEnabled"]
ARGUMENTS += [f"--disable-features={','.join(_LEFT_OUT)}"]

Scheme = Literal["light", "dark"]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROWEST: ViewportSize = {"width": 360, "height": 740}

# A wide window in light colours is tested with every change, the others with the slow tests.
LOOKS = [
    pytest.param("light", WIDE, id="light-1280"),
    *(
        pytest.param(scheme, size, id=f"{scheme}-{size['width']}", marks=pytest.mark.slow)
        for scheme, size in (("dark", WIDE), ("light", PHONE), ("dark", PHONE), ("light", NARROWEST))
    ),
]

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
        yield browser
        browser.close()
