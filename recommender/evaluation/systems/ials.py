"""Matrix factorisation of implicit feedback by alternating least squares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.folds import Case, TrainingData
from recommender.evaluation.systems.base import DenseSystem, liked_matrix

# Rows solved at once: bounds the (rows, d, d) systems to some tens of megabytes at d = 64.
ROWS_A_BLOCK = 1_000


class Ials(DenseSystem):
    """Scores <w_u, h_i>; a person's w_u is solved from the history of the case, so new people are no exception.

    Minimises sum_{(u,i) liked} (1 - <w_u, h_i>)^2 + alpha0 sum_{u,i} <w_u, h_i>^2
    + lambda (sum_u (|I_u| + alpha0 n) |w_u|^2 + sum_i (|U_i| + alpha0 m) |h_i|^2).

    Source: Hu, Koren and Volinsky, ICDM 2008; in the parametrisation of Rendle et al., "Revisiting the performance of
    iALS on item recommendation benchmarks", RecSys 2022, equations 1 to 4 with frequency scaling nu = 1.
    """

    name = "ials"

    def __init__(
        self, *, dimension: int = 64, unobserved_weight: float = 0.3, regularisation: float = 0.01, epochs: int = 12
    ) -> None:
        """
        Args:
            dimension: d, 1 or more.
            unobserved_weight: alpha0 > 0, the weight of pairs that nothing is known of.
            regularisation: lambda > 0.
            epochs: passes over people and items, 1 or more.
        """
        self._dimension = dimension
        self._unobserved_weight = unobserved_weight
        self._regularisation = regularisation
        self._epochs = epochs

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {
            "dimension": self._dimension,
            "unobserved_weight": self._unobserved_weight,
            "regularisation": self._regularisation,
            "epochs": self._epochs,
        }

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        likes = train.like_matrix()
        # People and items without a like have the factor 0; they would only weigh on the regularisation.
        by_user = likes[np.flatnonzero(likes.sum(axis=1))]
        by_item = by_user.T.tocsr()
        self._n_users = by_user.shape[0]
        # Norms of about 1 whatever d is, as in Rendle et al., section 3.3.
        self._items = rng.normal(0.0, 0.1 / np.sqrt(self._dimension), (by_item.shape[0], self._dimension))
        # Thousands of d x d systems: each is too small to be shared between threads, which would only wait for another.
        with threadpool_limits(limits=1, user_api="blas"):
            for _ in range(self._epochs):
                users = self._solve(by_user, self._items)
                self._items = self._solve(by_item, users)

    def _solve(self, likes: sparse.csr_array, factors: FloatArray) -> FloatArray:
        return solve_factors(likes, factors, self._unobserved_weight, self._regularisation)

    def score(self, cases: Sequence[Case]) -> FloatArray:
        users = self._solve(liked_matrix(cases, len(self._items)), self._items)
        return users @ self._items.T


def solve_factors(
    likes: sparse.csr_array, factors: FloatArray, unobserved_weight: float, regularisation: float
) -> FloatArray:
    """One half step: the best factors of one side with the other side's held fixed.

    Args:
        likes: (r, s) 1 where a row likes a column.
        factors: (s, d) of the columns.
        unobserved_weight: alpha0 > 0.
        regularisation: lambda > 0.

    Returns:
        (r, d): w = (sum_{s in S} h h^T + alpha0 H^T H + lambda (|S| + alpha0 s) I)^-1 sum_{s in S} h, with S the
        row's columns; 0 for a row without any.

    Source: Rendle et al. 2022, equation 4.
    """
    count, dimension = factors.shape
    everywhere = unobserved_weight * factors.T @ factors
    solved = np.zeros((likes.shape[0], dimension))
    for start in range(0, likes.shape[0], ROWS_A_BLOCK):
        block = likes[start : start + ROWS_A_BLOCK]
        lengths = np.diff(block.indptr)
        systems = np.empty((block.shape[0], dimension, dimension))
        for row in range(block.shape[0]):
            own = factors[block.indices[block.indptr[row] : block.indptr[row + 1]]]
            systems[row] = own.T @ own + everywhere
        penalties = regularisation * (lengths + unobserved_weight * count)
        systems[:, np.arange(dimension), np.arange(dimension)] += penalties[:, None]
        solved[start : start + ROWS_A_BLOCK] = np.linalg.solve(systems, (block @ factors)[:, :, None])[:, :, 0]
    return solved
