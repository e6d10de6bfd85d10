"""What differs between two versions: the changed settings alone, in words of the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override

from recommender.engine.settings import ScoringSettings
from recommender.services.config_diff import SettingChange, setting_changes
from recommender.services.setting_values import unknown_settings


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Whatever language the last request of another test left behind."""
    with override("en"):
        yield


def stored(**sections: Any) -> dict[str, Any]:
    return ScoringSettings.model_validate(sections).model_dump(mode="json")


def words(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(change.name, change.before, change.after) for change in setting_changes(before, after)]


def test_nothing_differs_between_the_same_settings() -> None:
    assert setting_changes(stored(), stored()) == []


def test_a_change_has_its_section_its_label_and_both_values() -> None:
    assert setting_changes(stored(), stored(result_list={"length": 5})) == [
        SettingChange("result_list.length", "The list", "Length", "20", "5")
    ]


@pytest.mark.parametrize(
    ("sections", "name", "before", "after"),
    [
        ({"interest": {"use_history": False}}, "interest.use_history", "yes", "no"),
        ({"interest": {"half_life_days": 90}}, "interest.half_life_days", "age does not matter", "90"),
        ({"blocks": {"text": 0.25}}, "blocks.text", "as trained", "0.25"),
        ({"seen": {"policy": "after_days"}}, "seen.policy", "never", "after some days"),
        ({"filters": {"kinds": ["film", "book"]}}, "filters.kinds", "none", "film, book"),
        (
            {"interest": {"kind_weights": {"like": 2, "view": 0.1}}},
            "interest.kind_weights",
            "none",
            "like: 2, view: 0.1",
        ),
        ({"diversity": {"creator_attribute": "author"}}, "diversity.creator_attribute", "creator", "author"),
        ({"popular": {"freshness_half_life_days": 36_500}}, "popular.freshness_half_life_days", "365", "36,500"),
    ],
)
def test_values_are_in_words(sections: dict[str, Any], name: str, before: str, after: str) -> None:
    assert words(stored(), stored(**sections)) == [(name, before, after)]


def test_is_in_the_order_of_the_schema_and_turns_round() -> None:
    before, after = stored(), stored(seen={"policy": "always"}, interest={"dislike_weight": 1})
    assert [change[0] for change in words(before, after)] == ["interest.dislike_weight", "seen.policy"]
    assert words(after, before) == [(name, latter, former) for name, former, latter in words(before, after)]


def test_settings_of_an_earlier_schema_count_as_they_are_read() -> None:
    """What they do not have is its default; what is no setting any more changes nothing."""
    earlier = {"result_list": {"length": 20}, "mood": 1, "seen": {"colour": 2}}
    assert words(earlier, stored()) == []
    assert words(earlier, stored(boosts={"trending": 1})) == [("boosts.trending", "0", "1")]
    assert unknown_settings(earlier) == ["mood", "seen.colour"]
    assert unknown_settings(stored()) == []


def test_speaks_chinese() -> None:
    with override("zh-hans"):
        (change,) = setting_changes(stored(), stored(interest={"use_history": False}))
        assert change.label != "Learn from interactions"
