"""What the buttons of a card do, with JavaScript and without."""

from __future__ import annotations

from collections import Counter

from playwright.sync_api import Page, expect

from tests.e2e.reading import card_of, expect_announced, first_list, home_of, items_of
from tests.recommender.trained import Clusters


def test_like_changes_the_next_list_and_undo_brings_the_former_one_back(either_page: Page, clusters: Clusters) -> None:
    page, home = either_page, home_of(clusters.catalog.slug)
    page.goto(home)
    popular = first_list(page)
    liked = popular[0]
    title = liked.replace("-", " ")
    like = card_of(page, liked).get_by_role("button", name=f"Like “{title}”", exact=True)
    expect(like).to_have_attribute("aria-pressed", "false")
    like.click()
    expect_announced(page, f"You like “{title}”: your lists follow.")
    page.get_by_role("link", name="Show my new list").click()
    expect(page.get_by_role("heading", name=f"Because you liked “{title}”")).to_be_visible()
    personal = first_list(page)
    assert personal != popular
    assert liked not in items_of(page)

    page.goto(f"{home}items/{liked}")
    # Pressed again, the button takes back.
    pressed = page.get_by_role("button", name=f"Like “{title}”", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true")
    pressed.click()
    expect_announced(page, "Taken back: your lists are made without it.")
    page.goto(home)
    assert first_list(page) == popular


def test_undo_of_the_announcement_takes_back_at_once(either_page: Page, clusters: Clusters) -> None:
    page = either_page
    page.goto(home_of(clusters.catalog.slug))
    refused = first_list(page)[0]
    title = refused.replace("-", " ")
    card_of(page, refused).get_by_role("button", name=f"Not for me: “{title}”").click()
    expect_announced(page, f"“{title}” is not for you")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect_announced(page, "Taken back: your lists are made without it.")
    page.reload()
    assert refused in first_list(page)
    again = card_of(page, refused).get_by_role("button", name=f"Not for me: “{title}”")
    expect(again).to_have_attribute("aria-pressed", "false")


def test_disliked_item_never_returns(either_page: Page, clusters: Clusters) -> None:
    """Nor anywhere in the whole list, which shows everything else, and nothing twice."""
    page, home = either_page, home_of(clusters.catalog.slug)
    page.goto(home)
    first = first_list(page)
    refused, hidden = first[0], first[1]
    card_of(page, refused).get_by_role("button", name="Not for me").click()
    expect_announced(page, "is not for you")
    card_of(page, hidden).get_by_role("button", name="Not interested").click()
    expect_announced(page, "will not come back")
    page.goto(home)
    shown = items_of(page)
    while (more := page.get_by_role("link", name="Load more")).count():
        before = page.locator(".card").count()
        on_one_page = page.locator("#cards-for-you").count() and "/more" not in page.url
        asked = more.get_attribute("href")
        more.click()
        expect(page.locator(f"#more a[href='{asked}']")).to_have_count(0)
        shown += items_of(page)[before:] if on_one_page and "/more" not in page.url else items_of(page)
    expect(page.get_by_text("That is the whole list.")).to_be_visible()
    everything = {item.external_id for items in clusters.items.values() for item in items}
    assert [item_id for item_id, times in Counter(shown).items() if times > 1] == []
    assert set(shown) == everything - {refused, hidden}


def test_saved_item_is_in_the_profile(page: Page, clusters: Clusters) -> None:
    home = home_of(clusters.catalog.slug)
    page.goto(home)
    saved = first_list(page)[2]
    title = saved.replace("-", " ")
    card_of(page, saved).get_by_role("button", name=f"Save “{title}”").click()
    expect_announced(page, f"“{title}” is saved in your profile.")
    page.get_by_role("link", name="My profile").click()
    expect(page.get_by_role("region", name="Saved")).to_contain_text(title)


def test_the_button_keeps_the_focus_when_its_controls_are_made_anew(page: Page, clusters: Clusters) -> None:
    page.goto(home_of(clusters.catalog.slug))
    liked = first_list(page)[0]
    button = card_of(page, liked).locator("button[value=like]")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
