"""What tests read from a page of the site."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from playwright.sync_api import Locator, Page, expect

from catalog.models import Item


def home_of(catalog: str) -> str:
    return f"/c/{catalog}/"


def items_of(place: Page | Locator) -> list[str]:
    """The identifiers of the items on the page, or of a part of it, in their order."""
    links = place.locator(".card .title a")
    addresses = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [unquote(str(address).rsplit("/items/", 1)[1]) for address in addresses]


def first_list(page: Page) -> list[str]:
    """The items of the first row of the home page."""
    return items_of(page.locator("#cards-for-you"))


def card_of(page: Page, item_id: str) -> Locator:
    return page.locator(f".card:has(.title a[href$='/items/{item_id}'])")


def expect_announced(page: Page, sentence: str) -> None:
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()
    expect_settled(page)


def expect_settled(page: Page) -> None:
    """htmx has taken in what it put into the page, a moment after it is there to be seen."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-added, .htmx-settling")).to_have_count(0)


def in_category(item_ids: Sequence[str], category: str) -> list[str]:
    found = Item.objects.filter(external_id__in=item_ids, categories__contains=[category])
    fitting = set(found.values_list("external_id", flat=True))
    return [item_id for item_id in item_ids if item_id in fitting]
