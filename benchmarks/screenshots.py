"""Pictures of every page, phone and desktop, in both languages, light and some dark: `./run bench screenshots FOLDER`.

The whole page each, to be looked through. `--readme` makes the few small ones that stand in docs/images.
"""

from __future__ import annotations

import argparse
import base64
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import django

from benchmarks.page_chromium import chromium
from benchmarks.page_site import ServedSite, served_showcase
from genre_site.cli.showcase import CATALOG

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from benchmarks.page_places import Place

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
LANGUAGES = {"en": "en", "zh": "zh-Hans"}
# Few pages are enough to see whether the dark colours hold.
DARK = frozenset({"home", "why", "profile", "welcome", "admin-overview", "admin-configuration-form"})
WEBP_QUALITY = 82


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    size: str
    language: str
    scheme: Literal["light", "dark"] = "light"

    @property
    def suffix(self) -> str:
        return f"{self.size}-{self.language}" + ("-dark" if self.scheme == "dark" else "")


# Name of the place and look, and the height of the piece that is shown.
README = [
    ("home", Look("desktop", "zh"), 860),
    ("home", Look("phone", "en"), 844),
    ("why", Look("desktop", "en"), 860),
    ("admin-configuration-form", Look("desktop", "en"), 860),
]
LOOKS = [Look(size, language) for size in SIZES for language in LANGUAGES]
DARK_LOOKS = [Look("phone", "zh", "dark"), Look("desktop", "en", "dark")]


def main() -> None:
    parser = argparse.ArgumentParser(prog="./run bench screenshots", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--readme", action="store_true", help="only the few of the README, small")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with served_showcase() as site:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "genre_site.settings")
        django.setup()
        operators = prepare()
        with chromium() as browser:
            shoot = picture_readme if options.readme else picture_all
            for path in shoot(browser, site, operators, options.folder):
                print(path)


def prepare() -> Sequence[Place]:
    """The admin's pages, with something to see on them."""
    # Imported here: these need the settings.
    from benchmarks.page_places import operators_places, simulated_places  # noqa: PLC0415
    from benchmarks.page_steering import steer  # noqa: PLC0415
    from catalog.models import Catalog  # noqa: PLC0415

    catalog = Catalog.objects.get(slug=CATALOG)
    steer(catalog)
    return [*simulated_places(catalog), *operators_places(catalog)]


def picture_all(browser: Browser, site: ServedSite, operators: Sequence[Place], folder: Path) -> Iterator[Path]:
    for look in [*LOOKS, *DARK_LOOKS]:
        for place, page in _visits(browser, site, operators, look):
            if look.scheme == "dark" and place.name not in DARK:
                continue
            _open(page, site, place)
            path = folder / f"{place.name}-{look.suffix}.png"
            page.screenshot(path=path, full_page=True)
            yield path


def picture_readme(browser: Browser, site: ServedSite, operators: Sequence[Place], folder: Path) -> Iterator[Path]:
    for name, look, height in README:
        for place, page in _visits(browser, site, operators, look):
            if place.name != name:
                continue
            page.set_viewport_size({"width": SIZES[look.size][0], "height": height})
            _open(page, site, place)
            path = folder / f"{place.name}-{look.suffix}.webp"
            session = page.context.new_cdp_session(page)
            picture = session.send("Page.captureScreenshot", {"format": "webp", "quality": WEBP_QUALITY})
            path.write_bytes(base64.b64decode(picture["data"]))
            yield path


def _open(page: Page, site: ServedSite, place: Place) -> None:
    page.goto(f"{site.url}{place.path}", wait_until="networkidle")


def _visits(browser: Browser, site: ServedSite, operators: Sequence[Place], look: Look) -> Iterator[tuple[Place, Page]]:
    """Each place with a page in front of it whose visitor may see it."""
    from benchmarks import page_places as places  # noqa: PLC0415 - needs the settings

    with _context(browser, look) as visitor:
        page = visitor.new_page()
        for place in places.newcomers_places(CATALOG):
            yield place, page
        places.become_known(page, site.url, CATALOG)
        for place in places.known_places(page, site.url, CATALOG):
            yield place, page
    with _context(browser, look) as staff:
        page = staff.new_page()
        places.sign_in_operator(page, site.url, site.email, site.password)
        for place in operators:
            yield place, page


def _context(browser: Browser, look: Look) -> BrowserContext:
    width, height = SIZES[look.size]
    return browser.new_context(
        viewport={"width": width, "height": height}, locale=LANGUAGES[look.language], color_scheme=look.scheme
    )


if __name__ == "__main__":
    main()
