"""Calibration with a history of 70% drama and 30% comedy, worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf, log, nan

import numpy as np
import pytest

from recommender.engine.calibration import calibrated_order, category_divergence, category_shares
from recommender.engine.interest import FloatArray

HISTORY = {"drama": 0.7, "comedy": 0.3}
IDS = np.array([1, 2, 3, 4, 5])
SCORES = np.array([1.0, 0.8, 0.6, 0.2, 0.0])
DRAMA, COMEDY = ["drama"], ["comedy"]
CATEGORIES = [DRAMA, DRAMA, DRAMA, COMEDY, COMEDY]


def picked(
    strength: float,
    length: int = 3,
    *,
    scores: FloatArray = SCORES,
    categories: Sequence[Sequence[str]] = CATEGORIES,
    history: Mapping[str, float] = HISTORY,
    smoothing: float = 0.01,
) -> list[int]:
    ids = IDS[: len(scores)]
    order = calibrated_order(scores, ids, categories, history, strength=strength, length=length, smoothing=smoothing)
    return [int(item_id) for item_id in ids[order]]


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        # q' = .99 (1, 0) + .01 (.7, .3) = (.997, .003): .7 ln(.7/.997) + .3 ln(.3/.003) = -.24757 + 1.38155
        pytest.param([DRAMA], 1.13398, id="drama alone"),
        # q' = (.007, .993): .7 ln(.7/.007) + .3 ln(.3/.993) = 3.22362 - .35908
        pytest.param([COMEDY], 2.86454, id="comedy alone"),
        # q' = (.502, .498): .23274 - .15205
        pytest.param([DRAMA, COMEDY], 0.08069, id="half and half"),
        pytest.param([["drama", "comedy"]], 0.08069, id="both in one item"),
        # q' = (.667, .333): .03380 - .03131
        pytest.param([DRAMA, COMEDY, DRAMA], 0.00250, id="two to one"),
        pytest.param(7 * [DRAMA] + 3 * [COMEDY], 0.0, id="as in the history"),
        pytest.param([DRAMA, COMEDY, []], 0.08069, id="item without a category does not count"),
        # q' = (.3307, .3303, and the rest is war): .7 ln(.7/.337) + .3 ln(.3/.333)
        pytest.param([DRAMA, COMEDY, ["war"]], 0.7 * log(0.7 / 0.337) + 0.3 * log(0.3 / 0.333), id="foreign category"),
        pytest.param([], log(100), id="empty list"),
        pytest.param([["war"]], log(100), id="nothing of the history"),
        pytest.param([[]], log(100), id="nothing but an item without a category"),
    ],
)
def test_divergence_of_a_list(categories: list[list[str]], expected: float) -> None:
    assert category_divergence(HISTORY, categories) == pytest.approx(expected, abs=1e-5)


def test_smoothing_bounds_the_divergence() -> None:
    assert category_divergence(HISTORY, [], smoothing=0.1) == pytest.approx(log(10))
    # q' = .9 (1, 0) + .1 (.7, .3) = (.97, .03)
    expected = 0.7 * log(0.7 / 0.97) + 0.3 * log(10)
    assert category_divergence(HISTORY, [DRAMA], smoothing=0.1) == pytest.approx(expected)


def test_shares_of_any_sum_are_proportions() -> None:
    assert category_divergence({"drama": 7, "comedy": 3, "war": 0}, [DRAMA]) == pytest.approx(1.13398, abs=1e-5)


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        pytest.param(0.0, [1, 2, 3], id="score alone"),
        # After 1: 2 .72 - .11340, 4 .18 - .00807. Then 3 .54 - .11340, 4 .18 - .00025.
        pytest.param(0.1, [1, 2, 3], id="too weak"),
        # After 1: 2 .4 - .56699, 4 .1 - .04035. Then 2 .4 - .00125, 5 0 - half of the divergence of one to two.
        pytest.param(0.5, [1, 4, 2], id="half"),
        pytest.param(1.0, [1, 4, 2], id="proportions alone"),
    ],
)
def test_strength_trades_scores_for_proportions(strength: float, expected: list[int]) -> None:
    assert picked(strength) == expected


def test_smoothing_weakens_calibration() -> None:
    # Strength .2. After 1, smoothing .01: 2 .64 - .22680, 4 .16 - .01614 -> 2; and 4 follows: 3 .48 - .22680 = .25320,
    # 4 .16 - .00050 = .15950 -> 3. Strength .3: 2 .56 - .34019 = .21981, 4 .14 - .02421 = .11579 -> 2; then
    # 3 .42 - .34019 = .07981, 4 .14 - .00075 = .13925 -> 4. With smoothing .5 the divergence of drama alone is
    # .7 ln(.7/.85) + .3 ln 2 = .07204: 3 .42 - .02161 stays before 4.
    assert picked(0.3) == [1, 2, 4]
    assert picked(0.3, smoothing=0.5) == [1, 2, 3]


def test_a_shorter_list_is_the_beginning_of_a_longer_one() -> None:
    assert picked(0.5, length=2) == [1, 4]
    assert picked(0.5, length=0) == []
    assert sorted(picked(0.5, length=9)) == [1, 2, 3, 4, 5]


def test_unit_and_origin_of_the_scores_do_not_matter() -> None:
    assert picked(0.5, scores=7 * SCORES - 100) == [1, 4, 2]


def test_ties_go_to_the_better_score_and_then_to_the_smaller_id() -> None:
    scores = np.array([1.0, 1.0, 2.0, 1.0])
    assert picked(1.0, length=4, scores=scores, categories=4 * [DRAMA]) == [3, 1, 2, 4]


def test_item_without_a_category_competes_by_its_score() -> None:
    # After 1, strength .5: 2 .4 - .56699 = -.16699 and without a category .375 - .56699; 4 is out of the game.
    scores, categories = np.array([1.0, 0.8, 0.75, 0.0]), [DRAMA, DRAMA, [], ["war"]]
    assert picked(0.5, length=4, scores=scores, categories=categories) == [1, 2, 3, 4]
    assert picked(0.5, length=4, scores=scores, categories=[DRAMA, [], DRAMA, ["war"]]) == [1, 2, 3, 4]


def test_history_that_says_nothing_leaves_the_plain_order() -> None:
    assert picked(0.9, length=3, history={}) == [1, 2, 3]


def test_shares_of_a_history_are_split_among_an_items_categories() -> None:
    weights = np.array([3.0, 1.0, 2.0, -5.0, 4.0])
    categories = [["drama"], ["comedy"], ["drama", "comedy"], ["war"], []]
    # drama 3 + 1, comedy 1 + 1; what is disliked or without a category says nothing.
    assert category_shares(weights, categories) == pytest.approx({"comedy": 2 / 6, "drama": 4 / 6})


def test_category_named_twice_counts_once() -> None:
    assert category_shares(np.array([1.0]), [["a", "a", "b"]]) == {"a": 0.5, "b": 0.5}
    assert category_divergence({"a": 1, "b": 1}, [["a", "a", "b"]]) == pytest.approx(0.0)


def test_history_without_likes_or_categories_has_no_shares() -> None:
    assert category_shares(np.array([-1.0, 0.0, 2.0]), [["a"], ["b"], []]) == {}
    assert category_shares(np.array([]), []) == {}


@pytest.mark.parametrize("strength", [-0.1, 1.1, nan])
def test_strength_out_of_range_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        picked(strength)


@pytest.mark.parametrize("smoothing", [0.0, 1.0, -1.0, nan])
def test_smoothing_out_of_range_is_refused(smoothing: float) -> None:
    with pytest.raises(ValueError, match="smoothing"):
        picked(0.5, smoothing=smoothing)


@pytest.mark.parametrize("history", [{"a": 0.0}, {"a": -1.0, "b": 2.0}, {"a": inf}, {"a": nan}])
def test_impossible_shares_are_refused(history: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        picked(0.5, history=history)


def test_missing_categories_and_lengths_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="categories of 4"):
        picked(0.5, categories=CATEGORIES[:4])
    with pytest.raises(ValueError, match="length"):
        picked(0.5, length=-1)


@pytest.mark.parametrize("weights", [np.array([1.0]), np.array([1.0, nan])])
def test_unusable_weights_are_refused(weights: FloatArray) -> None:
    with pytest.raises(ValueError, match="weight"):
        category_shares(weights, [["a"], ["b"]])
