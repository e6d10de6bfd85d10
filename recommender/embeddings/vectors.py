"""Checks and arithmetic on embedding vectors. All are float32 rows; sums are taken in float64."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

from recommender.embeddings.exceptions import VectorsRejected

Vectors = NDArray[np.float32]

# The mean of fewer texts is made of those texts themselves: with four items, centring put an unrelated sentence
# above two that answer the wish. Below this number vectors are used as they come from the model.
MINIMUM_ITEMS_FOR_CENTRING = 200

# Share of a vector's length below which its distance from the mean is rounding and no direction: stored vectors have
# half precision, an error of about 2.4e-4 over the whole of a unit vector.
SMALLEST_DIFFERENCE = 1e-3


def check_vectors(vectors: ArrayLike, *, count: int, dimension: int) -> Vectors:
    """The vectors as float32, after making sure that they may be stored and compared by cosine.

    Args:
        vectors: what an encoder returned for `count` texts; any real type that converts to float32.
        count: n, how many texts were encoded.
        dimension: d, what the recipe promises.
    Returns: (n, d) float32, contiguous; the same array when it was so already.
    Raises: VectorsRejected for another shape, a number that is not finite (in float32), or a row of zeros, which has
        no direction: cosine with it is undefined, and pgvector answers NaN.
    """
    try:
        with np.errstate(over="ignore"):
            checked = np.ascontiguousarray(vectors, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise VectorsRejected(f"the encoder returned no array of numbers: {error}") from error
    if checked.ndim != 2 or checked.shape[0] != count:
        raise VectorsRejected(f"{count} texts were encoded, the vectors have the shape {checked.shape}")
    if checked.shape[1] != dimension:
        raise VectorsRejected(f"the recipe promises {dimension} dimensions, the encoder gave {checked.shape[1]}")
    _reject_rows(np.logical_not(np.isfinite(checked).all(axis=1)), "a number that is not finite")
    _reject_rows(np.logical_not(checked.any(axis=1)), "nothing but zeros")
    return checked


def normalize_rows(vectors: Vectors) -> Vectors:
    """Each row scaled to length 1.

    Args:
        vectors: (n, d), finite.
    Returns: (n, d), a new array.
    Raises: VectorsRejected for a row of zeros.
    """
    norms = _norms(vectors)
    _reject_rows(norms == 0.0, "length 0, so no direction")
    return np.asarray(vectors / norms[:, None], dtype=np.float32)


def item_mean(vectors: Vectors, *, minimum_items: int = MINIMUM_ITEMS_FOR_CENTRING) -> Vectors | None:
    """The mean vector of a space's items, or None where they are too few for centring.

    Args:
        vectors: (n, d), one row an item.
        minimum_items: least n for which there is a mean, 1 or more.
    Returns: (d,), not of length 1; None when n < minimum_items.
    """
    if minimum_items < 1:
        raise ValueError(f"minimum_items must be 1 or more, not {minimum_items}")
    if len(vectors) < minimum_items:
        return None
    return np.asarray(vectors.mean(axis=0, dtype=np.float64), dtype=np.float32)


def centre(vectors: Vectors, mean: Vectors | None) -> Vectors:
    """Rows minus the mean, each scaled to length 1: what all texts share no longer makes them alike.

    A row that is the mean itself (up to SMALLEST_DIFFERENCE of its length) has no direction left. It keeps its own,
    uncentred: that is the direction of the mean, which centred rows neither share nor oppose on average.

    Args:
        vectors: (n, d), finite, no row of zeros.
        mean: (d,) as `item_mean` gave it for the space, or None: not centred, only scaled.
    Returns: (n, d), a new array of unit rows.
    Raises: VectorsRejected for a row of zeros, or a mean of another dimension.
    Source: Mu and Viswanath, ICLR 2018 ("All-but-the-top"), the mean alone.
    """
    if mean is None:
        return normalize_rows(vectors)
    if mean.shape != vectors.shape[1:]:
        raise VectorsRejected(f"a mean of shape {mean.shape} does not centre vectors of shape {vectors.shape}")
    differences = vectors.astype(np.float64) - mean
    lengths = np.linalg.norm(differences, axis=1)
    has_direction = lengths > SMALLEST_DIFFERENCE * _norms(vectors)
    centred = normalize_rows(vectors)
    centred[has_direction] = differences[has_direction] / lengths[has_direction, None]
    return centred


def vector_digest(vectors: Vectors) -> str:
    """SHA-256 (hex) of the shape and the exact float32 values, the same on every platform."""
    shape = "x".join(str(length) for length in vectors.shape)
    return hashlib.sha256(shape.encode() + b"\n" + np.ascontiguousarray(vectors, dtype="<f4").tobytes()).hexdigest()


def _norms(vectors: Vectors) -> NDArray[np.float64]:
    # float64: the square of a float32 above 1.8e19 overflows, that of one below 1e-23 vanishes.
    squares: NDArray[np.float64] = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    return np.sqrt(squares)


def _reject_rows(at_fault: NDArray[np.bool_], reason: str) -> None:
    if not at_fault.any():
        return
    rows = tuple(int(row) for row in np.flatnonzero(at_fault))
    raise VectorsRejected(f"{len(rows)} of {len(at_fault)} vectors have {reason}", rows)
