"""A system whose hyperparameters are chosen on the validation fold inside the training data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from recommender.evaluation.folds import Case, TrainingData
from recommender.evaluation.metrics import mean_ndcg
from recommender.evaluation.systems.base import Ranking, System

# Lists longer than the ten that are judged would only cost time.
VALIDATION_DEPTH = 10


class Tuned:
    """Fits each candidate to the smaller training data, keeps the one with the highest nDCG@10, fits it to all."""

    def __init__(self, name: str, candidates: Sequence[Callable[[], System]]) -> None:
        """
        Args:
            name: the id in reports.
            candidates: what to choose from, one or more; of equal ones the first is kept, and so it is where
                the training data carries no validation fold.
        """
        self.name = name
        self._candidates = candidates
        self._chosen: System | None = None

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {} if self._chosen is None else self._chosen.settings

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        best = self._best(train, rng)
        system = self._candidates[best]()
        system.fit(train, rng)
        self._chosen = system

    def rank(self, cases: Sequence[Case], depth: int) -> Sequence[Ranking]:
        """Raises RuntimeError before the first `fit`."""
        if self._chosen is None:
            raise RuntimeError(f"{self.name} has not been fitted")
        return self._chosen.rank(cases, depth)

    def _best(self, train: TrainingData, rng: np.random.Generator) -> int:
        validation = train.validation
        if validation is None or not validation.cases or len(self._candidates) == 1:
            return 0
        # The same random numbers for each: what differs is the setting.
        seed = int(rng.integers(2**63))
        scores = []
        for make in self._candidates:
            system = make()
            system.fit(validation.train, np.random.default_rng(seed))
            scores.append(mean_ndcg(system.rank(validation.cases, VALIDATION_DEPTH), validation.relevant))
        return int(np.argmax(scores))
