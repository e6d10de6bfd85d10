"""The site by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.reading import card_of, expect_announced, expect_settled, first_list, home_of, items_of
from tests.recommender.trained import Clusters

# More stops than a page has.
MOST_STOPS = 600


def tab_to(page: Page, wanted: Locator, *, key: str = "Tab") -> int:
    """Go on until the focus is there; how many stops it took."""
    for stops in range(1, MOST_STOPS):
        page.keyboard.press(key)
        if wanted.evaluate("element => element === document.activeElement"):
            return stops
    raise AssertionError(f"{key} never reaches {wanted}")


def test_the_skip_link_comes_first_and_leads_past_the_head(page: Page, clusters: Clusters) -> None:
    page.goto(home_of(clusters.catalog.slug))
    skip = page.get_by_role("link", name="Skip to the content")
    assert tab_to(page, skip) == 1
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    inside = page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert inside is True


def test_a_card_is_liked_and_the_like_undone(page: Page, clusters: Clusters) -> None:
    page.goto(home_of(clusters.catalog.slug))
    card = card_of(page, first_list(page)[0])
    like, dislike = card.locator("button[value=like]"), card.locator("button[value=dislike]")
    tab_to(page, card.locator(".title a"))
    tab_to(page, like)
    page.keyboard.press("Space")
    expect(like).to_have_attribute("aria-pressed", "true")
    expect_announced(page, "You like")
    page.keyboard.press("Space")
    expect(like).to_have_attribute("aria-pressed", "false")
    expect_announced(page, "Taken back")

    tab_to(page, dislike)
    page.keyboard.press("Enter")
    # The card is gone, and the focus is where it can be brought back.
    undo = card.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    expect_settled(page)
    page.keyboard.press("Enter")
    expect(dislike).to_be_focused()
    expect(dislike).to_have_attribute("aria-pressed", "false")


def test_the_list_goes_on_where_it_was_left(page: Page, clusters: Clusters) -> None:
    page.goto(home_of(clusters.catalog.slug))
    before = first_list(page)
    tab_to(page, page.get_by_role("link", name="Load more"))
    page.keyboard.press("Enter")
    expect(page.locator("#cards-for-you .card")).to_have_count(2 * len(before))
    new = first_list(page)[len(before)]
    expect(card_of(page, new).locator(".title a")).to_be_focused()


def test_a_search_is_made_and_a_result_opened(page: Page, clusters: Clusters) -> None:
    page.goto(home_of(clusters.catalog.slug))
    tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type("kitchen 3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("kitchen 3")
    assert items_of(page)[0] == "kitchen-3"
    tab_to(page, card_of(page, "kitchen-3").locator(".title a"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("kitchen 3")


def test_every_stop_shows_that_it_has_the_focus(page: Page, clusters: Clusters) -> None:
    page.goto(home_of(clusters.catalog.slug))
    outlined = "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
    for _stop in range(20):
        page.keyboard.press("Tab")
        assert page.evaluate(outlined) is True, page.evaluate("document.activeElement.outerHTML")
