from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.statistics import bootstrap_intervals, paired_p_values, person_sums
from tests.recommender.evaluation.arranging import rows_of


def sums_of(*values: float) -> FloatArray:
    return np.array(values)[:, None]


def test_cases_are_added_up_by_person_with_their_weights() -> None:
    values = np.array([[1.0, 5.0], [2.0, np.nan], [4.0, 1.0]])
    sums = person_sums(values, rows_of(9, 4, 9), np.array([1.0, 1.0, 0.5]))
    assert sums.sums.tolist() == [[2.0, 0.0], [3.0, 5.5]]
    assert sums.weights.tolist() == [[1.0, 0.0], [1.5, 1.5]]
    assert sums.means == pytest.approx([5 / 2.5, 5.5 / 1.5])


def test_mean_is_missing_where_no_case_has_a_value() -> None:
    sums = person_sums(sums_of(np.nan, np.nan), rows_of(0, 1), np.ones(2))
    assert np.isnan(sums.means).all()
    assert np.isnan(bootstrap_intervals(sums, np.random.default_rng(0))).all()


def test_two_people_are_drawn_twice_once_or_not_at_all() -> None:
    # Resampled means of 0 and 1 are 0, 1/2 and 1 with probabilities 1/4, 1/2 and 1/4.
    sums = person_sums(sums_of(0.0, 1.0), rows_of(0, 1), np.ones(2))
    wide = bootstrap_intervals(sums, np.random.default_rng(0), level=0.95)
    narrow = bootstrap_intervals(sums, np.random.default_rng(0), level=0.4)
    assert wide[:, 0].tolist() == [0.0, 1.0]
    assert narrow[:, 0].tolist() == [0.5, 0.5]


def test_cases_of_one_person_are_drawn_together() -> None:
    # Ten cases of one person are one observation: nothing varies.
    values = sums_of(*np.arange(10.0))
    alone = person_sums(values, np.zeros(10, dtype=np.int64), np.ones(10))
    apart = person_sums(values, np.arange(10), np.ones(10))
    assert bootstrap_intervals(alone, np.random.default_rng(0))[:, 0] == pytest.approx([4.5, 4.5])
    low, high = bootstrap_intervals(apart, np.random.default_rng(0))[:, 0]
    assert low < 3.5 < 5.5 < high


def test_interval_shrinks_as_the_normal_approximation_says() -> None:
    values = np.random.default_rng(5).normal(0.3, 1.0, (400, 1))
    sums = person_sums(values, np.arange(400), np.ones(400))
    low, high = bootstrap_intervals(sums, np.random.default_rng(1), resamples=4_000)[:, 0]
    expected = 2 * 1.96 * values.std() / sqrt(400)
    assert high - low == pytest.approx(expected, rel=0.06)
    assert low < values.mean() < high


def test_resamples_are_as_many_as_asked_for_however_they_are_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = person_sums(sums_of(*np.arange(7.0)), np.arange(7), np.ones(7))
    whole = bootstrap_intervals(sums, np.random.default_rng(3), resamples=100)
    monkeypatch.setattr("recommender.evaluation.statistics.CELLS_A_BLOCK", 21)
    assert bootstrap_intervals(sums, np.random.default_rng(3), resamples=100).tolist() == whole.tolist()


def test_p_value_is_the_paired_t_test_s() -> None:
    # Differences 1, 2, 3: mean 2, deviation 1, t = 2 sqrt(3); with two degrees p = 1 - t / sqrt(t^2 + 2).
    sums = person_sums(sums_of(1.0, 2.0, 3.0), rows_of(0, 1, 2), np.ones(3))
    assert paired_p_values(sums) == pytest.approx([1 - sqrt(12) / sqrt(14)])


def test_p_value_does_not_grow_surer_by_asking_the_same_people_again() -> None:
    once = person_sums(sums_of(1.0, 2.0, 3.0), rows_of(0, 1, 2), np.ones(3))
    thrice = person_sums(sums_of(*[1.0, 2.0, 3.0] * 3), rows_of(*[0, 1, 2] * 3), np.ones(9))
    assert paired_p_values(thrice) == pytest.approx(paired_p_values(once))


def test_p_value_of_unequally_often_asked_people_uses_the_linearised_error() -> None:
    # Sums 2 and 0 of weights 2 and 1: ratio 2/3, residuals 2/3 and -2/3, deviation sqrt(8/9), mean weight 3/2, so
    # t = (2/3) / (sqrt(8/9) / sqrt(2) / (3/2)) = 3/2; with one degree p = 1 - 2 atan(t) / pi.
    sums = person_sums(sums_of(1.0, 1.0, 0.0), rows_of(0, 0, 1), np.ones(3))
    assert paired_p_values(sums) == pytest.approx([1 - 2 * np.arctan(1.5) / np.pi])


def test_equal_systems_differ_by_chance_and_a_constant_difference_does_not() -> None:
    values = np.array([[0.0, 0.25]] * 5)
    sums = person_sums(values, np.arange(5), np.ones(5))
    assert paired_p_values(sums).tolist() == [1.0, 0.0]


def test_one_person_proves_nothing() -> None:
    sums = person_sums(sums_of(1.0), rows_of(0), np.ones(1))
    assert np.isnan(paired_p_values(sums)).all()
    assert np.isnan(
        bootstrap_intervals(person_sums(np.empty((0, 2)), rows_of(), np.ones(0)), np.random.default_rng(0))
    ).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30), st.integers(0, 5))
def test_interval_lies_within_the_values_and_turns_with_their_sign(values: list[float], seed: int) -> None:
    column = np.array(values)[:, None]
    sums = person_sums(np.hstack([column, -column]), np.arange(len(values)), np.ones(len(values)))
    (low, negative_low), (high, negative_high) = bootstrap_intervals(sums, np.random.default_rng(seed), resamples=200)
    assert min(values) - 1e-12 <= low <= high <= max(values) + 1e-12
    assert (negative_low, negative_high) == pytest.approx((-high, -low))
    assert paired_p_values(sums)[0] == pytest.approx(paired_p_values(sums)[1])
