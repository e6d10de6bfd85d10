"""Linear autoencoders in closed form, with and without text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import linalg, sparse

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.folds import NOTHING, Case, TrainingData
from recommender.evaluation.systems.base import DenseSystem, liked_matrix


class Ease(DenseSystem):
    """Scores x B, x the liked items as 0 and 1, B what reconstructs likes from other likes."""

    name = "ease"

    def __init__(self, regularisation: float = 200.0) -> None:
        """
        Args:
            regularisation: lambda > 0, in likes.
        """
        self._regularisation = regularisation

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {"regularisation": self._regularisation}

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        likes = train.like_matrix()
        self._n_items = train.n_items
        # An item without a like has a zero row and column in B: leaving it out keeps the inversion small.
        self._liked = np.flatnonzero(train.like_counts())
        own = likes[:, self._liked]
        self._weights = ease_weights((own.T @ own).toarray(), self._regularisation)

    def score(self, cases: Sequence[Case]) -> FloatArray:
        scores = np.zeros((len(cases), self._n_items))
        scores[:, self._liked] = liked_matrix(cases, self._n_items)[:, self._liked] @ self._weights
        return scores


def ease_weights(gram: FloatArray, regularisation: float) -> FloatArray:
    """The item-item weights B that minimise |X - X B|^2 + lambda |B|^2 with diag(B) = 0.

    Args:
        gram: (n, n) X^T X, how often items are liked together.
        regularisation: lambda > 0.

    Returns:
        (n, n): B_ij = -P_ij / P_jj off the diagonal, P = (X^T X + lambda I)^-1.

    Source: Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019, equation 8.
    """
    precision = linalg.inv(gram + regularisation * np.eye(len(gram)), assume_a="pos") if len(gram) else gram
    weights: FloatArray = -precision / np.diag(precision)
    np.fill_diagonal(weights, 0.0)
    return weights


class Cease(DenseSystem):
    """EASE that reads: text embeddings stand in X as further rows, beside the people, and ratings are graded.

    x_ui = 1 for a like, `graded` for another rating, times (n_u / mean n)^-a (n_i / mean n)^-b, n the sums of x by
    person and by item. Text adds alpha T T^T to X^T X, T the centred embeddings, scaled so that alpha = 1 gives text
    and people the same trace.

    Source: Jeunen, Van Balen and Goethals, "Closed-form models for collaborative filtering with side-information",
    RecSys 2020, section 3 (CEASE); normalisation as in Shen et al., CIKM 2021 (GF-CF), equation 6, with exponents.
    """

    name = "cease"

    def __init__(
        self,
        text_vectors: FloatArray,
        *,
        regularisation: float = 240.0,
        text_weight: float = 0.7,
        graded: float = 0.3,
        user_exponent: float = 0.25,
        item_exponent: float = 0.2,
    ) -> None:
        """
        Args:
            text_vectors: (n, d) centred embeddings of length 1.
            regularisation: lambda > 0.
            text_weight: alpha >= 0.
            graded: what an interaction that is no like counts, 0..1.
            user_exponent: a, 0 (people with many likes teach more) .. 0.5 (all teach alike).
            item_exponent: b, 0..0.5, the same for items.
        """
        self._text_vectors = text_vectors
        self._regularisation = regularisation
        self._text_weight = text_weight
        self._graded = graded
        self._exponents = (user_exponent, item_exponent)

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {
            "regularisation": self._regularisation,
            "text_weight": self._text_weight,
            "graded": self._graded,
            "user_exponent": self._exponents[0],
            "item_exponent": self._exponents[1],
        }

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        matrix = self._graded_matrix(train)
        by_user, by_item = self._exponents
        self._item_scale = _relative(matrix.sum(axis=0)) ** -by_item
        user_scale = _relative(matrix.sum(axis=1)) ** -by_user
        scaled = sparse.diags_array(user_scale) @ matrix @ sparse.diags_array(self._item_scale)
        gram = (scaled.T @ scaled).toarray()
        text = self._text_vectors @ self._text_vectors.T
        balance = np.trace(gram) / max(np.trace(text), 1e-12)
        self._weights = ease_weights(gram + self._text_weight * balance * text, self._regularisation)

    def _graded_matrix(self, train: TrainingData) -> sparse.csr_array:
        users, items = train.interactions.users, train.interactions.items
        liked = train.like_matrix()
        touched = sparse.csr_array((np.ones(len(users)), (users, items)), shape=liked.shape)
        touched.data[:] = self._graded
        return touched.maximum(liked)

    def score(self, cases: Sequence[Case]) -> FloatArray:
        rows = _graded_histories(cases, len(self._weights), self._graded)
        scores: FloatArray = (rows @ sparse.diags_array(self._item_scale)) @ self._weights / self._item_scale
        return scores


def _graded_histories(cases: Sequence[Case], n_items: int, graded: float) -> sparse.csr_array:
    """(c, n) 1 for likes, `graded` for what else is in the history, 0 elsewhere."""
    items = [case.history.items for case in cases]
    rows = np.repeat(np.arange(len(cases)), [len(own) for own in items])
    columns = np.concatenate([*items, NOTHING])
    touched = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(cases), n_items))
    touched.data[:] = graded
    return touched.maximum(liked_matrix(cases, n_items))


def _relative(sums: FloatArray) -> FloatArray:
    """Sums divided by the mean of those that are not 0, which stand at 1 instead: nothing is known of them."""
    positive = sums > 0
    mean = sums[positive].mean() if positive.any() else 1.0
    scaled: FloatArray = np.where(positive, sums / mean, 1.0)
    return scaled
