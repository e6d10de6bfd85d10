"""The search box, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Catalog
from tests.e2e.conftest import NewPage
from tests.e2e.reading import home_of, items_of

FIRST = 10


def search(page: Page, words: str) -> list[str]:
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"“{words}”")
    return items_of(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])
@pytest.mark.parametrize(("language", "title"), [("en", "Interstellar"), ("zh-Hans", "星际穿越")])
def test_science_fiction_in_space_has_interstellar_among_the_first(
    new_page: NewPage, showcase: Catalog, language: str, title: str, javascript: bool
) -> None:
    page = new_page(locale=language, java_script_enabled=javascript)
    page.goto(home_of(showcase.slug))
    assert "film-interstellar" in search(page, "科幻太空")[:FIRST]
    expect(page.get_by_role("link", name=title, exact=True)).to_be_visible()


def test_words_of_either_language_find_a_work_in_both(page: Page, showcase: Catalog) -> None:
    page.goto(f"{home_of(showcase.slug)}search")
    for words in ("interstel", "Nolan", "星际", "诺兰", "星"):
        assert "film-interstellar" in search(page, words)[:FIRST], words


def test_nothing_found_says_what_to_do(page: Page, bare: Catalog) -> None:
    page.goto(f"{home_of(bare.slug)}search?q=qxqxq")
    expect(page.get_by_role("main")).to_contain_text("Try fewer or other words")
    page.get_by_role("link", name="See recommendations instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like next?")
