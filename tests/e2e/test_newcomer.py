"""From a first look to a list that fits, and on with an account."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from catalog.models import Catalog
from tests.e2e.conftest import PASSWORD, NewPage
from tests.e2e.reading import expect_announced, first_list, home_of, in_category
from tests.recommender.trained import Clusters

CATEGORY, PICKS = "Science fiction", 5
ASKED, FITTING, SHARED = 10, 6, 3


def offered(page: Page, category: str) -> list[str]:
    """What the page offers to choose from, of a category."""
    boxes = page.locator("input[name=item]")
    return in_category([str(box) for box in boxes.evaluate_all("boxes => boxes.map(box => box.value)")], category)


def choose(page: Page, item_ids: list[str]) -> None:
    for item_id in item_ids:
        page.locator(f"input[name=item][value='{item_id}']").check()
    page.get_by_role("button", name="Show my list").click()


def test_newcomer_chooses_works_and_gets_a_list_that_fits(either_page: Page, showcase: Catalog) -> None:
    page = either_page
    page.goto(home_of(showcase.slug))
    popular = first_list(page)
    page.get_by_role("link", name="Say what you like").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Say what you like")
    picks = offered(page, CATEGORY)[:PICKS]
    assert len(picks) == PICKS
    choose(page, picks)

    expect(page.get_by_role("heading", name="For you", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("5 works are noted as liked.")
    shown = first_list(page)[:ASKED]
    assert len(shown) == ASKED
    assert set(shown) & set(picks) == set()
    assert len(in_category(shown, CATEGORY)) >= FITTING, shown
    assert len(set(shown) & set(popular[:ASKED])) <= SHARED


def test_newcomer_may_skip_the_question(page: Page, clusters: Clusters) -> None:
    page.goto(f"{home_of(clusters.catalog.slug)}welcome")
    page.get_by_role("link", name="Skip this").click()
    expect(page.get_by_role("heading", name="Popular now").first).to_be_visible()
    assert len(first_list(page)) > 0


def test_own_words_alone_make_a_list(page: Page, showcase: Catalog) -> None:
    page.goto(f"{home_of(showcase.slug)}welcome")
    page.get_by_label("In your own words").fill("我喜欢科幻和太空")
    page.get_by_role("button", name="Show my list").click()
    expect(page.get_by_text("Made from your own words.").first).to_be_visible()
    assert len(in_category(first_list(page)[:ASKED], CATEGORY)) >= FITTING


def test_signing_up_keeps_what_was_liked_before(page: Page, new_page: NewPage, clusters: Clusters) -> None:
    home, liked = home_of(clusters.catalog.slug), "harbour-3"
    page.goto(f"{home}items/{liked}")
    page.get_by_role("button", name="Like “harbour 3”", exact=True).click()
    expect_announced(page, "You like “harbour 3”")
    page.goto(home)
    before = first_list(page)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("main").get_by_role("link", name="Sign up").click()
    page.get_by_label("E-mail").fill("newcomer@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("link", name="Sign out")).to_be_visible()
    page.goto(home)
    assert first_list(page) == before

    elsewhere = new_page()
    elsewhere.goto(f"/accounts/sign-in?next={home}profile")
    elsewhere.get_by_label("E-mail").fill("newcomer@example.com")
    elsewhere.get_by_label("Password").fill(PASSWORD)
    elsewhere.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(elsewhere.locator("#history")).to_contain_text("harbour 3")


def test_nobody_sees_what_another_visitor_liked(page: Page, new_page: NewPage, clusters: Clusters) -> None:
    home = home_of(clusters.catalog.slug)
    page.goto(f"{home}items/kitchen-1")
    page.get_by_role("button", name="Like “kitchen 1”", exact=True).click()
    expect_announced(page, "You like “kitchen 1”")
    page.goto(home)
    why = page.locator(".card a.why").first.get_attribute("href")
    charlie = new_page()
    answered = charlie.goto(f"{why}")
    assert answered is not None
    assert answered.status == 404
    charlie.goto(f"{home}profile")
    expect(charlie.locator("#history")).to_have_count(0)
