"""EASE in factor form: three items worked out by hand, and the closed form on random catalogues."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from recommender.engine import ease_factors as module
from recommender.engine.ease_factors import Decomposition, EaseFactors, decompose, ease_factors
from recommender.engine.interest import FloatArray

searched = settings(max_examples=40, deadline=None)

# Alice likes a and b, bob likes b and c, charlie likes a, dave likes c. X'X is then
#     2 1 0
#     1 2 1
#     0 1 2
LIKES = sp.csr_matrix(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 0], [0, 0, 1]], dtype=np.float32))
# With lambda = 1, X'X + I has the determinant 3 * 8 - 3 = 21 and the inverse P, times 21,
#      8 -3  1
#     -3  9 -3
#      1 -3  8
# Off the diagonal B_ij = -P_ij / P_jj.
BY_HAND = np.array([[0, 3 / 9, -1 / 8], [3 / 8, 0, 3 / 8], [-1 / 8, 3 / 9, 0]])


def plain(matrix: sp.csr_matrix, rank: int = 100) -> Decomposition:
    return decompose(matrix, None, side_weight=0.0, rank=rank)


def item_weights_of(factors: EaseFactors) -> FloatArray:
    """B, with the diagonal that EASE demands and the factor form leaves to the caller."""
    products = factors.sources @ factors.targets.T
    np.fill_diagonal(products, 0.0)
    return products


def closed_form(stacked: FloatArray, ridge: float) -> FloatArray:
    """Steck's equation 8, with an inverse in double precision."""
    inverse = np.linalg.inv(stacked.T @ stacked + ridge * np.eye(stacked.shape[1]))
    weights: FloatArray = np.eye(stacked.shape[1]) - inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    return weights


def gram(decomposition: Decomposition) -> FloatArray:
    """V S^2 V': what a decomposition says, whatever the signs of its vectors and the order of equal values."""
    vectors = decomposition.item_vectors.astype(np.float64)
    products: FloatArray = (vectors * decomposition.singular_values.astype(np.float64) ** 2) @ vectors.T
    return products


def test_three_items_by_hand() -> None:
    factors = ease_factors(plain(LIKES), ridge=1.0)
    assert item_weights_of(factors) == pytest.approx(BY_HAND, abs=1e-6)
    # The gains are lambda P_jj.
    assert factors.source_gains == pytest.approx([8 / 21, 9 / 21, 8 / 21], abs=1e-6)


def test_person_gets_the_scores_of_the_closed_form() -> None:
    factors = ease_factors(plain(LIKES), ridge=1.0)
    # Alice has a and b: c gets B_ac + B_bc = -1/8 + 3/8.
    assert factors.sources[[0, 1]].sum(axis=0) @ factors.targets[2] == pytest.approx(1 / 4, abs=1e-6)
    # Charlie has a: b gets 1/3. The other way round it would be 3/8, so sources and targets cannot be exchanged.
    assert factors.sources[0] @ factors.targets[1] == pytest.approx(1 / 3, abs=1e-6)
    assert factors.sources[1] @ factors.targets[0] == pytest.approx(3 / 8, abs=1e-6)


def test_truncation_keeps_the_leading_dimension() -> None:
    # The eigenvalues of X'X are 2 + sqrt 2, 2 and 2 - sqrt 2; the first one's vector is (1, sqrt 2, 1) / 2.
    decomposition = plain(LIKES)
    assert decomposition.singular_values**2 == pytest.approx([3.414214, 2.0, 0.585786], abs=1e-5)
    factors = ease_factors(decomposition, ridge=1.0, rank=1)
    assert factors.targets.shape == (3, 1)
    # g = 3.414214 / 4.414214 = .773459; gains 1 - g/4 = .806635 and 1 - g/2 = .613270.
    assert factors.source_gains == pytest.approx([0.806635, 0.613270, 0.806635], abs=1e-5)
    # B_ab = g sqrt(2)/4 / .613270, B_ba = g sqrt(2)/4 / .806635, B_ac = g/4 / .806635.
    expected = np.array([[0, 0.445902, 0.239718], [0.339013, 0, 0.339013], [0.239718, 0.445902, 0]])
    assert item_weights_of(factors) == pytest.approx(expected, abs=1e-5)


def test_rank_at_the_decomposition_is_rank_at_the_factors() -> None:
    early = ease_factors(plain(LIKES, rank=2), ridge=0.5)
    late = ease_factors(plain(LIKES), ridge=0.5, rank=2)
    assert early.targets.shape == late.targets.shape == (3, 2)
    assert item_weights_of(early) == pytest.approx(item_weights_of(late), abs=1e-5)


def test_stronger_ridge_makes_smaller_weights() -> None:
    sizes = [np.abs(item_weights_of(ease_factors(plain(LIKES), ridge=ridge))).sum() for ridge in (0.1, 1.0, 10.0, 1e6)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == pytest.approx(0.0, abs=1e-5)


def test_feature_that_two_items_share_draws_them_together() -> None:
    # A feature of a and c adds a row (1, 0, 1): X'X + I becomes 4 1 1 / 1 3 1 / 1 1 4 with determinant 39, and its
    # inverse, times 39, is 11 -3 -2 / -3 15 -3 / -2 -3 11. a and c, strangers before, now speak for each other.
    feature = np.array([[1.0], [0.0], [1.0]])
    factors = ease_factors(decompose(LIKES, feature, side_weight=1.0, rank=3), ridge=1.0)
    expected = np.array([[0, 3 / 15, 2 / 11], [3 / 11, 0, 3 / 11], [2 / 11, 3 / 15, 0]])
    assert item_weights_of(factors) == pytest.approx(expected, abs=1e-6)


def test_side_weight_counts_and_zero_leaves_the_features_out() -> None:
    features = np.array([[1.0, 0.5], [0.0, -1.0], [1.0, 0.0]])
    ignored = ease_factors(decompose(LIKES, features, side_weight=0.0, rank=3), ridge=1.0)
    assert item_weights_of(ignored) == pytest.approx(BY_HAND, abs=1e-6)
    loud = ease_factors(decompose(LIKES, features, side_weight=2.0, rank=3), ridge=1.0)
    expected = closed_form(np.vstack([LIKES.toarray(), 2.0 * features.T]), 1.0)
    assert item_weights_of(loud) == pytest.approx(expected, abs=1e-5)


def test_catalogue_without_interactions_learns_from_features_alone() -> None:
    features = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    nobody = sp.csr_matrix((1, 3), dtype=np.float32)
    factors = ease_factors(decompose(nobody, features, side_weight=1.0, rank=3), ridge=1.0)
    assert item_weights_of(factors) == pytest.approx(closed_form(features.T, 1.0), abs=1e-5)


def test_matrix_of_zeros_has_no_dimension_and_no_neighbours() -> None:
    decomposition = plain(sp.csr_matrix((4, 3), dtype=np.float32))
    assert decomposition.item_vectors.shape == (3, 0)
    factors = ease_factors(decomposition, ridge=1.0)
    assert factors.sources.shape == (3, 0)
    assert factors.source_gains == pytest.approx([1.0, 1.0, 1.0])


def test_catalogue_without_items_decomposes_to_nothing() -> None:
    assert plain(sp.csr_matrix((1, 0), dtype=np.float32)).item_vectors.shape == (0, 0)


def test_dimensions_that_are_not_there_are_left_out() -> None:
    # Two items that everybody has together span one dimension.
    twins = plain(sp.csr_matrix(np.ones((5, 2), dtype=np.float32)))
    assert twins.singular_values == pytest.approx([np.sqrt(10)], abs=1e-5)


def test_item_without_neighbours_stays_finite() -> None:
    # Liked by one person alone, with almost no ridge: its gain lambda P_jj is 1e-9, and its column is left finite.
    factors = ease_factors(plain(sp.csr_matrix(np.eye(2, dtype=np.float32))), ridge=1e-9)
    assert np.isfinite(factors.targets).all()
    assert factors.source_gains == pytest.approx([1e-6, 1e-6], rel=1e-3)


def random_matrix(people: int, items: int, seed: int) -> sp.csr_matrix:
    rng = np.random.default_rng(seed)
    graded = np.where(rng.random((people, items)) < 0.4, rng.choice([0.3, 0.65, 1.0], (people, items)), 0.0)
    return sp.csr_matrix(graded.astype(np.float32))


def random_features(items: int, dimension: int, seed: int) -> FloatArray:
    features = np.random.default_rng(seed).normal(size=(items, dimension))
    units: FloatArray = features / np.linalg.norm(features, axis=1, keepdims=True)
    return units


@pytest.mark.parametrize("with_features", [False, True])
@pytest.mark.parametrize(
    ("people", "largest_gram"),
    [
        pytest.param(30, 4_096, id="few columns"),
        pytest.param(5, 4_096, id="few rows"),
        pytest.param(30, 0, id="many rows and more columns than may be squared"),
        pytest.param(5, 0, id="few rows and nothing may be squared"),
    ],
)
def test_all_paths_find_the_leading_dimensions(
    people: int, largest_gram: int, with_features: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_GRAM", largest_gram)
    matrix = random_matrix(people, 12, seed=1)
    features = random_features(12, 3, seed=2) if with_features else None
    stacked = matrix.toarray() if features is None else np.vstack([matrix.toarray(), 0.7 * features.T])
    found = decompose(matrix, features, side_weight=0.7, rank=4)
    _, singular, transposed = np.linalg.svd(stacked.astype(np.float64), full_matrices=False)
    assert found.singular_values == pytest.approx(singular[:4], abs=1e-4)
    assert gram(found) == pytest.approx((transposed[:4].T * singular[:4] ** 2) @ transposed[:4], abs=1e-4)
    assert found.item_vectors.T @ found.item_vectors == pytest.approx(np.eye(4), abs=1e-4)


def test_each_size_takes_its_own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[str] = []

    def noted(name: str) -> None:
        original = getattr(module, name)

        def spy(*given: object, **named: object) -> object:
            taken.append(name)
            return original(*given, **named)

        monkeypatch.setattr(module, name, spy)

    for name in ("_row_gram", "_stacked", "_largest"):
        noted(name)
    plain(random_matrix(30, 12, seed=1))
    assert taken == ["_largest"]
    plain(random_matrix(5, 12, seed=1))
    assert taken[1:] == ["_row_gram", "_largest"]
    monkeypatch.setattr(module, "LARGEST_GRAM", 4)
    plain(random_matrix(5, 12, seed=1), rank=3)
    assert taken[3:] == ["_stacked"]


def test_same_matrix_gives_the_same_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_GRAM", 0)
    matrix = random_matrix(20, 12, seed=3)
    first, second = plain(matrix, rank=5), plain(matrix, rank=5)
    assert np.array_equal(first.item_vectors, second.item_vectors)


small_matrices: st.SearchStrategy[NDArray[np.float32]] = st.integers(2, 6).flatmap(
    lambda items: st.lists(
        st.lists(st.sampled_from([0.0, 0.0, 0.5, 1.0]), min_size=items, max_size=items), min_size=1, max_size=8
    ).map(lambda rows: np.array(rows, dtype=np.float32))
)


@searched
@given(small_matrices, st.sampled_from([0.5, 2.0, 20.0]))
def test_full_rank_is_the_closed_form(likes: NDArray[np.float32], ridge: float) -> None:
    factors = ease_factors(plain(sp.csr_matrix(likes)), ridge=ridge)
    assert item_weights_of(factors) == pytest.approx(closed_form(likes.astype(np.float64), ridge), abs=1e-4)


@searched
@given(small_matrices, st.sampled_from([0.3, 1.0, 2.0]), st.integers(0, 100))
def test_full_rank_with_features_is_the_stacked_closed_form(
    likes: NDArray[np.float32], side_weight: float, seed: int
) -> None:
    features = random_features(likes.shape[1], 2, seed)
    decomposition = decompose(sp.csr_matrix(likes), features, side_weight=side_weight, rank=100)
    stacked = np.vstack([likes, side_weight * features.T]).astype(np.float64)
    assert item_weights_of(ease_factors(decomposition, ridge=1.0)) == pytest.approx(closed_form(stacked, 1.0), abs=1e-4)


@searched
@given(small_matrices, st.randoms(use_true_random=False))
def test_order_of_people_and_items_does_not_matter(likes: NDArray[np.float32], random: object) -> None:
    rng = np.random.default_rng(random.randrange(1_000))  # type: ignore[attr-defined]  # hypothesis' own random
    people, items = rng.permutation(len(likes)), rng.permutation(likes.shape[1])
    before = item_weights_of(ease_factors(plain(sp.csr_matrix(likes)), ridge=1.0))
    after = item_weights_of(ease_factors(plain(sp.csr_matrix(likes[people][:, items])), ridge=1.0))
    assert after == pytest.approx(before[np.ix_(items, items)], abs=1e-4)


@searched
@given(small_matrices)
def test_item_nobody_has_is_nobodys_neighbour(likes: NDArray[np.float32]) -> None:
    likes[:, 0] = 0.0
    weights = item_weights_of(ease_factors(plain(sp.csr_matrix(likes)), ridge=1.0))
    assert np.abs(weights[0]).max() == pytest.approx(0.0, abs=1e-4)
    assert np.abs(weights[:, 0]).max() == pytest.approx(0.0, abs=1e-4)
