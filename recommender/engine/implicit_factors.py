"""iALS: matrix factors of implicit feedback, and the small solve that places a person among them.

The loss, over people u and items i with factors w_u, h_i in R^d:

    sum_observed c_ui (1 - <w_u, h_i>)^2 + alpha0 sum_all <w_u, h_i>^2
        + reg sum_u (n_u + alpha0 n)^nu |w_u|^2 + reg sum_i (n_i + alpha0 m)^nu |h_i|^2

Each half step is exact. A person's factors depend on all of their items at once, through a matrix that those items
make together: unlike a sum, the result has no share that belongs to one item.

Sources: Hu, Koren and Volinsky, Collaborative Filtering for Implicit Feedback Datasets (ICDM 2008); Rendle, Krichene,
Zhang and Koren, Revisiting the Performance of iALS on Item Recommendation Benchmarks (RecSys 2022), eq. 3 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.engine.interest import FloatArray
from recommender.engine.threads import one_thread

SingleArray = NDArray[np.float32]

ITERATIONS = 8
INITIAL_DEVIATION = 0.1
# Numbers that stacked rows may hold at once: some tens of megabytes.
LARGEST_BLOCK = 4_000_000


@dataclass(frozen=True)
class ImplicitSettings:
    """d, alpha0 (weight of what was not observed), reg, and nu (1: regularised by frequency)."""

    dimension: int = 64
    unobserved_weight: float = 0.3
    regularisation: float = 0.01
    frequency_power: float = 1.0


@dataclass(frozen=True)
class ImplicitFactors:
    """Item factors (n, d) and what a person's solve needs: alpha0 H'H (d, d)."""

    items: SingleArray
    gram: SingleArray
    settings: ImplicitSettings

    @property
    def item_count(self) -> int:
        return int(self.items.shape[0])


def fit_implicit_factors(
    matrix: sp.csr_matrix, settings: ImplicitSettings, *, rng: np.random.Generator, iterations: int = ITERATIONS
) -> ImplicitFactors:
    """Alternate exact solves for people and items.

    Args:
        matrix: (m, n) confidences c_ui >= 0; zeros are unobserved.
        settings: dimension and weights.
        rng: of the starting factors.
        iterations: pairs of half steps.

    Returns:
        Item factors and the Gram matrix; people are placed when they ask, by `person_factors`.
    """
    people, items = matrix.shape
    spread = INITIAL_DEVIATION / np.sqrt(settings.dimension)
    item_factors = rng.normal(0.0, spread, (items, settings.dimension)).astype(np.float32)
    by_item = sp.csr_matrix(matrix.T)
    with one_thread():
        for _ in range(iterations):
            user_factors = _half_step(matrix, item_factors, settings, others=items)
            item_factors = _half_step(by_item, user_factors, settings, others=people)
    gram = settings.unobserved_weight * (item_factors.T @ item_factors)
    return ImplicitFactors(item_factors, gram, settings)


def person_factors(
    item_factors: FloatArray, confidences: FloatArray, gram: FloatArray, settings: ImplicitSettings, *, item_count: int
) -> FloatArray:
    """w_u of one person: the half step of `fit_implicit_factors` for a single row.

    Args:
        item_factors: (h, d) factors of the person's items.
        confidences: (h,), >= 0.
        gram: (d, d), alpha0 H'H over the whole catalogue.
        settings: as trained.
        item_count: n, as trained.

    Returns:
        (d,); zeros for an empty history.
    """
    ridge = settings.regularisation * (len(confidences) + settings.unobserved_weight * item_count) ** (
        settings.frequency_power
    )
    system = gram + (item_factors.T * confidences) @ item_factors + ridge * np.eye(len(gram))
    solution: FloatArray = np.linalg.solve(system, item_factors.T @ confidences)
    return solution


def _half_step(matrix: sp.csr_matrix, factors: SingleArray, settings: ImplicitSettings, *, others: int) -> SingleArray:
    """Solve every row's system; rows of equal length are stacked, since a call a row costs more than its numbers."""
    dimension = settings.dimension
    gram = settings.unobserved_weight * (factors.T @ factors)
    lengths = np.diff(matrix.indptr)
    solved = np.zeros((matrix.shape[0], dimension), dtype=np.float32)
    for length in np.unique(lengths[lengths > 0]).tolist():
        ridge = settings.regularisation * (length + settings.unobserved_weight * others) ** settings.frequency_power
        system = (gram + ridge * np.eye(dimension)).astype(np.float32)
        rows = np.flatnonzero(lengths == length)
        block = max(1, LARGEST_BLOCK // (length * dimension + dimension * dimension))
        for start in range(0, len(rows), block):
            chosen = rows[start : start + block]
            positions = matrix.indptr[chosen][:, None] + np.arange(length)
            neighbours, confidences = factors[matrix.indices[positions]], matrix.data[positions]
            solve = _solve_few if length < dimension // 2 else _solve_many
            solved[chosen] = solve(system, neighbours, confidences)
    return solved


def _solve_many(system: FloatArray, neighbours: FloatArray, confidences: FloatArray) -> FloatArray:
    """w = (G + H'CH)^-1 H'c for (r, l, d) neighbours and (r, l) confidences."""
    weighted = neighbours * confidences[:, :, None]
    systems = np.matmul(weighted.transpose(0, 2, 1), neighbours) + system
    solutions: FloatArray = np.linalg.solve(systems, weighted.sum(axis=1)[:, :, None])[:, :, 0]
    return solutions


def _solve_few(system: FloatArray, neighbours: FloatArray, confidences: FloatArray) -> FloatArray:
    """The same by Woodbury's identity, w = G^-1 H' (C^-1 + H G^-1 H')^-1 1: systems of the size of short rows."""
    lifted = np.matmul(neighbours, np.linalg.inv(system))
    small = np.matmul(lifted, neighbours.transpose(0, 2, 1))
    diagonal = np.arange(small.shape[1])
    small[:, diagonal, diagonal] += 1.0 / confidences
    ones = np.ones((*confidences.shape, 1), dtype=np.float32)
    solutions: FloatArray = np.matmul(lifted.transpose(0, 2, 1), np.linalg.solve(small, ones))[:, :, 0]
    return solutions
