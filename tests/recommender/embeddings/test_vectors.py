"""Checks, normalising, means and centring: hand-computed numbers and invariants."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from recommender.embeddings.exceptions import VectorsRejected
from recommender.embeddings.vectors import (
    MINIMUM_ITEMS_FOR_CENTRING,
    centre,
    check_vectors,
    item_mean,
    normalize_rows,
    vector_digest,
)

Matrix = NDArray[np.float32]


def matrix(*rows: list[float]) -> Matrix:
    return np.array(rows, dtype=np.float32)


def matrices(*, minimum: float = -1e3, maximum: float = 1e3) -> st.SearchStrategy[Matrix]:
    """Rows of any direction but none, as check_vectors lets them through."""
    shapes = st.tuples(st.integers(1, 8), st.integers(1, 6))
    numbers = st.floats(minimum, maximum, width=32)
    return shapes.flatmap(lambda shape: arrays(np.float32, shape, elements=numbers)).filter(
        lambda rows: bool(rows.any(axis=1).all())
    )


def test_good_vectors_pass_as_they_are() -> None:
    vectors = matrix([1, 2], [3, 4])
    assert check_vectors(vectors, count=2, dimension=2) is vectors


def test_lists_and_doubles_become_float32() -> None:
    checked = check_vectors([[1.0, 2.0]], count=1, dimension=2)
    assert checked.dtype == np.float32
    assert checked.tolist() == [[1.0, 2.0]]


def test_no_vectors_for_no_texts_pass() -> None:
    assert check_vectors(np.empty((0, 3)), count=0, dimension=3).shape == (0, 3)


@pytest.mark.parametrize(
    ("vectors", "reason", "rows"),
    [
        (matrix([1, 2]), "2 texts were encoded, the vectors have the shape (1, 2)", ()),
        (np.ones(2), "2 texts were encoded, the vectors have the shape (2,)", ()),
        (np.ones((2, 3)), "the recipe promises 2 dimensions, the encoder gave 3", ()),
        ([[1.0], [1.0, 2.0]], "no array of numbers", ()),
        ([["a", "b"], ["c", "d"]], "no array of numbers", ()),
        (matrix([1, 2], [np.nan, 1]), "1 of 2 vectors have a number that is not finite: row 1", (1,)),
        (matrix([np.inf, 0], [1, 1]), "1 of 2 vectors have a number that is not finite: row 0", (0,)),
        (np.array([[1e300, 0.0], [1.0, 1.0]]), "a number that is not finite: row 0", (0,)),
        (matrix([0, 0], [0, 0]), "2 of 2 vectors have nothing but zeros: row 0, 1", (0, 1)),
        (np.array([[1e-300, 0.0], [1.0, 1.0]]), "nothing but zeros: row 0", (0,)),
    ],
)
def test_bad_vectors_are_refused_with_row_and_reason(vectors: Matrix, reason: str, rows: tuple[int, ...]) -> None:
    with pytest.raises(VectorsRejected) as caught:
        check_vectors(vectors, count=2, dimension=2)
    assert reason in str(caught.value)
    assert caught.value.rows == rows
    assert caught.value.permanent is True


def test_message_names_the_first_rows_of_many() -> None:
    with pytest.raises(VectorsRejected, match=r"9 of 9 vectors .*: row 0, 1, 2, 3, 4, \.\.\.$") as caught:
        check_vectors(np.zeros((9, 2)), count=9, dimension=2)
    assert caught.value.rows == tuple(range(9))


def test_rows_are_scaled_to_length_one() -> None:
    np.testing.assert_allclose(normalize_rows(matrix([3, 4], [0, -2])), [[0.6, 0.8], [0.0, -1.0]], rtol=1e-6)


def test_row_of_zeros_cannot_be_scaled() -> None:
    with pytest.raises(VectorsRejected, match="row 1") as caught:
        normalize_rows(matrix([1, 0], [0, 0]))
    assert caught.value.rows == (1,)


@given(matrices(minimum=-(2.0**100), maximum=2.0**100))
def test_any_checked_rows_get_length_one(vectors: Matrix) -> None:
    norms = np.linalg.norm(normalize_rows(vectors).astype(np.float64), axis=1)
    np.testing.assert_allclose(norms, np.ones(len(vectors)), rtol=1e-6)


@given(matrices())
def test_normalising_twice_changes_nothing(vectors: Matrix) -> None:
    once = normalize_rows(vectors)
    np.testing.assert_allclose(normalize_rows(once), once, atol=1e-6)


def test_mean_of_items() -> None:
    mean = item_mean(matrix([1, 0], [0, 1], [2, 5]), minimum_items=3)
    assert mean is not None
    assert mean.dtype == np.float32
    assert mean.tolist() == [1.0, 2.0]


def test_few_items_have_no_mean() -> None:
    assert MINIMUM_ITEMS_FOR_CENTRING == 200
    assert item_mean(np.ones((199, 2), dtype=np.float32)) is None
    assert item_mean(np.ones((200, 2), dtype=np.float32)) is not None
    with pytest.raises(ValueError, match="minimum_items must be 1 or more"):
        item_mean(matrix([1, 2]), minimum_items=0)


def test_centred_rows_are_differences_of_length_one() -> None:
    """(4, 5) - (1, 1) = (3, 4), of length 5; (1, -1) - (1, 1) = (0, -2)."""
    centred = centre(matrix([4, 5], [1, -1]), np.array([1, 1], dtype=np.float32))
    np.testing.assert_allclose(centred, [[0.6, 0.8], [0.0, -1.0]], rtol=1e-6)
    assert centred.dtype == np.float32


def test_without_a_mean_rows_are_only_scaled() -> None:
    np.testing.assert_allclose(centre(matrix([3, 4]), None), [[0.6, 0.8]], rtol=1e-6)


def test_row_that_is_the_mean_keeps_its_direction() -> None:
    mean = np.array([0.6, 0.8], dtype=np.float32)
    centred = centre(matrix([0.6, 0.8], [0.6001, 0.8], [1, 0]), mean)
    np.testing.assert_allclose(centred[:2], [[0.6, 0.8], [0.6, 0.8]], atol=2e-4)
    np.testing.assert_allclose(centred[2], [0.4472136, -0.8944272], rtol=1e-5)


def test_mean_of_another_dimension_is_refused() -> None:
    with pytest.raises(VectorsRejected, match=r"shape \(3,\) does not centre vectors of shape \(1, 2\)"):
        centre(matrix([1, 2]), np.ones(3, dtype=np.float32))


@given(matrices())
def test_centred_rows_have_length_one_whatever_the_mean(vectors: Matrix) -> None:
    norms = np.linalg.norm(centre(vectors, item_mean(vectors, minimum_items=1)).astype(np.float64), axis=1)
    np.testing.assert_allclose(norms, np.ones(len(vectors)), rtol=1e-5)


@given(matrices())
def test_centring_does_not_depend_on_the_order_of_rows(vectors: Matrix) -> None:
    order = np.random.default_rng(0).permutation(len(vectors))
    mean = vectors.mean(axis=0)
    np.testing.assert_array_equal(centre(vectors, mean)[order], centre(vectors[order], mean))


def test_digest_tells_values_and_shapes_apart() -> None:
    vectors = matrix([1, 2], [3, 4])
    assert vector_digest(vectors) == vector_digest(vectors.copy())
    assert vector_digest(vectors) == vector_digest(np.asfortranarray(vectors))
    assert len({vector_digest(each) for each in (vectors, vectors[::-1], vectors.reshape(1, 4), vectors[:1])}) == 4
    assert vector_digest(matrix([1])) == hashlib.sha256(b"1x1\n" + b"\x00\x00\x80\x3f").hexdigest()
