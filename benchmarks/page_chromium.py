"""Chromium for a bench: the one that the browser tests would take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from genre_site.cli.chromium import WHAT_TO_DO, ensure_chromium, find_chromium


@contextmanager
def chromium() -> Iterator[Browser]:
    path = find_chromium() or ensure_chromium()
    if path is None:
        raise SystemExit(f"No Chromium runs here: {WHAT_TO_DO}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        try:
            yield browser
        finally:
            browser.close()
