"""EASE in factor form: a linear item-item model that fits into one vector an item.

EASE learns B, with a zero diagonal, such that X is about X B. Its solution is

    B = I - P diag(1 / P_jj),  P = (X'X + lambda I)^-1.

With the singular value decomposition X = U S V' and g_k = s_k^2 / (s_k^2 + lambda), P = (I - V diag(g) V') / lambda, so
off the diagonal

    B_ij = sum_k g_k V_ik V_jk / (1 - sum_k g_k V_jk^2),

an inner product of a *source* vector of item i and a *target* vector of item j. Truncating k keeps it one. Side
information T (text features, one row an item) joins as further rows of X: people who "like" exactly the items that
have a feature.

Sources: Steck, Embarrassingly Shallow Autoencoders for Sparse Data (WWW 2019), eq. 8; Jeunen, Van Balen and Goethals,
Closed-Form Models for Collaborative Filtering with Side-Information (RecSys 2020), CEASE.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse.linalg import LinearOperator, svds

from recommender.engine.interest import FloatArray

SingleArray = NDArray[np.float32]

# Up to so many rows or columns the Gram matrix is decomposed whole: exact, and faster than iterating.
LARGEST_GRAM = 4_096
# Singular values below this share of the largest are noise of single precision.
SMALLEST_SHARE = 1e-4


@dataclass(frozen=True)
class Decomposition:
    """The leading singular values (k,), largest first, and right singular vectors (n, k) of the stacked matrix."""

    singular_values: SingleArray
    item_vectors: SingleArray


@dataclass(frozen=True)
class EaseFactors:
    """Targets (n, k), and the gains (n,) that make sources of them: source_i = gain_i * target_i."""

    targets: FloatArray
    source_gains: FloatArray

    @property
    def sources(self) -> FloatArray:
        return self.targets * self.source_gains[:, None]


def decompose(matrix: sp.csr_matrix, side: FloatArray | None, *, side_weight: float, rank: int) -> Decomposition:
    """Decompose interactions stacked on weighted side information.

    Args:
        matrix: (m, n) interactions.
        side: (n, f) features of the items, or None.
        side_weight: alpha >= 0; 0 leaves the features out.
        rank: how many singular values are kept at most.

    Returns:
        k <= min(rank, m + f, n) leading values and vectors. Nothing of size n x n is made unless n is small.
    """
    features = None if side is None or side_weight == 0 else np.asarray(side * side_weight, dtype=np.float32)
    rows = matrix.shape[0] + (0 if features is None else features.shape[1])
    columns = matrix.shape[1]
    if columns <= min(rows, LARGEST_GRAM):
        gram = np.asarray((matrix.T @ matrix).toarray(), dtype=np.float32)
        if features is not None:
            gram += features @ features.T
        values, vectors = _largest(gram, rank)
        return _kept(np.sqrt(values), vectors)
    if rows <= LARGEST_GRAM:
        values, vectors = _largest(_row_gram(matrix, features), rank)
        singular = np.sqrt(values)
        products = np.asarray(matrix.T @ vectors[: matrix.shape[0]])
        if features is not None:
            products += features @ vectors[matrix.shape[0] :]
        unit: SingleArray = np.asarray(products / np.maximum(singular, 1e-12), dtype=np.float32)
        return _kept(singular, unit)
    operator = _stacked(matrix, features)
    start = np.ones(min(operator.shape), dtype=np.float32)
    _, singular, transposed = svds(operator, k=min(rank, min(operator.shape) - 1), v0=start)
    order = np.argsort(-singular)
    return _kept(singular[order], transposed[order].T)


def ease_factors(decomposition: Decomposition, *, ridge: float, rank: int | None = None) -> EaseFactors:
    """Factors of EASE for a ridge strength lambda > 0.

    Args:
        decomposition: of the matrix; one serves every lambda and every smaller rank.
        ridge: lambda, in the units of a squared column of the matrix.
        rank: use the first so many dimensions; None is all.

    Returns:
        Targets t_j = V_j sqrt(g) / (1 - sum_k g_k V_jk^2) and gains 1 - sum_k g_k V_jk^2, so that
        <source_i, target_j> = B_ij off the diagonal. What stands on it is left to the caller: people are not
        recommended what they already have.
    """
    singular = decomposition.singular_values[:rank].astype(np.float64)
    vectors = decomposition.item_vectors[:, :rank].astype(np.float64)
    shrinkage = singular**2 / (singular**2 + ridge)
    gains = 1.0 - (vectors**2) @ shrinkage
    # An item that alone fills a dimension has no neighbours to be explained by; its column is left finite.
    gains = np.maximum(gains, 1e-6)
    return EaseFactors(vectors * np.sqrt(shrinkage) / gains[:, None], gains)


def _row_gram(matrix: sp.csr_matrix, features: SingleArray | None) -> SingleArray:
    people = np.asarray((matrix @ matrix.T).toarray(), dtype=np.float32)
    if features is None:
        return people
    across = np.asarray(matrix @ features)
    return np.block([[people, across], [across.T, features.T @ features]])


def _largest(gram: SingleArray, rank: int) -> tuple[SingleArray, SingleArray]:
    """The largest eigenvalues, largest first, and their vectors; driver evr computes no others."""
    size = gram.shape[0]
    values, vectors = eigh(gram, subset_by_index=[max(size - rank, 0), size - 1], overwrite_a=True, check_finite=False)
    return np.maximum(values[::-1], 0.0), vectors[:, ::-1]


def _stacked(matrix: sp.csr_matrix, features: SingleArray | None) -> LinearOperator:
    people = matrix.shape[0]
    transposed = matrix.T.tocsr()
    if features is None:
        return LinearOperator(
            matrix.shape, matvec=lambda v: matrix @ v, rmatvec=lambda v: transposed @ v, dtype=np.float32
        )
    return LinearOperator(
        (people + features.shape[1], matrix.shape[1]),
        matvec=lambda v: np.concatenate([matrix @ v.ravel(), features.T @ v.ravel()]),
        rmatvec=lambda v: transposed @ v.ravel()[:people] + features @ v.ravel()[people:],
        dtype=np.float32,
    )


def _kept(singular: SingleArray, vectors: SingleArray) -> Decomposition:
    keep = singular > SMALLEST_SHARE * singular[0] if len(singular) else np.zeros(0, dtype=bool)
    return Decomposition(singular[keep], np.ascontiguousarray(vectors[:, keep]))
