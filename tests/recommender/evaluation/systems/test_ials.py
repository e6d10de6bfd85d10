from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.systems.ials import Ials, solve_factors
from tests.recommender.evaluation.arranging import case_of, train_on


def test_half_step_of_one_dimension_by_hand() -> None:
    # H = (1, 2), liked is the second: w = 2 / (4 + .5 (1 + 4) + .1 (1 + .5 * 2)) = 2 / 6.7.
    likes = sparse.csr_array(np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]))
    factors = solve_factors(likes, np.array([[1.0], [2.0]]), 0.5, 0.1)
    # Both liked: 3 / (5 + 2.5 + .1 (2 + 1)); none: 0.
    assert factors[:, 0] == pytest.approx([2 / 6.7, 3 / 7.8, 0.0])


def test_blocks_of_rows_do_not_change_the_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    likes = sparse.csr_array(rng.integers(0, 2, (7, 5)).astype(np.float64))
    factors = rng.normal(size=(5, 3))
    whole = solve_factors(likes, factors, 0.3, 0.01)
    monkeypatch.setattr("recommender.evaluation.systems.ials.ROWS_A_BLOCK", 3)
    assert solve_factors(likes, factors, 0.3, 0.01) == pytest.approx(whole)


def _loss(likes: FloatArray, users: FloatArray, items: FloatArray, alpha: float, penalty: float) -> float:
    scores = users @ items.T
    by_user = likes.sum(axis=1) + alpha * likes.shape[1]
    by_item = likes.sum(axis=0) + alpha * likes.shape[0]
    regular = by_user @ (users**2).sum(axis=1) + by_item @ (items**2).sum(axis=1)
    return float((likes * (1 - scores) ** 2).sum() + alpha * (scores**2).sum() + penalty * regular)


def test_half_step_is_the_minimum_of_the_stated_loss() -> None:
    rng = np.random.default_rng(1)
    likes = rng.integers(0, 2, (6, 5)).astype(np.float64)
    items = rng.normal(size=(5, 3))
    users = solve_factors(sparse.csr_array(likes), items, 0.3, 0.05)
    least = _loss(likes, users, items, 0.3, 0.05)
    for _ in range(50):
        assert _loss(likes, users + rng.normal(0, 1e-2, users.shape), items, 0.3, 0.05) > least


def test_two_circles_of_taste_are_told_apart_for_a_new_person() -> None:
    first, second = [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]
    system = Ials(dimension=2, unobserved_weight=0.1, regularisation=0.01, epochs=20)
    system.fit(train_on([first] * 4 + [second] * 4), np.random.default_rng(0))
    (ranking,) = system.rank([case_of(4)], 5)
    assert set(ranking.items[:2].tolist()) == {3, 5}
    assert ranking.scores[1] > 0.5 > abs(ranking.scores[2])


def test_fit_is_decided_by_its_random_numbers() -> None:
    train = train_on([[1, 1, 0], [0, 1, 1], [1, 0, 1]])
    scores = []
    for seed in (0, 0, 1):
        system = Ials(dimension=2, epochs=1)
        system.fit(train, np.random.default_rng(seed))
        scores.append(system.score([case_of(0)])[0].tolist())
    assert scores[0] == scores[1]
    assert scores[0] != scores[2]


def test_item_that_nobody_likes_scores_zero() -> None:
    system = Ials(dimension=2)
    system.fit(train_on([[1, 1, 0], [1, 1, 0]]), np.random.default_rng(0))
    assert system.score([case_of(0)])[0][2] == 0.0
