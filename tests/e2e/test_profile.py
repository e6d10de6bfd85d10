"""What a visitor sees and changes of what is known of them."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from catalog.models import Catalog
from tests.e2e.reading import expect_announced, first_list, home_of, in_category
from tests.recommender.trained import Clusters

ASKED, FITTING = 10, 6
WORDS = {"Classical": "Classical music, piano and symphonies", "Science fiction": "科幻小说，太空"}


def like(page: Page, home: str, item_id: str) -> None:
    page.goto(f"{home}items/{item_id}")
    title = item_id.replace("-", " ")
    page.get_by_role("button", name=f"Like “{title}”", exact=True).click()
    expect_announced(page, f"You like “{title}”")


def test_removal_from_the_history_changes_the_next_list(either_page: Page, clusters: Clusters) -> None:
    page, home = either_page, home_of(clusters.catalog.slug)
    like(page, home, "orbit-1")
    page.goto(home)
    of_orbit_alone = first_list(page)
    like(page, home, "kitchen-1")
    page.goto(home)
    of_both = first_list(page)
    assert len(in_category(of_both, "kitchen")) > len(in_category(of_orbit_alone, "kitchen"))

    page.get_by_role("link", name="My profile").click()
    page.get_by_role("button", name="Remove “kitchen 1”").click()
    expect(page.locator("#history")).not_to_contain_text("kitchen 1")
    page.goto(home)
    assert first_list(page) == of_orbit_alone


def test_why_names_the_history_and_removes_from_it(either_page: Page, clusters: Clusters) -> None:
    page, home = either_page, home_of(clusters.catalog.slug)
    like(page, home, "harbour-1")
    page.goto(home)
    page.locator(".card a.why").first.click()
    expect(page.get_by_role("heading", name="The history behind it")).to_be_visible()
    page.get_by_role("button", name="Remove “harbour 1”").click()
    expect(page.get_by_text("Something of the history was removed").first).to_be_visible()
    expect(page.get_by_role("button", name="Remove “harbour 1”")).to_have_count(0)
    page.goto(home)
    expect(page.get_by_role("heading", name="GENRE does not know you yet")).to_be_visible()


def test_own_words_change_the_next_list(either_page: Page, showcase: Catalog) -> None:
    page, home = either_page, home_of(showcase.slug)
    page.goto(home)
    popular = first_list(page)[:ASKED]
    assert len(in_category(popular, "Classical")) < FITTING
    for category, words in {
        "Classical": "Classical music, piano, symphonies",
        "Science fiction": "科幻小说，太空",
    }.items():
        page.get_by_role("link", name="My profile").click()
        page.get_by_role("textbox", name="In your own words").fill(words)
        page.get_by_role("main").get_by_role("button", name="Save").first.click()
        expect(page.get_by_role("status")).not_to_be_empty()
        page.goto(home)
        shown = first_list(page)[:ASKED]
        assert len(in_category(shown, category)) >= FITTING, shown


def test_personalisation_can_be_switched_off_and_on(page: Page, clusters: Clusters) -> None:
    home = home_of(clusters.catalog.slug)
    page.goto(home)
    popular = first_list(page)
    like(page, home, "kitchen-2")
    page.goto(home)
    personal = first_list(page)
    page.get_by_role("link", name="My profile").click()
    page.get_by_role("button", name="Switch personalisation off").click()
    page.goto(home)
    assert set(first_list(page)) <= set(popular)
    page.get_by_role("link", name="My profile").first.click()
    page.get_by_role("button", name="Switch personalisation on").click()
    page.goto(home)
    assert first_list(page) == personal


def test_the_language_is_switched_and_stays(page: Page, showcase: Catalog) -> None:
    page.goto(f"{home_of(showcase.slug)}items/film-interstellar")
    expect(page.get_by_role("heading", level=1)).to_have_text("Interstellar")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("星际穿越")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.goto(home_of(showcase.slug))
    expect(page.get_by_role("heading", level=1)).to_have_text("接下来想看点什么？")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like next?")
