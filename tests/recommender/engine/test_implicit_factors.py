"""iALS: half steps worked out by hand, and a loss that never rises."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from unittest.mock import Mock

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine import implicit_factors as module
from recommender.engine.implicit_factors import (
    ImplicitFactors,
    ImplicitSettings,
    _half_step,
    fit_implicit_factors,
    person_factors,
)
from recommender.engine.interest import FloatArray

searched = settings(max_examples=25, deadline=None)

# d = 1, alpha0 = .5, reg = .1, nu = 1. Alice has both items, with confidences 1 and 2; bob has the second, with 1;
# charlie has none.
BY_HAND = ImplicitSettings(dimension=1, unobserved_weight=0.5, regularisation=0.1, frequency_power=1.0)
CONFIDENCES = sp.csr_matrix(np.array([[1.0, 2.0], [0.0, 1.0], [0.0, 0.0]], dtype=np.float32))
ITEMS = np.array([[1.0], [2.0]])
# alpha0 H'H = .5 (1 + 4)
GRAM = np.array([[2.5]])


def starting_with(factors: FloatArray) -> Mock:
    rng = Mock(spec=np.random.Generator)
    rng.normal.return_value = factors
    return rng


def placed(chosen: list[int], confidences: list[float], settings: ImplicitSettings = BY_HAND) -> float:
    return float(person_factors(ITEMS[chosen], np.array(confidences), GRAM, settings, item_count=2)[0])


def test_half_step_of_two_people_by_hand() -> None:
    # Alice: ridge .1 (2 + .5 * 2) = .3; system 2.5 + 1 * 1 + 2 * 4 + .3 = 11.8; right side 1 * 1 + 2 * 2 = 5.
    assert placed([0, 1], [1.0, 2.0]) == pytest.approx(5 / 11.8)
    # Bob: ridge .1 (1 + .5 * 2) = .2; system 2.5 + 1 * 4 + .2 = 6.7; right side 1 * 2.
    assert placed([1], [1.0]) == pytest.approx(2 / 6.7)


def test_one_iteration_by_hand() -> None:
    # People are placed as above: .423729 and .298507. Then alpha0 W'W = .5 (.179546 + .089106) = .134326.
    # Item 1: ridge .1 (1 + .5 * 3) = .25; .423729 / (.134326 + .179546 + .25) = .751463.
    # Item 2: ridge .1 (2 + .5 * 3) = .35; (2 * .423729 + .298507) / (.134326 + 2 * .179546 + .089106 + .35) = 1.228886.
    fitted = fit_implicit_factors(CONFIDENCES, BY_HAND, rng=starting_with(ITEMS), iterations=1)
    assert fitted.items == pytest.approx(np.array([[0.751463], [1.228886]]), abs=1e-5)
    # .5 (.564697 + 1.510161)
    assert fitted.gram == pytest.approx(np.array([[1.037429]]), abs=1e-5)
    assert fitted.item_count == 2


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        # The ridge is .1 * 3^0 = .1, so 5 / 11.6.
        pytest.param(replace(BY_HAND, frequency_power=0.0), 5 / 11.6, id="not regularised by frequency"),
        # The ridge is .1 * sqrt(3) = .173205.
        pytest.param(replace(BY_HAND, frequency_power=0.5), 5 / 11.673205, id="half by frequency"),
        # The ridge is 1 * 3 = 3.
        pytest.param(replace(BY_HAND, regularisation=1.0), 5 / 14.5, id="regularisation"),
        # The ridge is .1 (2 + 2 * 2) = .6; what alpha0 does to the Gram matrix is the caller's.
        pytest.param(replace(BY_HAND, unobserved_weight=2.0), 5 / 12.1, id="unobserved weight"),
    ],
)
def test_every_setting_counts(chosen: ImplicitSettings, expected: float) -> None:
    assert placed([0, 1], [1.0, 2.0], chosen) == pytest.approx(expected)


def test_person_without_a_history_stands_at_zero() -> None:
    assert placed([], []) == 0.0


def random_confidences(people: int, items: int, seed: int) -> sp.csr_matrix:
    rng = np.random.default_rng(seed)
    observed = rng.random((people, items)) < rng.random((people, 1)) * 0.8
    return sp.csr_matrix(np.where(observed, rng.choice([0.3, 0.65, 1.0], (people, items)), 0.0).astype(np.float32))


def people_for(matrix: sp.csr_matrix, fitted: ImplicitFactors) -> FloatArray:
    """Everybody placed by the solve that serves a request, in double precision."""
    items = fitted.items.astype(np.float64)
    gram = fitted.settings.unobserved_weight * items.T @ items
    rows = [
        person_factors(
            items[matrix[row].indices], matrix[row].data, gram, fitted.settings, item_count=fitted.item_count
        )
        for row in range(matrix.shape[0])
    ]
    return np.stack(rows)


def loss(matrix: sp.csr_matrix, people: FloatArray, items: FloatArray, settings: ImplicitSettings) -> float:
    """As the module's docstring writes it."""
    confidences = matrix.toarray().astype(np.float64)
    scores = people @ items.T
    by_person = (confidences > 0).sum(axis=1) + settings.unobserved_weight * len(items)
    by_item = (confidences > 0).sum(axis=0) + settings.unobserved_weight * len(people)
    return float(
        (confidences * (1 - scores) ** 2).sum()
        + settings.unobserved_weight * (scores**2).sum()
        + settings.regularisation * (by_person**settings.frequency_power * (people**2).sum(axis=1)).sum()
        + settings.regularisation * (by_item**settings.frequency_power * (items**2).sum(axis=1)).sum()
    )


SMALL = ImplicitSettings(dimension=4, unobserved_weight=0.2, regularisation=0.02)


@searched
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.5, 1.0]))
def test_loss_never_rises(seed: int, frequency_power: float) -> None:
    matrix = random_confidences(9, 7, seed)
    chosen = replace(SMALL, frequency_power=frequency_power)
    losses = []
    for iterations in range(6):
        fitted = fit_implicit_factors(matrix, chosen, rng=np.random.default_rng(seed), iterations=iterations)
        items = fitted.items.astype(np.float64)
        losses.append(loss(matrix, people_for(matrix, fitted), items, chosen))
    for before, after in pairwise(losses):
        assert after <= before + 1e-5 * max(before, 1.0)
    assert losses[-1] <= losses[0]


@searched
@given(st.integers(0, 10_000))
def test_nobody_can_be_placed_better(seed: int) -> None:
    matrix = random_confidences(6, 5, seed)
    fitted = fit_implicit_factors(matrix, SMALL, rng=np.random.default_rng(seed), iterations=2)
    items, people = fitted.items.astype(np.float64), people_for(matrix, fitted)
    best = loss(matrix, people, items, SMALL)
    rng = np.random.default_rng(seed)
    for _ in range(5):
        assert loss(matrix, people + rng.normal(0, 0.05, people.shape), items, SMALL) > best


@searched
@given(st.integers(0, 10_000))
def test_items_are_placed_as_well_as_people(seed: int) -> None:
    # With people held where the last half step saw them, no other place of an item has a smaller loss.
    matrix = random_confidences(6, 5, seed)
    rng = np.random.default_rng(seed)
    people = rng.normal(0, 0.5, (6, 4)).astype(np.float32)
    items = _half_step(sp.csr_matrix(matrix.T), people, SMALL, others=6).astype(np.float64)
    best = loss(matrix, people.astype(np.float64), items, SMALL)
    for _ in range(5):
        assert loss(matrix, people.astype(np.float64), items + rng.normal(0, 0.05, items.shape), SMALL) > best


# Wide enough that rows of fewer than five items are solved by their own number, and longer ones by the dimension.
WIDE = replace(SMALL, dimension=10)


@pytest.mark.parametrize("largest_block", [1, 250, 4_000_000])
@searched
@given(seed=st.integers(0, 10_000))
def test_rows_together_are_solved_as_each_by_itself(largest_block: int, seed: int) -> None:
    matrix = random_confidences(12, 9, seed)
    items = np.random.default_rng(seed).normal(0, 0.5, (9, 10)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LARGEST_BLOCK", largest_block)
        together = _half_step(matrix, items, WIDE, others=9)
    alone = np.vstack([_half_step(matrix[row], items, WIDE, others=9) for row in range(12)])
    assert together == pytest.approx(alone, abs=1e-4)


@searched
@given(st.integers(0, 10_000))
def test_person_is_placed_as_the_half_step_places_its_row(seed: int) -> None:
    matrix = random_confidences(12, 9, seed)
    items = np.random.default_rng(seed).normal(0, 0.5, (9, 10)).astype(np.float32)
    fitted = ImplicitFactors(items, WIDE.unobserved_weight * (items.T @ items), WIDE)
    assert people_for(matrix, fitted) == pytest.approx(_half_step(matrix, items, WIDE, others=9), abs=1e-3)


def test_order_of_a_history_does_not_matter() -> None:
    items = np.random.default_rng(5).normal(size=(6, 4))
    gram, confidences = 0.2 * items.T @ items, np.array([1.0, 0.3, 0.5, 1.0, 0.2, 0.9])
    order = np.array([3, 1, 5, 0, 4, 2])
    straight = person_factors(items, confidences, gram, SMALL, item_count=6)
    shuffled = person_factors(items[order], confidences[order], gram, SMALL, item_count=6)
    assert shuffled == pytest.approx(straight, abs=1e-12)


def test_untouched_items_and_people_end_at_zero() -> None:
    matrix = sp.csr_matrix(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32))
    fitted = fit_implicit_factors(matrix, SMALL, rng=np.random.default_rng(0))
    assert np.abs(fitted.items[:2]).max() > 0.01
    assert fitted.items[2].tolist() == [0.0] * 4
    assert people_for(matrix, fitted)[1].tolist() == [0.0] * 4


def test_two_tastes_come_apart() -> None:
    # Three people like the first three items, three the others.
    matrix = sp.csr_matrix(np.kron(np.eye(2), np.ones((3, 3))).astype(np.float32))
    fitted = fit_implicit_factors(matrix, SMALL, rng=np.random.default_rng(0))
    scores = people_for(matrix, fitted) @ fitted.items.T
    assert scores[:3, :3].min() > scores[:3, 3:].max() + 0.3
    assert scores[3:, 3:].min() > scores[3:, :3].max() + 0.3


def test_same_start_gives_the_same_factors() -> None:
    matrix = random_confidences(10, 6, seed=4)
    first, second, other = (
        fit_implicit_factors(matrix, SMALL, rng=np.random.default_rng(seed)).items for seed in (1, 1, 2)
    )
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_nobody_and_nothing_is_no_error() -> None:
    fitted = fit_implicit_factors(sp.csr_matrix((1, 0), dtype=np.float32), SMALL, rng=np.random.default_rng(0))
    assert fitted.items.shape == (0, 4)
    assert fitted.gram == pytest.approx(np.zeros((4, 4)))
