"""The baseline that knows nobody: what most people liked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.folds import Case, TrainingData
from recommender.evaluation.systems.base import DenseSystem


class Popularity(DenseSystem):
    """Score of an item: how often it was liked in train."""

    name = "popularity"

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        self._counts = train.like_counts().astype(np.float64)

    def score(self, cases: Sequence[Case]) -> FloatArray:
        return np.broadcast_to(self._counts, (len(cases), len(self._counts)))
