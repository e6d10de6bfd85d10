"""The normalised matrix, with a catalogue of three items worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.interaction_matrix import NormalisedMatrix, normalised_matrix
from recommender.engine.interest import FloatArray

searched = settings(max_examples=40, deadline=None)

# Alice has the first two items, bob the first; nobody has the third.
USERS, ITEMS = np.array([0, 0, 1]), np.array([0, 1, 0])


def normalised(
    item_power: float, user_power: float, *, values: FloatArray | None = None, shape: tuple[int, int] = (2, 3)
) -> NormalisedMatrix:
    values = np.ones(3) if values is None else values
    return normalised_matrix(USERS, ITEMS, values, shape=shape, item_power=item_power, user_power=user_power)


def test_both_powers_by_hand() -> None:
    # Sums: alice 2, bob 1; items 2, 1, 0. With both powers 1/2 the entries are 1/2 and 1/sqrt 2 (alice), 1/sqrt 2
    # (bob). Squares add up to 1.25 over two items that anybody has, so all is divided by sqrt .625 = .790569.
    result = normalised(0.5, 0.5)
    expected = np.array([[0.632456, 0.894427, 0.0], [0.894427, 0.0, 0.0]])
    assert result.matrix.toarray() == pytest.approx(expected, abs=1e-6)
    assert result.item_scales == pytest.approx([2**-0.5, 1.0, 1.0])


def test_powers_of_zero_leave_the_proportions() -> None:
    # Squares add up to 3 over two items.
    result = normalised(0.0, 0.0)
    assert result.matrix.toarray() == pytest.approx(np.array([[1, 1, 0], [1, 0, 0]]) / np.sqrt(1.5), abs=1e-6)
    assert result.item_scales == pytest.approx([1.0, 1.0, 1.0])


def test_item_power_tames_popular_items_alone() -> None:
    entries = normalised(1.0, 0.0).matrix.toarray()
    assert entries[0, 0] == pytest.approx(entries[1, 0])
    assert entries[0, 1] == pytest.approx(2 * entries[0, 0])


def test_user_power_tames_long_histories_alone() -> None:
    entries = normalised(0.0, 1.0).matrix.toarray()
    assert entries[0, 0] == pytest.approx(entries[0, 1])
    assert entries[1, 0] == pytest.approx(2 * entries[0, 0])


def test_sums_are_sums_of_evidence() -> None:
    # Alice .5 + .25, bob .5; items 1 and .25.
    result = normalised(1.0, 1.0, values=np.array([0.5, 0.25, 0.5]))
    assert result.item_scales == pytest.approx([1.0, 4.0, 1.0])
    entries = result.matrix.toarray()
    # .5/.75, .25 * 4/.75 and .5/.5
    assert entries[0, 1] / entries[0, 0] == pytest.approx(2.0)
    assert entries[1, 0] / entries[0, 0] == pytest.approx(1.5)


def test_pairs_without_evidence_stay_zeros() -> None:
    result = normalised(0.5, 0.5, values=np.zeros(3))
    assert result.matrix.toarray() == pytest.approx(np.zeros((2, 3)))
    assert result.item_scales == pytest.approx([1.0, 1.0, 1.0])


def test_no_interactions_give_an_empty_matrix() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    result = normalised_matrix(nothing, nothing, np.zeros(0), shape=(1, 4), item_power=0.25, user_power=0.2)
    assert result.matrix.shape == (1, 4)
    assert result.matrix.nnz == 0
    assert result.item_scales == pytest.approx(np.ones(4))


pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), min_size=1, max_size=20, unique=True)
powers = st.sampled_from([0.0, 0.2, 0.25, 0.5, 1.0])


@searched
@given(pairs, powers, powers)
def test_columns_have_squared_length_one_on_average(chosen: list[tuple[int, int]], a: float, b: float) -> None:
    users, items = np.array(chosen).T
    values = np.linspace(0.3, 1.0, len(chosen))
    matrix = normalised_matrix(users, items, values, shape=(6, 5), item_power=a, user_power=b).matrix.toarray()
    assert (matrix**2).sum() / len(np.unique(items)) == pytest.approx(1.0, rel=1e-4)


@searched
@given(pairs, powers, powers, st.sampled_from([0.01, 3.0, 100.0]))
def test_unit_of_the_evidence_does_not_matter(chosen: list[tuple[int, int]], a: float, b: float, unit: float) -> None:
    users, items = np.array(chosen).T
    values = np.linspace(0.3, 1.0, len(chosen))
    one = normalised_matrix(users, items, values, shape=(6, 5), item_power=a, user_power=b).matrix.toarray()
    many = normalised_matrix(users, items, unit * values, shape=(6, 5), item_power=a, user_power=b).matrix.toarray()
    assert many == pytest.approx(one, rel=1e-4)
