"""The preview of a version in the admin: a person's two lists, without a log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.models import ScoringConfig, Slate
from recommender.services.scoring_configs import activate, create_version
from tests.conftest import MakeItem, MakeProfile, act
from users.models import Profile, User

PAGE = "/admin/recommender/scoringconfig"


@pytest.fixture
def home(catalog: Catalog) -> ScoringConfig:
    return ScoringConfig.objects.select_related("scenario").get(catalog=catalog, scenario__name="home")


@pytest.fixture
def returning(home: ScoringConfig) -> ScoringConfig:
    """Lists of two, in which what was seen may return."""
    wished = {"result_list": {"length": 2}, "seen": {"policy": "always"}}
    return create_version(scenario=home.scenario, settings=ScoringSettings.model_validate(wished))


@pytest.fixture
def popular(make_item: MakeItem, make_profile: MakeProfile, alice: Profile) -> None:
    """Three works, the first liked by most; alice saw the first."""
    items = [make_item(name) for name in ("first", "second", "third")]
    for count, item in enumerate(reversed(items), start=1):
        for number in range(count):
            act(make_profile(f"{item.external_id}-{number}"), item)
    act(alice, items[0], kind="view")
    Profile.objects.filter(pk=alice.pk).update(personalise=False)


def lists(client: Client, config: ScoringConfig, name: str) -> list[list[tuple[int, str, str]]]:
    context = client.get(f"{PAGE}/{config.pk}/preview/", {"profile": name}).context
    return [[(item.rank, item.item_id, move) for item, move in one["rows"]] for one in context["lists"]]


@pytest.mark.usefixtures("popular")
class TestPreview:
    def test_shows_both_lists_with_moves_and_logs_nothing(self, staff: Client, returning: ScoringConfig) -> None:
        now, tried = lists(staff, returning, "alice")
        assert now == [(1, "second", "down by 1"), (2, "third", "drops out, to place 3")]
        assert tried == [(1, "first", "comes in"), (2, "second", "down by 1")]
        assert not Slate.objects.exists()

    def test_page_names_reasons_and_the_number_of_changes(self, staff: Client, returning: ScoringConfig) -> None:
        html = staff.get(f"{PAGE}/{returning.pk}/preview/", {"profile": "alice"}).content.decode()
        assert "Popular with others." in html
        assert "2 places of the list by version 2 change." in " ".join(html.split())

    def test_version_that_answers_is_compared_with_the_one_before(
        self, staff: Client, home: ScoringConfig, returning: ScoringConfig
    ) -> None:
        assert "nothing to compare with" in staff.get(f"{PAGE}/{home.pk}/preview/").content.decode()
        activate(returning)
        assert lists(staff, returning, "alice")[0][0] == (1, "second", "down by 1")

    def test_offers_the_newest_and_the_simulated(
        self, staff: Client, returning: ScoringConfig, make_profile: MakeProfile
    ) -> None:
        made_up = Profile.objects.create(catalog=returning.catalog, external_id="Vera & co", simulated=True)
        for number in range(8):
            make_profile(f"new-{number}")
        context = staff.get(f"{PAGE}/{returning.pk}/preview/").context
        assert [profile.external_id for profile in context["newest"]] == [f"new-{number}" for number in range(7, 1, -1)]
        assert context["simulated"] == [made_up]
        html = staff.get(f"{PAGE}/{returning.pk}/preview/").content.decode()
        assert 'href="?profile=Vera%20%26%20co"' in html

    def test_person_of_another_catalog_is_unknown(
        self, staff: Client, returning: ScoringConfig, other_catalog: Catalog
    ) -> None:
        Profile.objects.create(catalog=other_catalog, external_id="dora")
        html = staff.get(f"{PAGE}/{returning.pk}/preview/", {"profile": "dora"}).content.decode()
        assert "The catalog has no profile “dora”." in html
        assert "lists" not in staff.get(f"{PAGE}/{returning.pk}/preview/", {"profile": "dora"}).context

    def test_costs_the_same_however_long_the_lists_are(
        self, staff: Client, home: ScoringConfig, make_item: MakeItem
    ) -> None:
        def queries(length: int) -> int:
            wished = {"result_list": {"length": length}, "boosts": {"freshness": 0.1 + length / 1000}}
            tried = create_version(scenario=home.scenario, settings=ScoringSettings.model_validate(wished))
            with CaptureQueriesContext(connection) as captured:
                lists(staff, tried, "alice")
            return len(captured)

        queries(1)
        few = queries(2)
        for number in range(30):
            make_item(f"item-{number}")
        assert queries(30) == few

    def test_lists_of_items_are_not_tried_on_people(self, staff: Client, catalog: Catalog) -> None:
        similar = ScoringConfig.objects.select_related("scenario").get(catalog=catalog, scenario__name="similar")
        assert "made of an item and not of a person" in staff.get(f"{PAGE}/{similar.pk}/preview/").content.decode()
        assert "/preview/" not in staff.get(f"{PAGE}/{similar.pk}/change/").content.decode()

    def test_needs_the_right_to_look_at_people(
        self, client: Client, charlie: User, returning: ScoringConfig, as_staff: Callable[..., None]
    ) -> None:
        as_staff(charlie, "view_scoringconfig")
        client.force_login(charlie)
        assert client.get(f"{PAGE}/{returning.pk}/preview/", {"profile": "alice"}).status_code == 403
        assert "/preview/" not in client.get(f"{PAGE}/{returning.pk}/change/").content.decode()
        as_staff(charlie, "view_scoringconfig", "view_profile")
        assert client.get(f"{PAGE}/{returning.pk}/preview/", {"profile": "alice"}).status_code == 200
