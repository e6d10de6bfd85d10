"""Trends: recent weights that fade, on a scale from nothing to the most liked item."""

from __future__ import annotations

from math import e, inf, log, nan

import numpy as np
import pytest

from recommender.engine.interest import FloatArray
from recommender.engine.trending import recent_weights, trend_scores


def faded(rows: list[int], weights: list[float], ages_days: list[float], half_life_days: float = 10) -> FloatArray:
    return recent_weights(
        np.array(rows, dtype=np.intp), np.array(weights), np.array(ages_days), items=4, half_life_days=half_life_days
    )


def test_interactions_of_an_item_add_up_and_fade() -> None:
    # Item 0: 2 + 4 / 2; item 2: 1 / 4; nobody touched 1 and 3.
    assert faded([0, 2, 0], [2.0, 1.0, 4.0], [0.0, 20.0, 10.0]) == pytest.approx([4.0, 0.0, 0.25, 0.0])


def test_half_life_decides_how_fast_they_fade() -> None:
    assert faded([0], [8.0], [10.0], half_life_days=5) == pytest.approx([2.0, 0, 0, 0])


def test_dislikes_do_not_take_from_a_trend() -> None:
    assert faded([0, 0], [3.0, -9.0], [0.0, 0.0]).tolist() == [3.0, 0.0, 0.0, 0.0]


def test_what_lies_in_the_future_counts_as_now() -> None:
    assert faded([1], [3.0], [-400.0]).tolist() == [0.0, 3.0, 0.0, 0.0]


def test_nobody_did_anything() -> None:
    assert faded([], [], []).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert recent_weights(np.array([], dtype=np.intp), np.array([]), np.array([]), items=0, half_life_days=1).size == 0


def test_most_liked_item_is_one_and_the_others_follow_by_logarithm() -> None:
    scores = trend_scores(np.array([e**2 - 1, e - 1, 0.0, 1.0]))
    assert scores == pytest.approx([1.0, 0.5, 0.0, log(2) / 2])


def test_scale_is_that_of_the_items_given() -> None:
    assert trend_scores(np.array([1.0, 3.0])) == pytest.approx([0.5, 1.0])
    assert trend_scores(np.array([1.0])).tolist() == [1.0]


def test_where_nothing_is_liked_nothing_trends() -> None:
    assert trend_scores(np.array([0.0, -2.0])).tolist() == [0.0, 0.0]
    assert trend_scores(np.array([])).tolist() == []


def test_weight_below_zero_does_not_trend() -> None:
    assert trend_scores(np.array([-5.0, 2.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("rows", "weights", "ages_days", "reason"),
    [
        pytest.param([0], [nan], [0.0], "not finite", id="weight that is no number"),
        pytest.param([0], [1.0], [inf], "not finite", id="endless age"),
        pytest.param([0, 1], [1.0], [0.0], "differ in count", id="missing weight"),
        pytest.param([4], [1.0], [0.0], "row", id="row beyond the last item"),
        pytest.param([-1], [1.0], [0.0], "row", id="row before the first item"),
    ],
)
def test_unusable_interactions_are_refused(
    rows: list[int], weights: list[float], ages_days: list[float], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        faded(rows, weights, ages_days)


@pytest.mark.parametrize("half_life_days", [0.0, -1.0, nan])
def test_impossible_half_life_is_refused(half_life_days: float) -> None:
    with pytest.raises(ValueError, match="half_life_days"):
        faded([0], [1.0], [0.0], half_life_days)


def test_weight_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite"):
        trend_scores(np.array([1.0, nan]))
