"""Versions of a configuration in the admin: compared, activated and gone back from, and only looked at by viewers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.models import ScoringConfig
from recommender.selectors.configuration import active_config
from recommender.services.scoring_configs import activate, create_version
from tests.conftest import MakeItem
from tests.recommender.admin.conftest import Answered, messages
from users.models import User

PAGE = "/admin/recommender/scoringconfig"


@pytest.fixture
def home(catalog: Catalog) -> ScoringConfig:
    return ScoringConfig.objects.select_related("scenario").get(catalog=catalog, scenario__name="home")


@pytest.fixture
def shorter(home: ScoringConfig, operator: User) -> ScoringConfig:
    return create_version(
        scenario=home.scenario,
        settings=ScoringSettings.model_validate({"result_list": {"length": 2}, "boosts": {"trending": 0.5}}),
        note="Shorter lists.",
        author=operator,
    )


def shown(client: Client, config: ScoringConfig, **headers: str) -> str:
    return client.get(f"{PAGE}/{config.pk}/change/", headers=headers).content.decode()


def switch(client: Client, config: ScoringConfig, instead_of: ScoringConfig) -> Answered:
    return client.post(f"{PAGE}/{config.pk}/activate/", {"instead_of": instead_of.pk}, follow=True)


def changed(answered: Any) -> list[tuple[str, str, str]]:
    return [(change.label, change.before, change.after) for change in answered]


class TestPage:
    def test_says_what_activating_changes_and_what_the_version_changed(
        self, staff: Client, home: ScoringConfig, shorter: ScoringConfig
    ) -> None:
        third = create_version(
            scenario=home.scenario, settings=ScoringSettings.model_validate({"result_list": {"length": 3}})
        )
        context = staff.get(f"{PAGE}/{third.pk}/change/").context
        assert changed(context["activation"].changes) == [("Length", "20", "3")]
        assert context["activation"].instead_of == home
        assert changed(context["since_previous"]) == [("Boost for trends", "0.5", "0"), ("Length", "2", "3")]

    def test_shows_author_note_settings_and_json(
        self, staff: Client, home: ScoringConfig, shorter: ScoringConfig
    ) -> None:
        html = shown(staff, shorter)
        for said in ("operator@example.com", "Shorter lists.", "draft", "Activate version 2", "&quot;length&quot;: 2"):
            assert said in html
        assert "<code>result_list.length</code>" in html

    def test_speaks_chinese(self, staff: Client, shorter: ScoringConfig) -> None:
        response = staff.get(f"{PAGE}/{shorter.pk}/change/", headers={"Accept-Language": "zh-CN"})
        assert changed(response.context["activation"].changes)[-1][1:] == ("20", "2")
        assert "草稿" in response.content.decode()

    def test_of_settings_that_no_longer_fit_opens(self, staff: Client, home: ScoringConfig) -> None:
        old = ScoringConfig.objects.create(
            catalog=home.catalog, scenario=home.scenario, version=2, settings={"colour": 1, "seen": "never"}
        )
        assert "&quot;colour&quot;: 1" in shown(staff, old)

    def test_costs_the_same_whatever_the_number_of_versions(
        self, staff: Client, home: ScoringConfig, shorter: ScoringConfig
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                shown(staff, shorter)
            return len(captured)

        queries()
        few = queries()
        for length in range(3, 9):
            create_version(
                scenario=home.scenario, settings=ScoringSettings.model_validate({"result_list": {"length": length}})
            )
        assert queries() == few <= 6

    def test_unknown_version_is_not_found(self, staff: Client, home: ScoringConfig) -> None:
        for address in ("0/change", "x/change", "0/preview", "0/activate"):
            assert staff.get(f"{PAGE}/{address}/").status_code == 404

    def test_version_cannot_be_changed_or_deleted(self, staff: Client, home: ScoringConfig) -> None:
        assert staff.post(f"{PAGE}/{home.pk}/change/", {"note": "x"}).status_code == 403
        assert staff.post(f"{PAGE}/{home.pk}/delete/", {"post": "yes"}).status_code == 403
        assert ScoringConfig.objects.get(pk=home.pk).note == home.note


class TestList:
    def test_says_what_each_version_changed_and_why(
        self, staff: Client, home: ScoringConfig, shorter: ScoringConfig
    ) -> None:
        html = staff.get(f"{PAGE}/", {"scenario__id__exact": home.scenario_id}).content.decode()
        for said in ("Boost for trends: 0 → 0.5; Length: 20 → 2", "Shorter lists.", "operator@example.com"):
            assert said in html
        assert "the first version" in html
        assert "similar v1" not in html

    def test_names_three_changes_and_counts_the_others(self, staff: Client, home: ScoringConfig) -> None:
        many = {"boosts": {"trending": 1, "freshness": 1, "new_items": 1}, "result_list": {"length": 3}}
        create_version(scenario=home.scenario, settings=ScoringSettings.model_validate(many))
        assert "Boost for untried items: 0 → 1; and 1 more" in staff.get(f"{PAGE}/").content.decode()

    def test_scenarios_lead_to_the_version_that_answers(
        self, staff: Client, viewer: Client, home: ScoringConfig, shorter: ScoringConfig
    ) -> None:
        activate(shorter)
        html = staff.get("/admin/recommender/scenario/").content.decode()
        assert f'<a href="{PAGE}/{shorter.pk}/change/">v2</a>' in html


class TestActivating:
    def test_answers_the_next_request_and_goes_back_with_one_click(
        self, staff: Client, home: ScoringConfig, shorter: ScoringConfig, make_item: MakeItem
    ) -> None:
        for number in range(4):
            make_item(f"item-{number}")
        other = Client()
        staff_user = User.objects.get(email="operator@example.com")
        other.force_login(staff_user)

        def answer() -> tuple[int, list[str]]:
            body = other.get("/api/v1/recommendations", {"catalog": "films"}).json()
            return body["config_version"], [result["id"] for result in body["results"]]

        before = answer()
        assert (before[0], len(before[1])) == (1, 4)
        assert "home v2 answers now." in messages(switch(staff, shorter, home))
        assert answer() == (2, before[1][:2])
        page = staff.get(f"{PAGE}/{shorter.pk}/change/")
        assert "Roll back to version 1" in page.content.decode()
        assert page.context["way_back"].config == home
        assert "home v1 answers now." in messages(switch(staff, home, shorter))
        assert answer() == before

    def test_is_written_in_the_history_with_who_did_it(
        self, staff: Client, home: ScoringConfig, shorter: ScoringConfig
    ) -> None:
        switch(staff, shorter, home)
        html = staff.get(f"{PAGE}/{shorter.pk}/history/").content.decode()
        assert "Activated." in html
        assert "operator@example.com" in html

    def test_instead_of_another_version_than_was_shown_is_refused(
        self, staff: Client, home: ScoringConfig, shorter: ScoringConfig
    ) -> None:
        third = create_version(scenario=home.scenario, settings=ScoringSettings())
        activate(third)
        told = messages(switch(staff, shorter, home))
        assert told == "Another version was activated meanwhile: look again at what would change now."
        assert active_config(home.catalog_id, "home") == third

    def test_is_not_done_by_looking(self, staff: Client, home: ScoringConfig, shorter: ScoringConfig) -> None:
        assert staff.get(f"{PAGE}/{shorter.pk}/activate/").status_code == 405
        assert active_config(home.catalog_id, "home") == home

    def test_needs_the_token_of_the_form(self, operator: User, home: ScoringConfig, shorter: ScoringConfig) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(operator)
        assert strict.post(f"{PAGE}/{shorter.pk}/activate/").status_code == 403
        assert active_config(home.catalog_id, "home") == home


@pytest.mark.django_db(transaction=True)
def test_another_process_sees_the_activation_at_once(catalog: Catalog) -> None:
    """A connection of its own reads what was committed, as each process does with each request."""
    client = Client()
    client.force_login(User.objects.create_superuser("operator@example.com", "correct horse battery"))
    home = active_config(catalog.pk, "home")
    made = create_version(scenario=home.scenario, settings=ScoringSettings())
    other = connection.copy()

    def active() -> Any:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT version FROM recommender_scoringconfig WHERE scenario_id = %s AND state = 'active'",
                [home.scenario_id],
            )
            return cursor.fetchall()

    try:
        assert active() == [(1,)]
        assert client.post(f"{PAGE}/{made.pk}/activate/", {"instead_of": home.pk}).status_code == 302
        assert active() == [(2,)]
    finally:
        other.close()


class TestViewer:
    def test_sees_everything_and_no_button(self, viewer: Client, home: ScoringConfig, shorter: ScoringConfig) -> None:
        html = shown(viewer, shorter)
        assert "Shorter lists." in html
        assert "<del>20</del>" in "".join(html.split())
        for button in ("Activate version", "New version from this one", 'action="/admin/recommender'):
            assert button not in html
        assert viewer.get(f"{PAGE}/").status_code == 200
        scenarios = viewer.get("/admin/recommender/scenario/").content.decode()
        assert "Change settings" not in scenarios

    def test_changes_nothing(self, viewer: Client, home: ScoringConfig, shorter: ScoringConfig) -> None:
        assert viewer.post(f"{PAGE}/{shorter.pk}/activate/", {"instead_of": home.pk}).status_code == 403
        assert viewer.get(f"{PAGE}/{shorter.pk}/activate/").status_code == 403
        assert active_config(home.catalog_id, "home") == home

    @pytest.mark.parametrize("address", ["change", "activate", "preview"])
    def test_charlie_is_sent_to_sign_in(
        self, client: Client, charlie: User, shorter: ScoringConfig, address: str
    ) -> None:
        client.force_login(charlie)
        answered = client.get(f"{PAGE}/{shorter.pk}/{address}/")
        assert answered.headers["Location"].startswith("/admin/login/")

    @pytest.mark.parametrize("address", ["change", "activate", "preview"])
    def test_staff_without_rights_is_refused(
        self, client: Client, charlie: User, shorter: ScoringConfig, address: str, as_staff: Callable[..., None]
    ) -> None:
        as_staff(charlie)
        client.force_login(charlie)
        assert client.get(f"{PAGE}/{shorter.pk}/{address}/").status_code == 403
