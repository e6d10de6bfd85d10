"""axe finds nothing against WCAG 2.2 AA on any page, in both languages, light and dark, on a phone and on a desktop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.base import AXE_SCRIPT as AXE
from django.template.loader import render_to_string
from playwright.sync_api import Page

from benchmarks.page_places import Place, become_known, known_places, newcomers_places, operators_places
from benchmarks.page_steering import steer
from catalog.models import Catalog
from tests.e2e.conftest import NewPage
from tests.e2e.reading import home_of
from tests.recommender.trained import Clusters

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}
# What colours alone can break is looked at in the dark, too; the rest of a page is the same there.
RULES_OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
LEAST_CONTRAST_OF_LARGE_LETTERS = 3.0
LOOKS: list[Any] = [
    pytest.param({"locale": "en", "viewport": {"width": 1280, "height": 900}}, id="english-desktop"),
    pytest.param({"locale": "zh-Hans", "viewport": {"width": 390, "height": 844}}, id="chinese-phone"),
]


@pytest.fixture(scope="module")
def steered(showcase: Catalog) -> Catalog:
    """An operator has been at work, so that there is something to compare."""
    steer(showcase)
    return showcase


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    return new_page(**request.param)


def faults_of(page: Page) -> Iterator[str]:
    page.evaluate(AXE)
    yield from _faults(page, "light", RULES)
    yield from _faults(page, "dark", RULES_OF_COLOURS)


def _faults(page: Page, scheme: Literal["light", "dark"], rules: dict[str, Any]) -> Iterator[str]:
    page.emulate_media(color_scheme=scheme)
    found = page.evaluate("options => axe.run(options)", {"runOnly": rules, "resultTypes": ["violations"]})
    for violation in found["violations"]:
        for node in violation["nodes"]:
            yield f"{page.url} ({scheme}) {violation['id']}: {node['target']} {node['html'][:200]}"


def faults_at(page: Page, places: list[Place]) -> list[str]:
    faults: list[str] = []
    for place in places:
        page.goto(place.path)
        faults += faults_of(page)
    return faults


def test_pages_of_a_newcomer(look: Page, showcase: Catalog, bare: Catalog) -> None:
    places = [
        *newcomers_places(showcase.slug),
        Place("search-nothing", f"{home_of(bare.slug)}search?q=qxqxq"),
        Place("nearly-empty", home_of(bare.slug)),
    ]
    assert faults_at(look, places) == []


def test_pages_of_somebody_known(look: Page, address: str, showcase: Catalog) -> None:
    become_known(look, address, showcase.slug)
    assert faults_at(look, known_places(look, address, showcase.slug)) == []
    look.goto(home_of(showcase.slug))
    look.locator("button[value=dislike]").first.click()
    look.locator("form.gone").wait_for()
    assert list(faults_of(look)) == []


@pytest.mark.parametrize(("template", "status"), [("page.html", 503), ("locked_out.html", 429)])
def test_pages_of_errors(look: Page, template: str, status: int) -> None:
    facts = {"status": status, "heading": "GENRE is resting", "sentence": "Try again in a moment."}
    html = render_to_string(f"errors/{template}", facts)
    look.route("**/broken", lambda route: route.fulfill(status=status, content_type="text/html", body=html))
    assert faults_at(look, [Place("broken", "/broken")]) == []


def test_pages_of_the_admin(operators_page: Page, steered: Catalog) -> None:
    assert faults_at(operators_page, operators_places(steered)) == []


def test_what_is_wrong_is_found(page: Page, clusters: Clusters) -> None:
    """Else these tests could pass by looking at nothing."""
    page.goto(home_of(clusters.catalog.slug))
    page.evaluate("document.querySelector('#search-words').previousElementSibling.remove()")
    page.evaluate("document.querySelector('#search-words').removeAttribute('placeholder')")
    page.evaluate("document.querySelector('.lead').style.color = 'gray'")
    page.evaluate("document.querySelector('.lead').style.background = 'darkgray'")
    found = "\n".join(faults_of(page))
    assert "(light) label:" in found
    assert "(light) color-contrast:" in found
    assert "(dark) color-contrast:" in found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_of_covers_can_be_read(page: Page, showcase: Catalog, scheme: Literal["light", "dark"]) -> None:
    """axe cannot tell what is behind them."""
    page.emulate_media(color_scheme=scheme)
    page.goto(home_of(showcase.slug))
    colours = page.locator(".cover").evaluate_all(
        "covers => covers.map(cover => [getComputedStyle(cover.querySelector('text')).fill,"
        " getComputedStyle(cover).backgroundColor])"
    )
    pairs = {(letters, ground) for letters, ground in colours}
    assert len(pairs) > 1
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < LEAST_CONTRAST_OF_LARGE_LETTERS} == {}


def contrast(first: str, second: str) -> float:
    """Of two CSS colours (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
