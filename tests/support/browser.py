"""Debian's Chromium, as every test with a page uses it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

# The shell is Chromium without windows: the same pages for half of the processor time.
_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
# The address bar's popups are pages of their own, drawn anew for each window: more work than all that a test looks at.
_LEFT_OUT = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"]
# What Playwright leaves out too; Chromium heeds only the last list that it is given.
_LEFT_OUT += ["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "OptimizationHints", "NetworkTimeServiceQuerying"]
_LEFT_OUT += ["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding", "LensOverlay"]
_LEFT_OUT += ["MediaRouter", "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"]
_LEFT_OUT += ["PreconnectToSearch", "AimEnabled"]
ARGUMENTS += [f"--disable-features={','.join(_LEFT_OUT)}"]

Scheme = Literal["light", "dark"]
WIDE: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
NARROWEST: ViewportSize = {"width": 360, "height": 740}

# Wide and light is looked at with every change, the rest with the slow tests.
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
