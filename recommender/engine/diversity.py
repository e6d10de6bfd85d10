"""Lists that do not repeat themselves: maximal marginal relevance, and how different a list's items are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.engine.interest import FloatArray

# Places of candidates in the arrays that describe them, 0-based; an order is such places, best first.
Positions = NDArray[np.intp]
ItemIds = NDArray[np.int64]

# Vectors that were stored in half precision are this far from length 1 at most, with room to spare.
NORM_TOLERANCE = 1e-2


def plain_order(scores: FloatArray, item_ids: ItemIds) -> Positions:
    """Candidates by score alone.

    Args:
        scores: (n,), finite, higher is better.
        item_ids: (n,).

    Returns:
        (n,) positions, best first, ties by item id.

    Raises:
        ValueError: the counts differ, or a score is not finite.
    """
    if scores.ndim != 1 or scores.shape != item_ids.shape:
        raise ValueError(f"scores of shape {scores.shape} for item ids of shape {item_ids.shape}")
    if not np.isfinite(scores).all():
        raise ValueError("a score is not finite")
    return np.lexsort((item_ids, -scores))


def min_max_scaled(scores: FloatArray) -> FloatArray:
    """Scores moved and stretched to 0..1 over the candidates given, so that they can be weighed against another term.

    Args:
        scores: (n,), finite.

    Returns:
        (n,), in the order given: (s - least) / (largest - least); 0 everywhere where all scores are equal.
    """
    if scores.size == 0 or scores.max() == scores.min():
        return np.zeros(scores.shape)
    scaled: FloatArray = (scores - scores.min()) / (scores.max() - scores.min())
    return scaled


def maximal_marginal_relevance(
    scores: FloatArray, vectors: FloatArray, item_ids: ItemIds, *, trade_off: float, length: int
) -> Positions:
    """Pick one candidate after the other, each good by itself and unlike those already picked.

    The next candidate is the largest lambda * s_i - (1 - lambda) * max over the picked j of <v_i, v_j>, with s_i the
    score after `min_max_scaled` over all candidates: a score of any scale is weighed against a cosine. The first
    pick has nothing to resemble and is the best score.

    Args:
        scores: (n,), finite, higher is better.
        vectors: (n, d), rows of length 1, or 0 for an item without a vector (it resembles nothing).
        item_ids: (n,), unique.
        trade_off: lambda, 0..1; 1 gives the plain order, 0 looks at likeness alone.
        length: how many to pick, >= 0.

    Returns:
        (min(length, n),) positions in the order of picking; ties go to the better score, then to the smaller
        item id. A shorter list is the beginning of a longer one. Costs O(length * n * d).

    Raises:
        ValueError: counts differ, a number is not finite, a row is neither of length 1 nor 0, or a parameter is
            out of range.

    Source: Carbonell and Goldstein, SIGIR 1998, the MMR criterion.
    """
    if not 0 <= trade_off <= 1:
        raise ValueError(f"trade_off must be in 0..1, not {trade_off}")
    if length < 0:
        raise ValueError(f"length must be 0 or more, not {length}")
    order = plain_order(scores, item_ids)
    _check_rows(vectors, count=len(item_ids))
    relevance, rows = min_max_scaled(scores)[order], vectors[order]
    closest = np.zeros(len(order))
    picked: list[int] = []
    while len(picked) < min(length, len(order)):
        gains = trade_off * relevance - (1 - trade_off) * closest
        gains[picked] = -np.inf
        best = int(np.argmax(gains))  # the first of equals, and the plain order has them in their right order
        # Not `rows @ rows[best]`: BLAS may give equal rows unequal products, and ties would go by chance.
        likeness = np.einsum("ij,j->i", rows, rows[best])
        closest = np.maximum(closest, likeness) if picked else likeness
        picked.append(best)
    return order[np.array(picked, dtype=np.intp)]


def intra_list_diversity(vectors: FloatArray) -> float | None:
    """How different the items of a list are from each other on average.

    Args:
        vectors: (k, d), rows of length 1, or 0 for an item without a vector (distance 1 from every other).

    Returns:
        The mean of 1 - <v_i, v_j> over all pairs i < j, in 0..2, whatever their order; None below two items, where
        there is no pair.

    Raises:
        ValueError: a number is not finite, or a row is neither of length 1 nor 0.

    Source: Ziegler et al., WWW 2005, intra-list similarity (definition 1), as a mean distance.
    """
    count = len(vectors)
    _check_rows(vectors, count=count)
    if count < 2:
        return None
    # |sum v|^2 = sum |v|^2 + twice the sum over pairs.
    total = vectors.sum(axis=0)
    over_pairs = (float(total @ total) - float(np.square(vectors).sum())) / 2
    return max(0.0, 1 - over_pairs / (count * (count - 1) / 2))  # equal rows may miss 0 by rounding


def _check_rows(vectors: FloatArray, *, count: int) -> None:
    if vectors.ndim != 2 or len(vectors) != count:
        raise ValueError(f"vectors of shape {vectors.shape} for {count} items")
    if not np.isfinite(vectors).all():
        raise ValueError("a vector is not finite")
    norms = np.linalg.norm(vectors, axis=1)
    if np.any((norms != 0) & (np.abs(norms - 1) > NORM_TOLERANCE)):
        raise ValueError("a vector is neither of length 1 nor 0")
