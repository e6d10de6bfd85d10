"""Maximal marginal relevance and intra-list diversity of four items in the plane, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.engine.diversity import (
    intra_list_diversity,
    maximal_marginal_relevance,
    min_max_scaled,
    plain_order,
)
from recommender.engine.interest import FloatArray

IDS = np.array([11, 12, 13, 14])
SCORES = np.array([1.0, 0.9, 0.5, 0.0])
# Cosines: 11-12 .8, 11-13 0, 11-14 -.6, 12-13 .6, 12-14 0, 13-14 .8.
VECTORS = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]])


def picked(trade_off: float, length: int = 4) -> list[int]:
    order = maximal_marginal_relevance(SCORES, VECTORS, IDS, trade_off=trade_off, length=length)
    return [int(item_id) for item_id in IDS[order]]


@pytest.mark.parametrize(
    ("trade_off", "expected"),
    [
        pytest.param(1.0, [11, 12, 13, 14], id="score alone"),
        # After 11: 12 .63 - .24 = .39, 13 .35 - 0 = .35, 14 0 + .18. After 12: 13 .35 - .18, 14 0 - 0.
        pytest.param(0.7, [11, 12, 13, 14], id="a little likeness"),
        # After 11: 12 .54 - .32 = .22, 13 .3 - 0, 14 0 + .24. After 13: 12 .54 - .32, 14 0 - .32.
        pytest.param(0.6, [11, 13, 12, 14], id="more likeness"),
        # After 11: 12 .45 - .4 = .05, 13 .25 - 0, 14 0 + .3. After 14: 12 .45 - .4, 13 .25 - .4.
        pytest.param(0.5, [11, 14, 12, 13], id="half likeness"),
        # 11 by its score, 14 as -.6; then 12 and 13 both have a cosine of .8 with one of them: 12 by its score.
        pytest.param(0.0, [11, 14, 12, 13], id="likeness alone"),
    ],
)
def test_trade_off_of_score_and_likeness(trade_off: float, expected: list[int]) -> None:
    assert picked(trade_off) == expected


def test_the_most_alike_of_what_is_picked_counts() -> None:
    # 3 is 1 once more; 4 has a cosine of .6 with 1, -.8 with 2 and .8 with 5. Half likeness:
    # after 1: 2 .45 - 0, 3 .4 - .5, 4 .15 - .3, 5 0 - 0. After 2: 3 .4 - .5, 4 .15 - .3, 5 0 - 0.
    # After 5: 3 .4 - .5 = -.1, 4 .15 - .4 = -.25.
    ids, scores = np.array([1, 2, 3, 4, 5]), np.array([1.0, 0.9, 0.8, 0.3, 0.0])
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.6, -0.8], [0.0, -1.0]])
    order = maximal_marginal_relevance(scores, vectors, ids, trade_off=0.5, length=5)
    assert ids[order].tolist() == [1, 2, 5, 3, 4]


def test_a_shorter_list_is_the_beginning_of_a_longer_one() -> None:
    assert picked(0.5, length=2) == [11, 14]
    assert picked(0.5, length=0) == []
    assert picked(0.5, length=9) == [11, 14, 12, 13]


def test_unit_and_origin_of_the_scores_do_not_matter() -> None:
    order = maximal_marginal_relevance(7 * SCORES - 100, VECTORS, IDS, trade_off=0.6, length=4)
    assert IDS[order].tolist() == [11, 13, 12, 14]


def test_ties_go_to_the_better_score_and_then_to_the_smaller_id() -> None:
    ids = np.array([5, 3, 9, 4])
    same = np.tile([0.6, 0.8], (4, 1))
    order = maximal_marginal_relevance(np.array([1.0, 1.0, 2.0, 1.0]), same, ids, trade_off=0.0, length=4)
    assert ids[order].tolist() == [9, 3, 4, 5]


def test_equal_rows_tie_in_any_number() -> None:
    row = np.random.default_rng(5).normal(size=33)
    ids = np.arange(23)
    rows = np.tile(row / np.linalg.norm(row), (23, 1))
    order = maximal_marginal_relevance(np.zeros(23), rows, ids, trade_off=0.5, length=23)
    assert order.tolist() == list(range(23))


def test_item_without_a_vector_resembles_nothing() -> None:
    vectors = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    order = maximal_marginal_relevance(np.array([1.0, 0.9, 0.0]), vectors, np.array([1, 2, 3]), trade_off=0.5, length=3)
    # 2: .45 - .5 = -.05; 3: 0 - 0.
    assert order.tolist() == [0, 2, 1]


def test_plain_order_is_by_score_and_then_by_id() -> None:
    assert plain_order(np.array([0.5, 0.7, 0.5, 0.7]), np.array([4, 3, 2, 1])).tolist() == [3, 1, 2, 0]


def test_scores_are_scaled_from_least_to_largest() -> None:
    assert min_max_scaled(np.array([-2.0, 0.0, 6.0])) == pytest.approx([0.0, 0.25, 1.0])
    assert min_max_scaled(np.array([3.0, 3.0])).tolist() == [0.0, 0.0]
    assert min_max_scaled(np.array([])).tolist() == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(VECTORS[:2], 0.2, id="one pair"),
        # Cosines .8, 0, -.6, .6, 0, .8: their mean is 1.6 / 6.
        pytest.param(VECTORS, 1 - 1.6 / 6, id="six pairs"),
        pytest.param(np.tile([0.6, 0.8], (5, 1)), 0.0, id="the same item five times"),
        pytest.param(np.array([[1.0, 0.0], [-1.0, 0.0]]), 2.0, id="opposites"),
        pytest.param(np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), 2 / 3, id="one without a vector"),
    ],
)
def test_intra_list_diversity_is_the_mean_distance_of_pairs(rows: FloatArray, expected: float) -> None:
    assert intra_list_diversity(rows) == pytest.approx(expected)


def test_rounded_rows_are_not_less_than_alike() -> None:
    assert intra_list_diversity(np.tile([0.603, 0.804], (3, 1))) == 0.0


@pytest.mark.parametrize("count", [0, 1])
def test_list_without_a_pair_has_no_diversity(count: int) -> None:
    assert intra_list_diversity(VECTORS[:count]) is None


@pytest.mark.parametrize("trade_off", [-0.1, 1.1, float("nan")])
def test_trade_off_out_of_range_is_refused(trade_off: float) -> None:
    with pytest.raises(ValueError, match="trade_off"):
        picked(trade_off)


@pytest.mark.parametrize(
    ("scores", "vectors", "reason"),
    [
        pytest.param(np.array([1.0, np.nan, 0.5, 0.0]), VECTORS, "score is not finite", id="score that is no number"),
        pytest.param(SCORES[:3], VECTORS, "scores of shape", id="missing score"),
        pytest.param(SCORES, VECTORS[:3], "vectors of shape", id="missing vector"),
        pytest.param(SCORES, VECTORS * 1.5, "neither of length 1 nor 0", id="long vectors"),
        pytest.param(SCORES, np.full((4, 2), np.inf), "vector is not finite", id="endless vectors"),
    ],
)
def test_unusable_input_is_refused(scores: FloatArray, vectors: FloatArray, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        maximal_marginal_relevance(scores, vectors, IDS, trade_off=0.5, length=4)


def test_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        picked(0.5, length=-1)
