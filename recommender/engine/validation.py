"""A validation split inside the training events, and people's scores on it, block by block.

The split holds back a fifth of each person's pairs, the newest or random ones; hyperparameters are compared by nDCG@10
of ranking what was held back and liked among everything that was not kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.engine.ease_factors import EaseFactors
from recommender.engine.evidence import Evidence, IntArray
from recommender.engine.implicit_factors import ImplicitFactors, person_factors
from recommender.engine.interest import FloatArray
from recommender.engine.ranking_metric import ndcg_by_person
from recommender.engine.threads import one_thread

Order = Literal["last", "random"]

HELD_OUT_SHARE = 0.2
FEWEST_PAIRS = 5
# So many people tell hyperparameters apart to a few thousandths; more cost time and say the same.
MOST_PEOPLE = 1_500
# Pairs that were liked fully are what should be found, where they are at least so common.
LEAST_LIKED_SHARE = 0.05


@dataclass(frozen=True)
class Validation:
    """Evidence that is kept, and for p sampled people what was held back."""

    kept: Evidence
    people: IntArray
    relevant: sp.csr_matrix
    excluded: sp.csr_matrix

    def ndcg(self, scores: FloatArray, *, k: int = 10) -> float:
        """Mean nDCG@k of (p, n) scores; the scores are left as they are."""
        values = ndcg_by_person(scores.copy(), self.relevant, self.excluded, k=k)
        return float(np.nanmean(values)) if np.isfinite(values).any() else 0.0

    def quality(self, scores: FloatArray) -> float:
        """What candidates are compared by: the mean over people of `qualities`."""
        return float(self.qualities(scores).mean())

    def qualities(self, scores: FloatArray) -> FloatArray:
        """Each person's mean of nDCG@10 and nDCG@50, less of a lottery than the first alone, (p,)."""
        first, further = (ndcg_by_person(scores.copy(), self.relevant, self.excluded, k=k) for k in (10, 50))
        values: FloatArray = np.nan_to_num((first + further) / 2)
        return values

    def newcomers(self, length: int) -> Validation:
        """The same people when they had liked their first `length` items: what was held back is still to be found.

        Their likes alone are the history: that is what a newcomer is asked for.
        """
        liked = self.kept.take(self.kept.strengths >= _relevant_from(self.kept.strengths))
        oldest_first = np.lexsort((liked.last_positions, liked.users))
        users = liked.users[oldest_first]
        starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]])
        sizes = np.diff(np.r_[starts, len(users)])
        ranks = np.arange(len(users)) - np.repeat(starts, sizes)
        few = liked.take(oldest_first[ranks < length])
        return Validation(few, self.people, self.relevant, _rows(few, self.people, self.relevant.shape))


def split(evidence: Evidence, shape: tuple[int, int], *, order: Order, rng: np.random.Generator) -> Validation | None:
    """Hold back a fifth of the pairs of everybody with at least five; None where nobody has as many."""
    if len(evidence.users) == 0:
        return None
    shuffled = rng.random(len(evidence.users))
    key = evidence.last_positions if order == "last" else shuffled
    by_person = np.lexsort((key, evidence.users))
    users = evidence.users[by_person]
    starts = np.flatnonzero(np.r_[True, users[1:] != users[:-1]])
    sizes = np.diff(np.r_[starts, len(users)])
    from_end = np.repeat(starts + sizes, sizes) - np.arange(len(users))
    size = np.repeat(sizes, sizes)
    held_sorted = (size >= FEWEST_PAIRS) & (from_end <= np.maximum(1, np.floor(HELD_OUT_SHARE * size)))
    held = np.zeros(len(users), dtype=bool)
    held[by_person] = held_sorted
    wanted = held & (evidence.strengths >= _relevant_from(evidence.strengths))
    candidates = np.unique(evidence.users[wanted])
    if len(candidates) == 0:
        return None
    people = np.sort(rng.permutation(candidates)[:MOST_PEOPLE])
    kept = evidence.take(~held)
    return Validation(kept, people, _rows(evidence.take(wanted), people, shape), _rows(kept, people, shape))


def collaborative_scores(rows: sp.csr_matrix, ease: EaseFactors) -> FloatArray:
    """(p, n) from (p, n) normalised histories; each row standardised, which is what 1/sqrt(u' Cov u) does."""
    return standardised(np.asarray(rows @ ease.sources) @ ease.targets.T)


def factor_scores(rows: sp.csr_matrix, implicit: ImplicitFactors) -> FloatArray:
    """(p, n) from (p, n) graded histories."""
    people = np.zeros((rows.shape[0], implicit.settings.dimension))
    items = implicit.items.astype(np.float64)
    gram = implicit.gram.astype(np.float64)
    with one_thread():
        for row in range(rows.shape[0]):
            chosen = slice(rows.indptr[row], rows.indptr[row + 1])
            people[row] = person_factors(
                items[rows.indices[chosen]], rows.data[chosen], gram, implicit.settings, item_count=implicit.item_count
            )
    return standardised(people @ items.T)


def text_scores(rows: sp.csr_matrix, units: FloatArray, features: FloatArray) -> FloatArray:
    """(p, n) from (p, n) weighted histories, unit sources (n, d) and targets (n, d)."""
    return standardised(np.asarray(rows @ units) @ features.T)


def standardised(scores: FloatArray) -> FloatArray:
    """Rows with mean 0 and deviation 1; constant rows become 0."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    deviations = centred.std(axis=1, keepdims=True)
    scaled: FloatArray = centred / np.where(deviations > 1e-12, deviations, np.inf)
    return scaled


def recency_rows(
    evidence: Evidence, values: FloatArray, people: IntArray, shape: tuple[int, int], half_life: float | None
) -> sp.csr_matrix:
    """(p, n) histories whose values halve with every `half_life` newer pairs."""
    rows, inside = _positions(evidence, people)
    users, items, weights = rows[inside], evidence.items[inside], values[inside]
    if half_life is not None:
        order = np.lexsort((-evidence.last_positions[inside], users))
        ranks = np.empty(len(order))
        sorted_users = users[order]
        starts = np.flatnonzero(np.r_[True, sorted_users[1:] != sorted_users[:-1]])
        sizes = np.diff(np.r_[starts, len(sorted_users)])
        ranks[order] = np.arange(len(order)) - np.repeat(starts, sizes)
        weights = weights * 0.5 ** (ranks / half_life)
    return sp.csr_matrix((weights, (users, items)), shape=(len(people), shape[1]))


def _relevant_from(strengths: FloatArray) -> float:
    liked = strengths >= 1.0
    return 1.0 if liked.mean() >= LEAST_LIKED_SHARE else float(np.median(strengths))


def _positions(evidence: Evidence, people: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    rows = np.searchsorted(people, evidence.users)
    inside = (rows < len(people)) & (people[np.minimum(rows, len(people) - 1)] == evidence.users)
    return rows, inside


def _rows(evidence: Evidence, people: IntArray, shape: tuple[int, int]) -> sp.csr_matrix:
    rows, inside = _positions(evidence, people)
    ones = np.ones(int(inside.sum()))
    return sp.csr_matrix((ones, (rows[inside], evidence.items[inside])), shape=(len(people), shape[1]))
