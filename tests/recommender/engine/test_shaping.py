"""From candidates to the list: each setting has its effect, and all of them keep to their order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recommender.engine.shaping import Candidates, Shaped, ShapingSettings, shape

HISTORY = {"drama": 0.7, "comedy": 0.3}
# As in the tests of diversity and calibration, in no order: ids 1..5 by falling score.
CANDIDATES = Candidates(
    item_ids=np.array([4, 2, 5, 1, 3]),
    scores=np.array([0.2, 0.8, 0.0, 1.0, 0.6]),
    vectors=np.array([[-0.6, 0.8], [0.8, 0.6], [0.0, -1.0], [1.0, 0.0], [0.0, 1.0]]),
    categories=[["comedy"], ["drama"], ["comedy"], ["drama"], ["drama"]],
    creators=[["ann"], ["ann"], ["ben"], ["ann"], ["cleo"]],
)


def shaped(
    how: ShapingSettings,
    length: int = 3,
    *,
    candidates: Candidates = CANDIDATES,
    history: dict[str, float] | None = HISTORY,
    seed: int = 0,
) -> Shaped:
    return shape(candidates, how, length=length, rng=np.random.default_rng(seed), history_shares=history)


def ids(result: Shaped) -> list[int]:
    return [int(item_id) for item_id in CANDIDATES.item_ids[result.order]]


def test_neutral_settings_give_the_plain_order() -> None:
    bare = Candidates(CANDIDATES.item_ids, CANDIDATES.scores)
    result = shaped(ShapingSettings(), 4, candidates=bare, history=None)
    assert ids(result) == [1, 2, 3, 4]
    assert result.propensities.tolist() == [1.0] * 4
    assert not result.explored.any()
    assert not result.beyond_quota.any()


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        pytest.param(ShapingSettings(calibration_strength=0.9), [1, 4, 2], id="calibration"),
        # After 1: 2 .4 - .4, 3 .3 - 0, 4 .1 + .3, 5 0 - 0. After 4: 2 .4 - .4, 3 .3 - .4, 5 0 - 0; ties by score.
        pytest.param(ShapingSettings(mmr_trade_off=0.5), [1, 4, 2], id="diversity"),
        pytest.param(ShapingSettings(quota_per_category=1), [1, 4], id="quota of categories"),
        pytest.param(ShapingSettings(quota_per_creator=1), [1, 3, 5], id="quota of creators"),
        pytest.param(ShapingSettings(quota_per_category=2, quota_per_creator=1), [1, 3, 5], id="both quotas"),
        pytest.param(ShapingSettings(quota_per_category=1, quota_per_creator=1), [1, 5], id="both quotas, tight"),
        pytest.param(ShapingSettings(quota_per_category=1, fill=True), [1, 4, 2], id="quota, filled"),
        pytest.param(ShapingSettings(calibration_strength=0.9, quota_per_creator=2), [1, 4, 3], id="calibrated, quota"),
        pytest.param(ShapingSettings(mmr_trade_off=0.5, quota_per_creator=2), [1, 4, 5], id="diverse, quota"),
    ],
)
def test_each_setting_has_its_effect(how: ShapingSettings, expected: list[int]) -> None:
    assert ids(shaped(how)) == expected


def test_what_fills_the_list_beyond_its_quota_is_marked() -> None:
    result = shaped(ShapingSettings(quota_per_category=1, fill=True, exploration_rate=1.0), 4)
    assert ids(result) == [1, 4, 2, 3]
    assert result.beyond_quota.tolist() == [False, False, True, True]
    assert result.propensities.tolist() == [1.0] * 4


def test_what_is_drawn_keeps_the_quotas_too() -> None:
    how = ShapingSettings(quota_per_creator=1, exploration_rate=0.5)
    seen: set[int] = set()
    for seed in range(30):
        result = shaped(how, 1, seed=seed)
        seen.update(ids(result))
    # 2 and 4 are by the creator of 1, who is in the list.
    assert seen == {1, 3, 5}


def test_exploration_draws_from_below_the_list() -> None:
    result = shaped(ShapingSettings(exploration_rate=1.0), 2)
    assert set(ids(result)) < {3, 4, 5}
    assert result.explored.tolist() == [True, True]


def test_propensities_are_those_of_the_candidates_that_may_be_drawn() -> None:
    result = shaped(ShapingSettings(exploration_rate=0.4), 2, seed=3)
    assert result.propensities == pytest.approx(np.where(result.explored, 0.4 / 3, 0.6))


def test_quota_reaches_as_deep_into_the_reranking_as_it_must() -> None:
    # 60 candidates on a half circle; the first 40 by score share a creator.
    angles = np.linspace(0, np.pi, 60)
    deep = Candidates(
        item_ids=np.arange(60),
        scores=np.linspace(1, 0, 60) ** 2,
        vectors=np.column_stack([np.cos(angles), np.sin(angles)]),
        creators=[["ann"] if index < 40 else [f"creator {index}"] for index in range(60)],
    )
    whole = shaped(ShapingSettings(mmr_trade_off=0.7), 60, candidates=deep).order.tolist()
    limited = shaped(ShapingSettings(mmr_trade_off=0.7, quota_per_creator=2), 10, candidates=deep).order.tolist()
    by_ann = [position for position in whole if position < 40][2:]
    assert limited == [position for position in whole if position not in by_ann][:10]


def test_history_that_says_nothing_leaves_the_plain_order() -> None:
    assert ids(shaped(ShapingSettings(calibration_strength=1.0), history={})) == [1, 2, 3]


@pytest.mark.parametrize("length", [0, 5, 50])
def test_list_is_as_long_as_asked_for_or_as_there_are_candidates(length: int) -> None:
    for how in (
        ShapingSettings(mmr_trade_off=0.3),
        ShapingSettings(calibration_strength=0.3),
        ShapingSettings(quota_per_category=1, fill=True),
        ShapingSettings(exploration_rate=0.5),
    ):
        assert len(shaped(how, length).order) == min(length, 5)


@pytest.mark.parametrize(
    ("how", "without", "missing"),
    [
        (ShapingSettings(mmr_trade_off=0.5), replace(CANDIDATES, vectors=None), "vectors"),
        (ShapingSettings(calibration_strength=0.5), replace(CANDIDATES, categories=None), "categories"),
        (ShapingSettings(quota_per_category=1), replace(CANDIDATES, categories=None), "categories"),
        (ShapingSettings(quota_per_creator=1), replace(CANDIDATES, creators=None), "creators"),
    ],
)
def test_setting_that_lacks_what_it_needs_is_refused_not_ignored(
    how: ShapingSettings, without: Candidates, missing: str
) -> None:
    with pytest.raises(ValueError, match=f"needs {missing}"):
        shaped(how, candidates=without)


def test_calibration_without_shares_is_refused_not_ignored() -> None:
    with pytest.raises(ValueError, match="needs history_shares"):
        shaped(ShapingSettings(calibration_strength=0.5), history=None)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"mmr_trade_off": 1.5}, "mmr_trade_off"),
        ({"calibration_strength": -0.5}, "calibration_strength"),
        ({"exploration_rate": 2.0}, "exploration_rate"),
        ({"quota_per_category": 0}, "quota_per_category"),
        ({"quota_per_creator": -1}, "quota_per_creator"),
        ({"mmr_trade_off": 0.9, "calibration_strength": 0.1}, "exclude each other"),
    ],
)
def test_impossible_settings_are_refused(changes: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        ShapingSettings(**changes)


def test_candidates_must_be_complete_and_unique() -> None:
    with pytest.raises(ValueError, match="twice"):
        replace(CANDIDATES, item_ids=np.array([4, 2, 5, 1, 4]))
    with pytest.raises(ValueError, match="creators of 4"):
        replace(CANDIDATES, creators=[["ann"]] * 4)


def test_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        shaped(ShapingSettings(), -1)
