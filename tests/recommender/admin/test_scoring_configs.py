"""Scoring configurations in the admin: made in versions, explained, activated."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.models import ScoringConfig
from recommender.services.recommending import recommend
from tests.conftest import MakeItem
from tests.recommender.admin.conftest import Answered, run_action
from users.models import User


class TestScoringConfigs:
    PAGE = "/admin/recommender/scoringconfig"

    @pytest.fixture
    def home(self, catalog: Catalog) -> ScoringConfig:
        return ScoringConfig.objects.select_related("scenario").get(catalog=catalog, scenario__name="home")

    def add(self, staff: Client, home: ScoringConfig, written: str) -> Answered:
        fields = {"scenario": home.scenario_id, "settings": written, "note": "shorter"}
        return staff.post(f"{self.PAGE}/add/", fields)

    def test_new_version_is_a_draft_with_its_author_and_answers_once_activated(
        self, staff: Client, operator: User, home: ScoringConfig, make_item: MakeItem
    ) -> None:
        for number in range(3):
            make_item(f"item-{number}")

        assert self.add(staff, home, '{"result_list": {"length": 2}}').status_code == 302

        made = ScoringConfig.objects.get(scenario=home.scenario, version=2)
        assert (made.author, made.note, made.state) == (operator, "shorter", "draft")
        assert made.settings == ScoringSettings.model_validate({"result_list": {"length": 2}}).model_dump(mode="json")
        assert len(recommend(catalog=home.catalog).results) == 3
        told = run_action(staff, "recommender/scoringconfig", "activate_version", made)
        assert "home v2 answers now." in told
        answer = recommend(catalog=home.catalog)
        assert (answer.config_version, len(answer.results)) == (2, 2)

    @pytest.mark.parametrize(
        ("written", "complaint"),
        [
            ('{"result_list": {"length": 0}}', "result_list.length: has to be 1 or more."),
            ('{"seen": {"policy": "maybe"}}', "seen.policy: has to be one of"),
            ('{"colour": 1}', "colour: is not a setting."),
            ('{"interest": {"half_life_days": NaN}}', "interest.half_life_days: has to be a number."),
            ("[1]", "has to be a section of settings."),
            ("{", "Enter a valid JSON."),
        ],
    )
    def test_mistakes_are_said_in_sentences(
        self, staff: Client, home: ScoringConfig, written: str, complaint: str
    ) -> None:
        answered = self.add(staff, home, written)

        assert answered.status_code == 200
        assert complaint in answered.content.decode().replace("&#x27;", "'")
        assert ScoringConfig.objects.filter(scenario=home.scenario).count() == 1

    def test_form_starts_from_the_active_version_and_explains_each_setting(
        self, staff: Client, home: ScoringConfig
    ) -> None:
        self.add(staff, home, '{"result_list": {"length": 7}}')
        run_action(staff, "recommender/scoringconfig", "activate_version", ScoringConfig.objects.get(version=2))

        answered = staff.get(f"{self.PAGE}/add/", {"scenario": home.scenario_id})

        form = answered.context["adminform"].form
        assert json.loads(form["settings"].value())["result_list"]["length"] == 7
        assert "After so many days an interaction counts half" in answered.content.decode()
        assert [label for _, label in form.fields["scenario"].choices] == [
            "---------",
            "Films · home",
            "Films · similar",
        ]

    def test_version_cannot_be_changed_or_deleted(self, staff: Client, home: ScoringConfig) -> None:
        assert staff.get(f"{self.PAGE}/{home.pk}/change/").status_code == 200
        assert staff.post(f"{self.PAGE}/{home.pk}/change/", {"note": "x"}).status_code == 403
        assert staff.post(f"{self.PAGE}/{home.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_one_version_is_activated_at_a_time(self, staff: Client, home: ScoringConfig, catalog: Catalog) -> None:
        both = ScoringConfig.objects.filter(catalog=catalog)
        told = run_action(staff, "recommender/scoringconfig", "activate_version", *both)
        assert told == "Choose one version: one of a scenario is active."
