from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.folds import Case, training_data
from recommender.evaluation.systems.ease import Cease, Ease, ease_weights
from tests.recommender.evaluation.arranging import case_of, dataset_of, history_of_items, rows_of, train_on

# X^T X + I = [[4, 2, 1], [2, 3, 0], [1, 0, 2]], whose inverse is [[6, -4, -3], [-4, 7, 2], [-3, 2, 8]] / 13.
TABLE = [[1, 1, 0], [1, 1, 0], [1, 0, 1]]
WEIGHTS = np.array([[0, 4 / 7, 3 / 8], [4 / 6, 0, -2 / 8], [3 / 6, -2 / 7, 0]])
NO_TEXT = np.zeros((3, 1))


def test_weights_of_three_items_by_hand() -> None:
    gram = np.array([[3.0, 2, 1], [2, 2, 0], [1, 0, 1]])
    assert ease_weights(gram, 1.0) == pytest.approx(WEIGHTS)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100), st.floats(0.5, 50))
def test_no_other_weights_with_a_zero_diagonal_reconstruct_better(seed: int, regularisation: float) -> None:
    rng = np.random.default_rng(seed)
    likes = rng.integers(0, 2, (8, 5)).astype(np.float64)
    weights = ease_weights(likes.T @ likes, regularisation)
    # Stationary: off the diagonal the gradient X^T (X B - X) + lambda B vanishes.
    gradient = likes.T @ (likes @ weights - likes) + regularisation * weights
    np.fill_diagonal(gradient, 0.0)
    assert np.abs(gradient).max() < 1e-8
    assert np.diag(weights).tolist() == [0.0] * 5


def test_scores_add_up_the_weights_of_the_likes() -> None:
    system = Ease(regularisation=1.0)
    system.fit(train_on(TABLE), np.random.default_rng(0))
    assert system.score([case_of(0, 2), case_of(1)]) == pytest.approx(np.array([WEIGHTS[0] + WEIGHTS[2], WEIGHTS[1]]))
    assert system.settings == {"regularisation": 1.0}


def test_item_that_nobody_likes_changes_nothing_and_scores_zero() -> None:
    system = Ease(regularisation=1.0)
    system.fit(train_on([[row[0], 0, row[1], row[2]] for row in TABLE]), np.random.default_rng(0))
    (scores,) = system.score([case_of(0, 1)])
    assert scores == pytest.approx([0, 0, 4 / 7, 3 / 8])


def test_learning_from_nothing_scores_nothing() -> None:
    system = Ease()
    dataset = dataset_of([("alice", "a", 1.0, 0.0), ("bob", "b", 5.0, 0.0)])
    system.fit(training_data(dataset, np.zeros(2, dtype=np.bool_), np.arange(2), None), np.random.default_rng(0))
    assert system.score([case_of(0)]).tolist() == [[0.0, 0.0]]


def plain_cease(text_vectors: FloatArray, **changed: float) -> Cease:
    settings_of = {
        "regularisation": 1.0,
        "text_weight": 0.0,
        "graded": 0.0,
        "user_exponent": 0.0,
        "item_exponent": 0.0,
    } | changed
    return Cease(text_vectors, **settings_of)


def test_cease_without_text_grades_and_normalisation_is_ease() -> None:
    system = plain_cease(NO_TEXT)
    system.fit(train_on(TABLE), np.random.default_rng(0))
    assert system.score([case_of(0, 2)])[0] == pytest.approx(WEIGHTS[0] + WEIGHTS[2])


def test_text_weighs_as_much_as_people_times_alpha() -> None:
    # X^T X = [[2, 1], [1, 2]] has trace 4, T T^T = [[1, .6], [.6, 1]] trace 2: alpha = .5 adds T T^T once.
    # Sum + I = [[4, 1.6], [1.6, 4]], so both weights are 1.6 / 4.
    system = plain_cease(np.array([[1.0, 0.0], [0.6, 0.8]]), text_weight=0.5)
    system.fit(train_on([[1, 1], [1, 0], [0, 1]]), np.random.default_rng(0))
    assert system.score([case_of(0), case_of(1)]) == pytest.approx(np.array([[0, 0.4], [0.4, 0]]))


def test_text_alone_recommends_a_new_item() -> None:
    # Nobody has used the last two; one reads like what the person likes, the other like nothing.
    vectors = np.array([[1.0, 0, 0], [0, 1.0, 0], [1.0, 0, 0], [0, 0, 1.0]])
    system = plain_cease(vectors, text_weight=0.5)
    system.fit(train_on([[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0]]), np.random.default_rng(0))
    (scores,) = system.score([case_of(0)])
    assert scores[2] > 0.1
    assert scores[3] == pytest.approx(0.0)


def test_ratings_below_the_threshold_count_as_graded() -> None:
    dataset = dataset_of([("alice", "a", 5.0, 0.0), ("alice", "b", 1.0, 0.0)])
    train = training_data(dataset, dataset.values >= 4, np.arange(2), None)
    system = plain_cease(np.zeros((2, 1)), graded=0.5)
    system.fit(train, np.random.default_rng(0))
    # x = (1, .5): X^T X + I = [[2, .5], [.5, 1.25]], B_01 = .5 / 2, B_10 = .5 / 1.25.
    history = history_of_items(0, 1, likes=[True, False])
    (scores,) = system.score([Case("alice", 0, history, rows_of(0, 1))])
    assert scores == pytest.approx([0.5 * 0.5 / 1.25, 1.0 * 0.5 / 2])


def test_people_with_many_likes_teach_less_with_a_user_exponent() -> None:
    # n_u = 2, 1 with mean 3/2: squared scales 3/4 and 3/2. X^T X = [[9/4, 3/4], [3/4, 3/4]], lambda = 1/4.
    system = plain_cease(np.zeros((2, 1)), user_exponent=0.5, regularisation=0.25)
    system.fit(train_on([[1, 1], [1, 0]]), np.random.default_rng(0))
    assert system.score([case_of(0), case_of(1)]) == pytest.approx(np.array([[0, 0.75 / 2.5], [0.75 / 1.0, 0]]))


def test_popular_items_are_scaled_down_to_learn_and_up_again_to_score() -> None:
    # n_i = 2, 1: squared scales 3/4 and 3/2. X^T X = [[3/2, s], [s, 3/2]], s = sqrt(9/8); lambda = 1/2: B = s / 2.
    system = plain_cease(np.zeros((2, 1)), item_exponent=0.5, regularisation=0.5)
    system.fit(train_on([[1, 1], [1, 0]]), np.random.default_rng(0))
    weight = sqrt(9 / 8) / 2
    expected = np.array([[0, weight * sqrt(0.75 / 1.5)], [weight * sqrt(1.5 / 0.75), 0]])
    assert system.score([case_of(0), case_of(1)]) == pytest.approx(expected)
    assert system.settings["item_exponent"] == 0.5
