"""What the settings are called and take: complete, in both languages, and as the schema has it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils.translation import override
from pydantic import ValidationError

from recommender.engine.settings import ScoringSettings
from recommender.services import setting_labels
from recommender.services.setting_errors import errors_by_setting
from recommender.services.setting_fields import SettingField, SettingKind, setting_fields, setting_sections


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Whatever language the last request of another test left behind."""
    with override("en"):
        yield


def named(name: str) -> SettingField:
    return next(setting for setting in setting_fields() if setting.name == name)


def test_every_setting_of_the_schema_has_a_label_and_no_label_is_left_over() -> None:
    names = [f"{section}.{name}" for section, values in ScoringSettings().model_dump().items() for name in values]
    assert [setting.name for setting in setting_fields()] == names == list(setting_labels.FIELDS)
    assert list(setting_labels.SECTIONS) == list(ScoringSettings.model_fields)
    assert list(setting_labels.NOTHING) == [setting.name for setting in setting_fields() if setting.nothing]


def test_labels_tell_settings_of_one_section_apart() -> None:
    for section in setting_sections():
        labels = [setting.label for setting in section.fields]
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(("language", "expected"), [("en", "After so many days"), ("zh-hans", "经过多少天后")])
def test_explanations_are_in_the_active_language(language: str, expected: str) -> None:
    with override(language):
        assert named("interest.half_life_days").explanation.startswith(expected)


def test_kinds_ranges_and_defaults_are_those_of_the_schema() -> None:
    weight = named("interest.statement_weight")
    assert (weight.kind, weight.minimum, weight.maximum) == (SettingKind.NUMBER, 0, 1)
    assert (weight.values, weight.allowed, weight.default) == ("number, ≥ 0, ≤ 1", "number, ≥ 0, ≤ 1", "0.5")
    half_life = named("interest.half_life_days")
    assert (half_life.minimum, half_life.values) == (0, "number, > 0, ≤ 36,500")
    assert (half_life.nothing, half_life.allowed) == ("age does not matter", "number, > 0, ≤ 36,500 or null")
    assert named("seen.policy").choices == ("never", "after_days", "always")
    assert {setting.kind for setting in setting_fields()} == set(SettingKind)
    assert [named(name).kind for name in ("interest.kind_weights", "filters.kinds", "result_list.length")] == [
        SettingKind.MAPPING,
        SettingKind.LIST,
        SettingKind.WHOLE,
    ]


def test_mistakes_find_their_settings() -> None:
    written = {
        "result_list": {"length": 0},
        "interest": {"kind_weights": {"like": -1}},
        "diversity": {"relevance": 0.5, "calibration": 0.5},
        "colour": 1,
    }
    with pytest.raises(ValidationError) as raised:
        ScoringSettings.model_validate(written)
    excluded = "Has either a relevance below 1 or a calibration above 0, not both."
    assert errors_by_setting(raised.value, [setting.name for setting in setting_fields()]) == [
        ("interest.kind_weights", "like: has to be 0 or more."),
        ("diversity.relevance", excluded),
        ("diversity.calibration", excluded),
        ("result_list.length", "Has to be 1 or more."),
        (None, "colour: is not a setting."),
    ]


def test_no_label_is_a_dotted_name() -> None:
    assert not [setting.label for setting in setting_fields() if re.search(r"[._]", setting.label)]
