"""Each field that an operator tunes: its range, its default, and what it says of itself in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from recommender.engine.settings import ScoringSettings

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CHINESE_WORDS = re.compile(r"[\u4e00-\u9fff]{2,}")


def fields_of(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Each leaf by its dotted path."""
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from fields_of(annotation, f"{path}{name}.")
        else:
            yield f"{path}{name}", field


FIELDS = dict(fields_of(ScoringSettings))

# By field: the ends of its range, which are allowed, and values outside it.
RANGES: dict[str, tuple[list[Any], list[Any]]] = {
    "interest.use_history": ([True, False], ["perhaps", None]),
    "interest.use_statement": ([True, False], ["perhaps", None]),
    "interest.statement_weight": ([0, 1], [-0.01, 1.01, None, float("nan")]),
    "interest.kind_weights": (
        [{}, {"like": 0, "view": 100}],
        [{"like": -0.1}, {"like": 100.1}, {"like": float("inf")}, []],
    ),
    "interest.half_life_days": ([None, 0.001, 36_500], [0, -1, 36_501, float("inf")]),
    "interest.half_life_interactions": ([None, 0.001, 100_000], [0, -1, 100_001]),
    "interest.history_length": ([1, 5_000], [0, 5_001, 1.5, None]),
    "interest.dislike_weight": ([0, 5], [-0.1, 5.1, float("nan")]),
    "popular.popularity_weight": ([0, 10], [-0.1, 10.1]),
    "popular.freshness_weight": ([0, 10], [-0.1, 10.1]),
    "popular.freshness_half_life_days": ([0.001, 36_500], [0, 36_501, None]),
    "popular.window_days": ([None, 0.001, 36_500], [0, 36_501]),
    "filters.kinds": ([[], ["film"]], ["film", [1], None]),
    "filters.categories": ([[], ["Drama", "剧情"]], ["Drama", [None]]),
    "filters.languages": ([[], ["zh-hans"]], ["zh", {"zh": 1}]),
    "seen.policy": (["never", "after_days", "always"], ["sometimes", "", None]),
    "seen.after_days": ([0.001, 36_500], [0, 36_501, None]),
    "result_list.length": ([1, 200], [0, 201, None]),
    "result_list.minimum_score": ([None, -10, 10], [-10.01, 10.01, float("nan")]),
    "result_list.explanations": ([True, False], ["perhaps", None]),
    "blocks.collaborative": ([0, 10], [-0.1, 10.1, None]),
    "blocks.factors": ([None, 0, 10], [-0.1, 10.1]),
    "blocks.text": ([None, 0, 10], [-0.1, 10.1]),
    "blocks.statement": ([0, 10], [-0.1, 10.1, None]),
    "blocks.popularity": ([-0.3, 10], [-0.31, 10.1, None]),
    "blocks.newcomer_popularity": ([None, 0, 100], [-0.1, 100.1]),
    "blocks.newcomer_interactions": ([None, 0.001, 1_000], [0, 1_001]),
    "boosts.freshness": ([0, 10], [-0.1, 10.1, None]),
    "boosts.freshness_half_life_days": ([0.001, 36_500], [0, 36_501, None]),
    "boosts.trending": ([0, 10], [-0.1, 10.1, None]),
    "boosts.trending_half_life_days": ([0.001, 365], [0, 366, None]),
    "boosts.new_items": ([0, 10], [-0.1, 10.1, None]),
    "new_items.gain": ([0, 5], [-0.1, 5.1, None]),
    "new_items.hand_over": ([0, 1_000], [-0.1, 1_001, None]),
    "diversity.candidates": ([20, 500], [19, 501, 20.5, None]),
    "diversity.relevance": ([0, 1], [-0.1, 1.1, None]),
    "diversity.calibration": ([0, 1], [-0.1, 1.1, None]),
    "diversity.per_category": ([None, 1, 200], [0, 201]),
    "diversity.per_creator": ([None, 1, 200], [0, 201]),
    "diversity.creator_attribute": (["creator", "导演"], ["", None, "x" * 101]),
    "diversity.fill": ([True, False], ["perhaps", None]),
    "exploration.rate": ([0, 0.5], [-0.1, 0.51, None]),
}

DEFAULTS: dict[str, Any] = {
    "interest.use_history": True,
    "interest.use_statement": True,
    "interest.statement_weight": 0.5,
    "interest.kind_weights": {},
    "interest.half_life_days": None,
    "interest.half_life_interactions": None,
    "interest.history_length": 1_000,
    "interest.dislike_weight": 0.5,
    "popular.popularity_weight": 1.0,
    "popular.freshness_weight": 0.3,
    "popular.freshness_half_life_days": 365.0,
    "popular.window_days": None,
    "filters.kinds": [],
    "filters.categories": [],
    "filters.languages": [],
    "seen.policy": "never",
    "seen.after_days": 30.0,
    "result_list.length": 20,
    "result_list.minimum_score": None,
    "result_list.explanations": True,
    "blocks.collaborative": 1.0,
    "blocks.factors": None,
    "blocks.text": None,
    "blocks.statement": 1.0,
    "blocks.popularity": 0.0,
    "blocks.newcomer_popularity": None,
    "blocks.newcomer_interactions": None,
    "boosts.freshness": 0.0,
    "boosts.freshness_half_life_days": 30.0,
    "boosts.trending": 0.0,
    "boosts.trending_half_life_days": 7.0,
    "boosts.new_items": 0.0,
    "new_items.gain": 1.5,
    "new_items.hand_over": 1.0,
    "diversity.candidates": 200,
    "diversity.relevance": 1.0,
    "diversity.calibration": 0.0,
    "diversity.per_category": None,
    "diversity.per_creator": None,
    "diversity.creator_attribute": "creator",
    "diversity.fill": True,
    "exploration.rate": 0.0,
}


def settings_with(path: str, value: Any) -> ScoringSettings:
    section, field = path.split(".")
    return ScoringSettings.model_validate({section: {field: value}})


def test_every_field_has_a_tested_range_and_default() -> None:
    assert set(FIELDS) == set(RANGES) == set(DEFAULTS)


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, (good, _) in RANGES.items() for value in good])
def test_value_within_the_range_is_taken_and_survives_storage(path: str, value: Any) -> None:
    settings = settings_with(path, value)
    section, field = path.split(".")
    assert getattr(getattr(settings, section), field) == value
    assert ScoringSettings.model_validate_json(settings.model_dump_json()) == settings


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, (_, bad) in RANGES.items() for value in bad])
def test_value_outside_the_range_is_refused(path: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        settings_with(path, value)
    assert {tuple(error["loc"][:2]) for error in refused.value.errors()} == {tuple(path.split("."))}


def test_defaults() -> None:
    dumped = ScoringSettings().model_dump()
    assert {f"{section}.{name}": value for section, values in dumped.items() for name, value in values.items()} == (
        DEFAULTS
    )


def test_diversity_and_calibration_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="exclude each other"):
        ScoringSettings.model_validate({"diversity": {"relevance": 0.7, "calibration": 0.5}})


@pytest.mark.parametrize("path", FIELDS)
def test_field_explains_itself_in_english_and_chinese(path: str) -> None:
    extra = FIELDS[path].json_schema_extra
    assert isinstance(extra, dict)
    english, chinese = str(extra["help_en"]), str(extra["help_zh"])
    assert len(english.split()) >= 3
    assert english.endswith(".")
    assert not CHINESE.search(english)
    assert CHINESE_WORDS.search(chinese)
    assert chinese.endswith("。")


@pytest.mark.parametrize("unknown", [{"interests": {}}, {"interest": {"halflife": 3}}, {"filters": {"kind": ["film"]}}])
def test_unknown_name_is_refused(unknown: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        ScoringSettings.model_validate(unknown)


def test_settings_cannot_be_changed_in_place() -> None:
    settings = ScoringSettings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.result_list.length = 3  # type: ignore[misc]  # that it is refused is what is tested
