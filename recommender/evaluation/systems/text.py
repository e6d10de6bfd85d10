"""Baselines that only read: the seed's formula, and the mean of the history's embeddings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.folds import Case, TrainingData
from recommender.evaluation.systems.base import DenseSystem, liked_matrix
from recommender.evaluation.text_vectors import centred, unit

Encode = Callable[[Sequence[str]], FloatArray]


class SeedText(DenseSystem):
    """U = LLM(behaviour text), I = LLM(description), f = cosine similarity.

    The behaviour text is the titles of the liked items, newest first, since encoders read only so far.
    """

    name = "seed-text"

    def __init__(self, encode: Encode, item_vectors: FloatArray) -> None:
        """
        Args:
            encode: c texts to (c, d) vectors, by the encoder that made `item_vectors`.
            item_vectors: (n, d) embeddings of the item texts.
        """
        self._encode = encode
        self._item_vectors = unit(item_vectors)
        self._titles: Sequence[str] = ()

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        self._titles = train.interactions.item_titles

    def score(self, cases: Sequence[Case]) -> FloatArray:
        texts = [", ".join(self._titles[row] for row in case.history.liked_items[::-1].tolist()) for case in cases]
        scores: FloatArray = unit(self._encode(texts)) @ self._item_vectors.T
        return scores


class TextMean(DenseSystem):
    """Cosine similarity of an item's embedding and the mean embedding of the liked items."""

    def __init__(self, name: str, item_vectors: FloatArray) -> None:
        """
        Args:
            name: the id in reports.
            item_vectors: (n, d), each of length 1.
        """
        self.name = name
        self._item_vectors = item_vectors

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        """Nothing is learned."""

    def score(self, cases: Sequence[Case]) -> FloatArray:
        sums: FloatArray = liked_matrix(cases, len(self._item_vectors)) @ self._item_vectors
        return unit(sums) @ self._item_vectors.T


def text_raw(item_vectors: FloatArray) -> TextMean:
    """Embeddings as the encoder gave them, scaled to length 1."""
    return TextMean("text-raw", unit(item_vectors))


def text_centred(item_vectors: FloatArray) -> TextMean:
    """Embeddings without the mean of the catalogue, scaled to length 1."""
    return TextMean("text-centred", centred(item_vectors))
