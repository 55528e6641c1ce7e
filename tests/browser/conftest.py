"""Fixtures for all browser tests."""

from playwright.sync_api import expect

expect.set_options(timeout=30_000)  # milliseconds: a busy machine renders slowly
