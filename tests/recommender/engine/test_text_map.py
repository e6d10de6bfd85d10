"""The map from texts to learned places: a weighted ridge regression, checked by hand and against linear maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.text_map import TextMap, fit_text_map, learned_share

searched = settings(max_examples=40, deadline=None)


def test_two_items_by_hand() -> None:
    # Features -1 and 1, learned 0 and 4, popularity 1 each: means 0 and 2; F'vF = 2, F'vQ = 4. Without a ridge the
    # slope is 2; with a ridge of half the mean column, 1, it is 4/3.
    features, targets, counts = np.array([[-1.0], [1.0]]), np.array([[0.0], [4.0]]), np.array([1.0, 1.0])
    bare = fit_text_map(features, targets, counts, ridge=1e-12)
    assert bare.coefficients == pytest.approx(np.array([[2.0], [2.0]]))
    half = fit_text_map(features, targets, counts, ridge=0.5)
    assert half.coefficients == pytest.approx(np.array([[4 / 3], [2.0]]))
    assert half.predict(np.array([[1.0], [0.0], [3.0]])) == pytest.approx(np.array([[10 / 3], [2.0], [6.0]]))


def test_popular_items_teach_more_by_the_root_of_their_interactions() -> None:
    # Weights 1 and 3: centre of the features (-1 + 3)/4 = .5, of the targets 3. Centred features -1.5 and .5:
    # F'vF = 2.25 + .75 = 3 and F'vQ = 1.5 * 3 + 3 * .5 * 1 = 6. With a ridge of 1, 3 more: slope 1.
    features, targets, counts = np.array([[-1.0], [1.0]]), np.array([[0.0], [4.0]]), np.array([1.0, 9.0])
    fitted = fit_text_map(features, targets, counts, ridge=1.0)
    # The constant is 3 - .5 * 1.
    assert fitted.coefficients == pytest.approx(np.array([[1.0], [2.5]]))


def test_ridge_is_in_units_of_the_mean_column() -> None:
    # Of unlike columns, 8 and 2: the mean is 5, and with ridge .2 one is added to each.
    features = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    targets = np.array([[4.0], [-4.0], [3.0], [-3.0]])
    fitted = fit_text_map(features, targets, np.ones(4), ridge=0.2)
    # 16/9 and 6/3
    assert fitted.coefficients == pytest.approx(np.array([[16 / 9], [2.0], [0.0]]))


@searched
@given(st.integers(0, 10_000))
def test_linear_map_is_recovered(seed: int) -> None:
    rng = np.random.default_rng(seed)
    slope, constant = rng.normal(size=(4, 3)), rng.normal(size=3)
    features = rng.normal(size=(40, 4))
    counts = rng.integers(1, 50, 40).astype(np.float64)
    fitted = fit_text_map(features, features @ slope + constant, counts, ridge=1e-9)
    unseen = rng.normal(size=(5, 4))
    assert fitted.predict(unseen) == pytest.approx(unseen @ slope + constant, abs=1e-6)


@searched
@given(st.integers(0, 10_000))
def test_items_without_interactions_teach_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features, targets = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))
    counts = np.where(np.arange(12) < 8, rng.integers(1, 9, 12), 0).astype(np.float64)
    elsewhere = targets.copy()
    elsewhere[8:] += 1_000.0
    fitted = fit_text_map(features, targets, counts, ridge=0.3)
    assert fit_text_map(features, elsewhere, counts, ridge=0.3).coefficients == pytest.approx(fitted.coefficients)
    assert fit_text_map(features[:8], targets[:8], counts[:8], ridge=0.3).coefficients == pytest.approx(
        fitted.coefficients
    )


@searched
@given(st.integers(0, 10_000))
def test_stronger_ridge_predicts_shorter_vectors(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features, targets, counts = rng.normal(size=(12, 3)), rng.normal(size=(12, 2)), np.ones(12)
    slopes = [
        np.linalg.norm(fit_text_map(features, targets, counts, ridge=ridge).coefficients[:-1])
        for ridge in (0.03, 0.3, 3.0, 300.0)
    ]
    assert slopes == sorted(slopes, reverse=True)
    # A hopeless text is put at the weighted mean of what was learned.
    last = fit_text_map(features, targets, counts, ridge=1e9)
    assert last.predict(features) == pytest.approx(np.tile(targets.mean(axis=0), (12, 1)), abs=1e-6)


def test_growing_ridge_turns_to_the_mean_by_cosine() -> None:
    rng = np.random.default_rng(3)
    features, targets, counts = rng.normal(size=(30, 4)), rng.normal(size=(30, 3)), rng.integers(1, 9, 30).astype(float)
    slope = fit_text_map(features, targets, counts, ridge=1e7).coefficients[:-1]
    weights = np.sqrt(counts)
    centred = features - weights @ features / weights.sum()
    similar = (centred * weights[:, None]).T @ (targets - weights @ targets / weights.sum())
    assert slope / np.linalg.norm(slope) == pytest.approx(similar / np.linalg.norm(similar), abs=1e-5)


@pytest.mark.parametrize("counts", [np.zeros(3), np.array([-1.0, 0.0, 0.0])])
def test_nothing_learned_predicts_nothing(counts: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    fitted = fit_text_map(np.eye(3), np.ones((3, 2)), counts, ridge=0.3)
    assert fitted.predict(np.ones((2, 3))) == pytest.approx(np.zeros((2, 2)))


def test_without_features_the_weighted_mean_is_predicted() -> None:
    targets = np.array([[1.0], [5.0]])
    fitted = fit_text_map(np.zeros((2, 0)), targets, np.array([1.0, 9.0]), ridge=0.3)
    # (1 * 1 + 3 * 5) / 4
    assert fitted.predict(np.zeros((3, 0))) == pytest.approx(np.full((3, 1), 4.0))


def test_texts_all_alike_predict_the_weighted_mean() -> None:
    fitted = fit_text_map(np.ones((2, 3)), np.array([[1.0], [5.0]]), np.array([1.0, 9.0]), ridge=0.3)
    assert fitted.predict(np.ones((1, 3))) == pytest.approx(np.array([[4.0]]))


def test_no_learned_dimensions_are_no_error() -> None:
    fitted = fit_text_map(np.eye(3), np.zeros((3, 0)), np.ones(3), ridge=0.3)
    assert fitted.predict(np.eye(3)).shape == (3, 0)


def test_constant_stands_in_the_last_row() -> None:
    fitted = TextMap(np.array([[1.0, 0.0], [0.0, 2.0], [10.0, 20.0]]))
    assert fitted.predict(np.array([[3.0, 4.0]])) == pytest.approx(np.array([[13.0, 28.0]]))


@pytest.mark.parametrize(
    ("count", "hand_over", "expected"),
    [
        (0.0, 10.0, 0.0),
        (10.0, 10.0, 0.5),
        (30.0, 10.0, 0.75),
        (1.0, 1.0, 0.5),
        (3.0, 0.0, 1.0),
        (0.0, 0.0, 0.0),
    ],
)
def test_interactions_take_over_from_the_text(count: float, hand_over: float, expected: float) -> None:
    assert learned_share(np.array([count]), hand_over=hand_over) == pytest.approx([expected])
