"""Nearest neighbours among items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.folds import Case, TrainingData
from recommender.evaluation.systems.base import DenseSystem, liked_matrix

# Items compared with all others at once: bounds the counts in memory, most of which are not kept.
ITEMS_A_BLOCK = 1_000


class ItemKNN(DenseSystem):
    """Each liked item votes for the k items most similar to it.

    sim(i, j) = |U_i and U_j| / (sqrt(|U_i| |U_j|) + shrinkage), U_i the people who like i; the score of j is the sum
    of sim(i, j) over the liked items i that have j among their k nearest.

    Source: Deshpande and Karypis, "Item-based top-N recommendation algorithms", TOIS 2004, sections 4.1 and 4.2
    (cosine); the shrinkage as in Bell and Koren, KDD Cup 2007.
    """

    name = "itemknn"

    def __init__(self, neighbours: int = 100, shrinkage: float = 10.0) -> None:
        """
        Args:
            neighbours: k, 1 or more.
            shrinkage: >= 0; more of it distrusts pairs that few people share.
        """
        self._neighbours = neighbours
        self._shrinkage = shrinkage

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {"neighbours": self._neighbours, "shrinkage": self._shrinkage}

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        self._similarities = nearest_similarities(train.like_matrix(), self._neighbours, self._shrinkage)

    def score(self, cases: Sequence[Case]) -> FloatArray:
        scores: FloatArray = (liked_matrix(cases, self._similarities.shape[0]) @ self._similarities).toarray()
        return scores


def nearest_similarities(likes: sparse.csr_array, neighbours: int, shrinkage: float) -> sparse.csr_array:
    """By item, the similarities of its nearest other items.

    Args:
        likes: (m, n) 1 where a person likes an item.
        neighbours: most of them a row.
        shrinkage: >= 0, added to the denominator.

    Returns:
        (n, n) rows with at most `neighbours` positive entries, none on the diagonal; of equal similarities the lower
        item row is kept.
    """
    by_item = likes.T.tocsr()
    norms = np.sqrt(by_item.sum(axis=1))
    n_items = by_item.shape[0]
    rows, columns, kept = [], [], []
    for start in range(0, n_items, ITEMS_A_BLOCK):
        together = by_item[start : start + ITEMS_A_BLOCK] @ likes
        for row, (low, high) in enumerate(pairwise(together.indptr), start):
            others, counts = together.indices[low:high], together.data[low:high]
            others, counts = others[others != row], counts[others != row]
            similarities = counts / (norms[row] * norms[others] + shrinkage)
            nearest = np.lexsort((others, -similarities))[:neighbours]
            rows.append(np.full(len(nearest), row))
            columns.append(others[nearest])
            kept.append(similarities[nearest])
    entries = np.concatenate(kept), (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array(entries, shape=(n_items, n_items))
