"""What evaluation asks of a system, and the part that all dense baselines share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.evaluation.dataset import FloatArray, IntArray
from recommender.evaluation.folds import NOTHING, Case, TrainingData

# Cases scored at once: bounds a block of scores to some tens of megabytes on catalogues of 10,000 items.
CASES_A_BLOCK = 512


@dataclass(frozen=True)
class Ranking:
    """Item rows, best first, each once, and their scores, higher is better."""

    items: IntArray
    scores: FloatArray


class System(Protocol):
    """Anything that learns from interactions and ranks items for a person."""

    @property
    def name(self) -> str:
        """The id in reports, unique among the systems of a run."""
        ...

    @property
    def settings(self) -> Mapping[str, float | str]:
        """What was chosen in the last `fit`, for the report; empty where nothing is chosen."""
        ...

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        """Learn from the training data alone, forgetting what was learned before."""
        ...

    def rank(self, cases: Sequence[Case], depth: int) -> Sequence[Ranking]:
        """Answer each case with at most `depth` candidates, none of them excluded. Shorter lists are allowed."""
        ...


class DenseSystem(ABC):
    """A baseline that scores all items for a block of cases."""

    name: str

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {}

    @abstractmethod
    def fit(self, train: TrainingData, rng: np.random.Generator) -> None: ...

    @abstractmethod
    def score(self, cases: Sequence[Case]) -> FloatArray:
        """(c, n) scores, higher is better; excluded items need not be left out."""

    def rank(self, cases: Sequence[Case], depth: int) -> list[Ranking]:
        rankings: list[Ranking] = []
        for start in range(0, len(cases), CASES_A_BLOCK):
            block = cases[start : start + CASES_A_BLOCK]
            scores = self.score(block)
            rankings += [best_first(row, case, depth) for row, case in zip(scores, block, strict=True)]
        return rankings


def best_first(scores: NDArray[np.floating], case: Case, depth: int) -> Ranking:
    """The best candidates of a case.

    Args:
        scores: (n,) by item row.
        case: says what may be recommended.
        depth: longest list, 1 or more.

    Returns:
        At most `depth` items; of equal scores the lower row comes first.
    """
    allowed = np.ones(len(scores), dtype=np.bool_)
    if case.candidates is not None:
        allowed[:] = False
        allowed[case.candidates] = True
    allowed[case.excluded] = False
    rows = np.flatnonzero(allowed)
    own = scores[rows]
    if len(rows) > depth:
        # Everything that equals the last place stays in, so that ties are broken by row and not by partition.
        last = np.partition(own, len(own) - depth)[len(own) - depth]
        rows, own = rows[own >= last], own[own >= last]
    order = np.lexsort((rows, -own))[:depth]
    return Ranking(rows[order], own[order].astype(np.float64))


def liked_matrix(cases: Sequence[Case], n_items: int) -> sparse.csr_array:
    """(c, n) 1 where an item is among the likes of a case's history."""
    liked = [case.history.liked_items for case in cases]
    starts = np.concatenate([[0], np.cumsum([len(rows) for rows in liked], dtype=np.int64)])
    columns = np.concatenate([*liked, NOTHING])
    return sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(len(cases), n_items))
