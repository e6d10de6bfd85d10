"""From interactions to the graded, normalised matrix that the collaborative models learn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from recommender.engine.evidence import IntArray
from recommender.engine.interest import FloatArray


@dataclass(frozen=True)
class NormalisedMatrix:
    """X' = c D_u^-b X D_i^-a, and the scale (n,) by which an item's column was multiplied."""

    matrix: sp.csr_matrix
    item_scales: FloatArray


def normalised_matrix(
    users: IntArray,
    items: IntArray,
    values: FloatArray,
    *,
    shape: tuple[int, int],
    item_power: float,
    user_power: float,
) -> NormalisedMatrix:
    """The interaction matrix with rows and columns tamed by powers of their sums.

    Args:
        users, items: (e,) row and column indexes, each pair once.
        values: (e,) graded evidence, >= 0.
        shape: (m, n).
        item_power: a >= 0; 0 leaves popular items as heavy as they are.
        user_power: b >= 0; 0 lets a person with a long history count for as much as it holds.

    Returns:
        The matrix, scaled by one number so that a column with interactions has squared length 1 on average, which
        lets one grid of ridge strengths serve catalogues of any size. Items without interactions keep scale 1.

    Source: powers of degrees as in GF-CF, Shen et al. (CIKM 2021), with exponents left free.
    """
    counts = sp.csr_matrix((values, (users, items)), shape=shape)
    by_user = np.asarray(counts.sum(axis=1)).ravel()
    by_item = np.asarray(counts.sum(axis=0)).ravel()
    user_scales = np.where(by_user > 0, np.maximum(by_user, 1e-12) ** -user_power, 1.0)
    item_scales = np.where(by_item > 0, np.maximum(by_item, 1e-12) ** -item_power, 1.0)
    matrix = sp.csr_matrix(sp.diags(user_scales) @ counts @ sp.diags(item_scales))
    occupied = max(int(np.count_nonzero(by_item > 0)), 1)
    mean_square = float(matrix.multiply(matrix).sum()) / occupied
    if mean_square > 0:
        matrix = matrix / np.sqrt(mean_square)
    return NormalisedMatrix(sp.csr_matrix(matrix, dtype=np.float32), item_scales)
