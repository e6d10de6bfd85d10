"""Exploration: what chance may do to a list, and whether the logged probabilities are those of the draws."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.engine.diversity import Positions
from recommender.engine.exploration import ExploredList, explore

ORDER = np.array([4, 0, 3, 1, 2, 5])
DRAWS = 4_000


def explored(rate: float, length: int, *, seed: int = 0, order: Positions = ORDER) -> ExploredList:
    return explore(order, rate=rate, length=length, rng=np.random.default_rng(seed))


def test_rate_of_zero_leaves_the_list_and_the_generator_as_they_are() -> None:
    rng = np.random.default_rng(1)
    result = explore(ORDER, rate=0.0, length=3, rng=rng)
    assert result.order.tolist() == [4, 0, 3]
    assert result.explored.tolist() == [False, False, False]
    assert result.propensities.tolist() == [1.0, 1.0, 1.0]
    assert rng.random() == np.random.default_rng(1).random()


def test_rate_of_one_gives_every_slot_to_the_candidates_below() -> None:
    result = explored(1.0, 3)
    assert sorted(result.order.tolist()) == [1, 2, 5]
    assert result.explored.tolist() == [True, True, True]
    assert result.propensities == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_slots_that_find_nobody_below_keep_their_own() -> None:
    result = explored(1.0, 5)
    assert result.order.tolist() == [5, 0, 3, 1, 2]
    assert result.explored.tolist() == [True, False, False, False, False]
    assert result.propensities.tolist() == [1.0, 1.0, 1.0, 1.0, 1.0]


def test_list_of_all_candidates_has_nothing_to_explore() -> None:
    result = explored(1.0, 9)
    assert result.order.tolist() == ORDER.tolist()
    assert result.propensities.tolist() == [1.0] * 6


@pytest.mark.parametrize("order", [ORDER, np.array([], dtype=np.intp)])
def test_no_slots_give_an_empty_list(order: Positions) -> None:
    result = explored(0.5, 0, order=order)
    assert (result.order.tolist(), result.explored.tolist(), result.propensities.tolist()) == ([], [], [])


def test_same_seed_gives_the_same_list_and_another_seed_another() -> None:
    assert explored(0.5, 3, seed=7).order.tolist() == explored(0.5, 3, seed=7).order.tolist()
    assert len({tuple(explored(0.5, 3, seed=seed).order.tolist()) for seed in range(20)}) > 5


def test_order_that_was_given_stays_as_it_was() -> None:
    order = ORDER.copy()
    explored(1.0, 3, order=order)
    assert order.tolist() == ORDER.tolist()


def test_unexplored_slots_keep_their_own_candidates() -> None:
    for seed in range(50):
        result = explored(0.5, 3, seed=seed)
        assert result.order[~result.explored].tolist() == ORDER[:3][~result.explored].tolist()
        assert set(result.order[result.explored].tolist()) <= {1, 2, 5}
        assert result.propensities == pytest.approx(np.where(result.explored, 0.5 / 3, 0.5))


def test_propensities_where_candidates_may_run_out() -> None:
    # Two below four slots, rate .5. P(A_t) = 1, 1, then fewer than two of two: 3/4, fewer than two of three: 1/2.
    for seed in range(50):
        result = explored(0.5, 4, seed=seed)
        given = np.array([0.5, 0.5, 0.375, 0.25])
        assert result.propensities == pytest.approx(np.where(result.explored, given / 2, 1 - given))


@pytest.mark.parametrize(
    ("rate", "length", "count"),
    [(0.3, 3, 8), (0.6, 4, 6), (0.5, 5, 6), (0.9, 6, 8), (1.0, 3, 5)],
)
def test_propensities_are_how_often_a_slot_shows_a_candidate(rate: float, length: int, count: int) -> None:
    rng = np.random.default_rng(20_260_301)
    shown, claimed = np.zeros((length, count)), np.full((length, count), np.nan)
    slots = np.arange(length)
    for _ in range(DRAWS):
        result = explore(np.arange(count), rate=rate, length=length, rng=rng)
        shown[slots, result.order] += 1
        claimed[slots, result.order] = result.propensities
    frequencies, seen = shown / DRAWS, shown > 0
    # Five standard deviations of a frequency out of so many draws.
    assert np.all(np.abs(frequencies - claimed)[seen] < 5 * np.sqrt(0.25 / DRAWS))
    # What was ever shown in a slot is all that can be: its probabilities add up to 1.
    assert np.nansum(claimed, axis=1) == pytest.approx(np.ones(length))


def test_weighted_by_their_propensities_drawn_candidates_count_as_if_always_shown() -> None:
    rng = np.random.default_rng(20_260_302)
    estimates = np.zeros(8)
    for _ in range(DRAWS):
        result = explore(np.arange(8), rate=0.5, length=4, rng=rng)
        estimates[result.order] += 1 / result.propensities
    # Each of 0..3 can be shown in its own slot, each of 4..7 in any of four.
    assert estimates / DRAWS == pytest.approx([1, 1, 1, 1, 4, 4, 4, 4], abs=0.5)


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_rate_out_of_range_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        explored(rate, 3)


def test_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        explored(0.5, -1)
