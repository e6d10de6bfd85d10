"""nDCG@k over a dense block of scores: what validation compares hyperparameters by.

Published figures come from `recommender.evaluation`; this one only has to order candidates, fast.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from recommender.engine.interest import FloatArray


def ndcg_by_person(scores: FloatArray, relevant: sp.csr_matrix, excluded: sp.csr_matrix, *, k: int = 10) -> FloatArray:
    """nDCG@k with binary gains and log2 discounts, (m,); nan for people without a relevant item.

    Args:
        scores: (m, n); changed in place.
        relevant, excluded: (m, n), non-zero where an item is relevant, or must not be ranked.
    """
    rows, columns = excluded.nonzero()
    scores[rows, columns] = -np.inf
    k = min(k, scores.shape[1])
    # Ties among the first k go to the smaller row number.
    top = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    people = np.arange(len(scores))[:, None]
    top = top[people, np.argsort(-scores[people, top], axis=1, kind="stable")]
    hits = np.asarray(relevant[np.repeat(people, k, axis=1).ravel(), top.ravel()]).reshape(len(scores), k) > 0
    discounts = 1.0 / np.log2(np.arange(2, k + 2))
    ideal = np.concatenate([[np.nan], np.cumsum(discounts)])
    counts = np.minimum(np.diff(relevant.indptr), k)
    values: FloatArray = (hits * discounts).sum(axis=1) / ideal[counts]
    return values
