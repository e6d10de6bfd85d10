"""New versions of a configuration in the admin: a form from the schema, checked field by field, saved beside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape, strip_tags

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.models import Scenario, ScoringConfig
from recommender.services.scoring_configs import activate, create_version
from recommender.services.setting_fields import setting_fields
from tests.recommender.admin.conftest import Answered, messages
from tests.recommender.admin.typed import typed
from users.models import User

PAGE = "/admin/recommender/scoringconfig"


@pytest.fixture
def home(catalog: Catalog) -> ScoringConfig:
    return ScoringConfig.objects.select_related("scenario").get(catalog=catalog, scenario__name="home")


def version_of(home: ScoringConfig, **sections: Any) -> ScoringConfig:
    return create_version(scenario=home.scenario, settings=ScoringSettings.model_validate(sections))


def opened(staff: Client, home: ScoringConfig) -> Answered:
    return staff.get(f"{PAGE}/add/", {"scenario": home.scenario_id})


def save(staff: Client, home: ScoringConfig, **changes: Any) -> Answered:
    sent = typed(opened(staff, home).context["form"], **{"note": "shorter", **changes})
    return staff.post(f"{PAGE}/add/?scenario={home.scenario_id}", sent, follow=True)


def errors(answered: Answered) -> dict[str, list[str]]:
    return {name: list(said) for name, said in answered.context["form"].errors.items()}


class TestForm:
    def test_has_each_setting_with_label_explanation_range_default_and_present_value(
        self, staff: Client, home: ScoringConfig
    ) -> None:
        activate(version_of(home, interest={"statement_weight": 0.25}))
        html = re.sub(r"\s+", " ", opened(staff, home).content.decode())
        for setting in setting_fields():
            assert f'id="field-{setting.name}"' in html
            assert f">{escape(setting.label)}<" in html
            assert escape(setting.explanation) in html
        words = " ".join(strip_tags(html).split())
        assert "Allowed: number, ≥ 0, ≤ 1. Default: 0.5. In version 2: 0.25." in words
        assert "Default, and in version 2: never." in words

    def test_speaks_chinese(self, staff: Client, home: ScoringConfig) -> None:
        html = staff.get(
            f"{PAGE}/add/", {"scenario": home.scenario_id}, headers={"Accept-Language": "zh-CN"}
        ).content.decode()
        assert "同时有历史行为时，用户自述所占的比重；其余归历史行为。" in html

    def test_inputs_know_the_range_and_the_kind_of_each_setting(self, staff: Client, home: ScoringConfig) -> None:
        form = opened(staff, home).context["form"]

        def attributes(name: str) -> dict[str, Any]:
            return {key: form.fields[name].widget.attrs.get(key) for key in ("min", "max", "step")}

        assert attributes("interest.statement_weight") == {"min": 0, "max": 1, "step": "any"}
        assert attributes("result_list.length") == {"min": 1, "max": 200, "step": "1"}
        assert form["interest.use_history"].field.widget.input_type == "checkbox"
        choices = form["seen.policy"].field.widget.choices
        assert choices == [("never", "never"), ("after_days", "after some days"), ("always", "at once")]
        which = form["interest.half_life_interactions"].field.widget.widgets[0]
        assert which.choices == [("none", "as trained"), ("value", "a number of one's own")]

    def test_starts_from_the_active_version_or_from_any(self, staff: Client, home: ScoringConfig) -> None:
        activate(version_of(home, result_list={"length": 7}))
        other = version_of(home, result_list={"length": 9})

        assert opened(staff, home).context["form"]["result_list.length"].value() == 7
        form = staff.get(f"{PAGE}/add/", {"from": other.pk}).context["form"]
        assert form["result_list.length"].value() == 9

    @pytest.mark.parametrize("query", [{}, {"scenario": "0"}, {"scenario": "x"}, {"from": "0"}])
    def test_asks_for_the_scenario_first(self, staff: Client, home: ScoringConfig, query: dict[str, str]) -> None:
        answered = staff.get(f"{PAGE}/add/", query, follow=True)
        assert answered.redirect_chain[-1][0] == "/admin/recommender/scenario/"
        assert f"{PAGE}/add/?scenario={home.scenario_id}" in answered.content.decode()

    def test_scenario_without_a_version_starts_from_the_defaults(self, staff: Client, catalog: Catalog) -> None:
        mail = Scenario.objects.create(catalog=catalog, name="mail")
        answered = staff.get(f"{PAGE}/add/", {"scenario": mail.pk})
        assert answered.context["form"]["result_list.length"].value() == 20
        sent = typed(answered.context["form"], note="first", result_list__length="5")
        assert staff.post(f"{PAGE}/add/?scenario={mail.pk}", sent).status_code == 302
        assert mail.configs.get().settings["result_list"]["length"] == 5

    def test_settings_of_an_earlier_schema_are_named_and_left_out(self, staff: Client, home: ScoringConfig) -> None:
        old = ScoringConfig.objects.create(
            catalog=home.catalog,
            scenario=home.scenario,
            version=2,
            settings={"interest": {"colour": 1, "dislike_weight": 2.0}, "mood": {"x": 1}},
        )
        answered = staff.get(f"{PAGE}/add/", {"from": old.pk})
        assert answered.context["left_out"] == ["interest.colour", "mood"]
        assert answered.context["form"]["interest.dislike_weight"].value() == 2.0
        assert answered.context["form"]["interest.history_length"].value() == 1_000


class TestSaving:
    def test_makes_a_draft_with_note_and_author_and_changes_no_other(
        self, staff: Client, operator: User, home: ScoringConfig
    ) -> None:
        answered = save(staff, home, result_list__length="2", interest__use_history=None, seen__policy="always")

        made = ScoringConfig.objects.get(scenario=home.scenario, version=2)
        assert answered.redirect_chain[-1][0] == f"{PAGE}/{made.pk}/change/"
        assert "home v2 is made. It answers once it is activated." in messages(answered)
        assert (made.author, made.note, made.state) == (operator, "shorter", "draft")
        expected = {"result_list": {"length": 2}, "interest": {"use_history": False}, "seen": {"policy": "always"}}
        assert made.settings == ScoringSettings.model_validate(expected).model_dump(mode="json")
        former = ScoringConfig.objects.get(pk=home.pk)
        assert (former.settings, former.state) == (home.settings, "active")

    def test_takes_lists_mappings_and_optional_numbers(self, staff: Client, home: ScoringConfig) -> None:
        save(
            staff,
            home,
            interest__kind_weights="purchase: 3\n\n like： 0.5 ",
            filters__categories="Science fiction\n 科幻 \n",
            interest__half_life_days_0="value",
            interest__half_life_days_1="90",
        )
        settings = ScoringConfig.objects.get(scenario=home.scenario, version=2).settings
        assert settings["interest"]["kind_weights"] == {"purchase": 3.0, "like": 0.5}
        assert settings["filters"]["categories"] == ["Science fiction", "科幻"]
        assert settings["interest"]["half_life_days"] == 90.0

    def test_takes_a_copied_mapping(self, staff: Client, home: ScoringConfig) -> None:
        save(staff, home, interest__kind_weights='{"purchase": 3}')
        settings = ScoringConfig.objects.get(scenario=home.scenario, version=2).settings
        assert settings["interest"]["kind_weights"] == {"purchase": 3.0}

    def test_an_optional_number_is_taken_away(self, staff: Client, home: ScoringConfig) -> None:
        activate(version_of(home, diversity={"per_category": 3}))
        form = opened(staff, home).context["form"]
        assert form["diversity.per_category"].value() == 3
        save(staff, home, diversity__per_category_0="none", diversity__per_category_1=None)
        assert ScoringConfig.objects.get(version=3).settings["diversity"]["per_category"] is None

    @pytest.mark.parametrize(
        ("changes", "name", "said"),
        [
            ({"result_list__length": "0"}, "result_list.length", "Has to be 1 or more."),
            ({"result_list__length": "2.5"}, "result_list.length", "Has to be a whole number."),
            ({"result_list__length": ""}, "result_list.length", "Has to be a whole number."),
            ({"interest__statement_weight": "lots"}, "interest.statement_weight", "Has to be a number."),
            ({"interest__statement_weight": "nan"}, "interest.statement_weight", "Has to be a number."),
            ({"interest__statement_weight": "1.5"}, "interest.statement_weight", "Has to be 1 or less."),
            ({"seen__policy": "maybe"}, "seen.policy", "Has to be one of 'never', 'after_days' or 'always'."),
            ({"diversity__creator_attribute": " "}, "diversity.creator_attribute", "Must not be empty."),
            (
                {"diversity__creator_attribute": "x" * 101},
                "diversity.creator_attribute",
                "Must not be longer than 100 characters.",
            ),
            ({"interest__kind_weights": "like"}, "interest.kind_weights", "Line 1: write a name, a colon and a number"),
            ({"interest__kind_weights": "like: x"}, "interest.kind_weights", "like: has to be a number."),
            ({"interest__kind_weights": "like: 101"}, "interest.kind_weights", "like: has to be 100 or less."),
            ({"interest__kind_weights": "like: 1\nlike: 2"}, "interest.kind_weights", "Line 2: “like” is there twice."),
            (
                {"interest__kind_weights": "lick: 1"},
                "interest.kind_weights",
                "There is no kind of interaction “lick” here; there is: click, dislike,",
            ),
            ({"blocks__text_0": "value"}, "blocks.text", "Write a number, or choose “as trained”."),
            ({"blocks__text_1": "0.5"}, "blocks.text", "Take the number away, or choose to use it"),
            ({"blocks__text_0": "value", "blocks__text_1": "11"}, "blocks.text", "Has to be 10 or less."),
            ({"note": " "}, "note", "Say in a few words what changes, and why."),
        ],
    )
    def test_a_mistake_is_said_at_its_field_in_words(
        self, staff: Client, home: ScoringConfig, changes: dict[str, str], name: str, said: str
    ) -> None:
        answered = save(staff, home, **{"boosts__trending": "1", **changes})

        assert answered.status_code == 200
        assert list(errors(answered)) == [name]
        assert said in errors(answered)[name][0]
        assert f'href="#field-{name}"' in answered.content.decode()
        assert ScoringConfig.objects.filter(scenario=home.scenario).count() == 1

    def test_all_mistakes_are_said_at_once_and_nothing_typed_is_lost(self, staff: Client, home: ScoringConfig) -> None:
        answered = save(
            staff,
            home,
            note="tighter",
            result_list__length="0",
            interest__kind_weights="like 2",
            blocks__text_1="0.7",
            boosts__trending="0.3",
            filters__kinds="film\nbook",
            diversity__fill=None,
        )
        form = answered.context["form"]
        assert sorted(form.errors) == ["blocks.text", "interest.kind_weights", "result_list.length"]
        assert form["note"].value() == "tighter"
        assert form["result_list.length"].value() == "0"
        assert form["interest.kind_weights"].value() == "like 2"
        assert form["blocks.text"].value() == ["none", "0.7"]
        assert form["boosts.trending"].value() == "0.3"
        assert form["filters.kinds"].value() == "film\nbook"
        assert form["diversity.fill"].value() is False
        html = answered.content.decode()
        assert 'value="0.7"' in html
        assert "like 2</textarea>" in html

    def test_what_two_settings_exclude_is_said_at_both(self, staff: Client, home: ScoringConfig) -> None:
        answered = save(staff, home, diversity__relevance="0.5", diversity__calibration="0.5")
        said = ["Has either a relevance below 1 or a calibration above 0, not both."]
        assert errors(answered) == {"diversity.relevance": said, "diversity.calibration": said}

    def test_the_same_again_is_not_saved(self, staff: Client, home: ScoringConfig) -> None:
        answered = save(staff, home)
        assert errors(answered) == {"__all__": ["Nothing was changed: there is nothing to save."]}
        assert "Nothing was changed" in answered.content.decode()

    def test_opens_and_saves_at_a_constant_number_of_queries(
        self, staff: Client, home: ScoringConfig, django_assert_max_num_queries: Any
    ) -> None:
        for length in range(1, 12):
            version_of(home, result_list={"length": length})
        with django_assert_max_num_queries(6):
            opened(staff, home)

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_is_closed_to_whoever_may_only_look(self, viewer: Client, home: ScoringConfig, method: str) -> None:
        answered = getattr(viewer, method)(f"{PAGE}/add/?scenario={home.scenario_id}", {"note": "x"})
        assert answered.status_code == 403
        assert ScoringConfig.objects.filter(scenario=home.scenario).count() == 1
