"""What an operator does in the admin, and what the site answers next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Event, Thread

import httpx
import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from recommender.models import EmbeddingSpace, Scenario, ScoringConfig
from tests.conftest import embed_all
from tests.e2e.reading import first_list, home_of, in_category, items_of
from tests.e2e.served_site import open_clusters
from tests.recommender.trained import Clusters

# The visitor looks through the eyes of somebody who likes one kind of work.
LIKED, OTHER = "orbit", "kitchen"
LEAST_REQUESTS = 10


@pytest.fixture(scope="module")
def shop(address: str) -> Clusters:
    """A catalog that operators change, with a second space that is filled."""
    made = open_clusters("shop")
    space = EmbeddingSpace.objects.create(
        catalog=made.catalog, name="titles", backend="hashing", dimension=64, text_template="{categories} {title}"
    )
    embed_all(space)
    return made


@pytest.fixture
def eyes(shop: Clusters) -> str:
    return f"{home_of(shop.catalog.slug)}?as={shop.people[LIKED][0].external_id}"


def answer_of(page: Page, address: str) -> list[str]:
    """All items of the next answer, in their order."""
    page.goto(address)
    return items_of(page)


def test_a_setting_is_edited_activated_and_rolled_back(
    page: Page, operators_page: Page, shop: Clusters, eyes: str
) -> None:
    before = answer_of(page, eyes)
    assert len(in_category(first_list(page), LIKED)) > 0
    operator = operators_page
    operator.get_by_role("link", name="Scenarios").click()
    row = operator.get_by_role("row").filter(has_text="Shop").filter(has_text="home")
    row.get_by_role("link", name="Change settings").click()
    operator.get_by_label("Categories", exact=True).fill(OTHER)
    operator.get_by_label("Note", exact=True).fill("Kitchen alone this week")
    operator.get_by_role("button", name="Save as a new version").click()
    expect(operator.get_by_text("It answers once it is activated.")).to_be_visible()
    expect(operator.get_by_role("row").filter(has_text="Categories").filter(has_text=OTHER).first).to_be_visible()
    assert answer_of(page, eyes) == before

    operator.get_by_role("button", name="Activate version").click()
    expect(operator.get_by_text("answers now.")).to_be_visible()
    changed = answer_of(page, eyes)
    personal = first_list(page)
    assert changed != before
    assert in_category(personal, OTHER) == personal
    assert personal

    operator.get_by_role("button", name="Roll back to version").click()
    expect(operator.get_by_text("answers now.")).to_be_visible()
    assert answer_of(page, eyes) == before


def test_a_mistake_in_the_form_is_named_and_nothing_is_saved(operators_page: Page, shop: Clusters) -> None:
    scenario = shop.catalog.scenarios.get(name=Scenario.HOME)
    versions = ScoringConfig.objects.filter(scenario=scenario).count()
    operators_page.goto(f"{reverse('admin:recommender_scoringconfig_add')}?scenario={scenario.pk}")
    length = operators_page.get_by_label("Length", exact=True)
    length.fill("0")
    operators_page.get_by_role("button", name="Save as a new version").click()
    alert = operators_page.get_by_role("alert")
    expect(alert).to_contain_text("Nothing is saved yet")
    expect(alert.get_by_role("link", name="Length")).to_be_visible()
    expect(length).to_have_value("0")
    assert ScoringConfig.objects.filter(scenario=scenario).count() == versions


def test_a_version_is_tried_on_a_person_before_it_answers(operators_page: Page, shop: Clusters) -> None:
    scenario = shop.catalog.scenarios.get(name=Scenario.HOME)
    operators_page.goto(f"{reverse('admin:recommender_scoringconfig_add')}?scenario={scenario.pk}")
    operators_page.get_by_label("Categories", exact=True).fill(OTHER)
    operators_page.get_by_label("Note", exact=True).fill("To be tried")
    operators_page.get_by_role("button", name="Save as a new version").click()
    operators_page.get_by_role("link", name="Try it on a person").click()
    operators_page.get_by_label("Identifier of a profile").fill(shop.people[LIKED][0].external_id)
    operators_page.get_by_role("button", name="Compare").click()
    tried = operators_page.get_by_role("heading", name="By version").locator("xpath=..")
    expect(tried).to_have_count(2)
    expect(tried.filter(has_text="draft").locator("li strong").first).to_contain_text(OTHER)
    expect(tried.filter(has_text="active").locator("li strong").first).to_contain_text(LIKED)


def test_another_space_serves_and_the_former_one_again_while_the_site_is_asked(
    page: Page, operators_page: Page, address: str, shop: Clusters, eyes: str
) -> None:
    before = answer_of(page, eyes)
    other = EmbeddingSpace.objects.get(catalog=shop.catalog, name="titles")
    with asking(f"{address}{eyes}") as answers:
        operators_page.goto(reverse("admin:recommender_embeddingspace_change", args=[other.pk]))
        operators_page.get_by_role("button", name="Serve this one").click()
        expect(operators_page.get_by_text("“titles” serves now.")).to_be_visible()
        other.refresh_from_db()
        assert other.serving
        assert answer_of(page, eyes) != before
        operators_page.get_by_role("button", name="Back to").click()
        expect(operators_page.get_by_text(f"“{shop.space.name}” serves now.")).to_be_visible()
        assert answer_of(page, eyes) == before
    assert len(answers) >= LEAST_REQUESTS
    assert {status for status, _length in answers} == {HTTPStatus.OK}
    assert {length for _status, length in answers} == {len(before)}


@contextmanager
def asking(url: str) -> Iterator[list[tuple[int, int]]]:
    """Somebody asks for a page again and again as long as the block lasts: what it answers, and how many items."""
    answers: list[tuple[int, int]] = []
    done = Event()

    def ask() -> None:
        with httpx.Client(trust_env=False) as client:
            while not done.is_set() or len(answers) < LEAST_REQUESTS:
                answer = client.get(url)
                answers.append((answer.status_code, answer.text.count('<li class="card">')))

    asker = Thread(target=ask)
    asker.start()
    try:
        yield answers
    finally:
        done.set()
        asker.join()
