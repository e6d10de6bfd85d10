"""Slots given to chance, with the probabilities that make the log usable for learning from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.engine.diversity import Positions
from recommender.engine.interest import FloatArray


@dataclass(frozen=True)
class ExploredList:
    """A list in which chance had its say.

    Attributes:
        order: (k,) positions, first slot first.
        explored: (k,) true where the slot's candidate was drawn.
        propensities: (k,) in (0, 1]: the probability, over all draws and before any of them, that this slot shows
            this candidate.
    """

    order: Positions
    explored: NDArray[np.bool_]
    propensities: FloatArray


def explore(order: Positions, *, rate: float, length: int, rng: np.random.Generator) -> ExploredList:
    """Give each slot, with a fixed probability, to a candidate from below the list.

    Slots are decided independently of each other. A drawn candidate replaces the slot's own, which leaves the list
    and does not move down: so a slot shows either its own candidate or a drawn one, and what other slots do hardly
    matters to it. Candidates are drawn without replacement, uniformly over the m below the list that are left.

    With A_t the event that fewer than m of the slots before t were given away (certain for t <= m):
    P(slot t shows its own candidate) = 1 - rate * P(A_t); P(slot t shows a given candidate from below)
    = rate * P(A_t) / m, the same for each of the m by symmetry. These are probabilities of single slots; their
    product is not the probability of the whole list, since a candidate is drawn once only.

    Args:
        order: (n,) positions, best first, each once; the first `length` are the list, the others may be drawn.
        rate: 0..1; 0 leaves the list as it is and draws no numbers.
        length: how many slots, >= 0.
        rng: the source of chance; the same state gives the same list.

    Returns:
        A list of min(length, n) slots, no candidate twice.

    Raises:
        ValueError: a parameter is out of range.

    Source: the propensities are those that Li et al., KDD 2018 (Offline Evaluation of Ranking Policies with Click
        Models) weigh clicks by in their item-position model.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate must be in 0..1, not {rate}")
    if length < 0:
        raise ValueError(f"length must be 0 or more, not {length}")
    shown, below = order[:length].copy(), order[length:]
    given_away = np.zeros(len(shown), dtype=np.bool_)
    if rate == 0 or not len(below):
        return ExploredList(shown, given_away, np.ones(len(shown)))
    slots = np.flatnonzero(rng.random(len(shown)) < rate)[: len(below)]
    given_away[slots] = True
    shown[slots] = rng.permutation(below)[: len(slots)]
    given = rate * _chance_that_some_are_left(len(shown), len(below), rate)
    return ExploredList(shown, given_away, np.where(given_away, given / len(below), 1 - given))


def _chance_that_some_are_left(slots: int, candidates: int, rate: float) -> FloatArray:
    """P(A_t) for each slot, (slots,): P(Binomial(t - 1, rate) < candidates) for t = 1, 2, ..."""
    chances = np.ones(slots)
    if candidates >= slots:
        return chances
    # by_count[k] is the probability that k slots were given away so far, for k below the number of candidates.
    by_count = np.zeros(candidates)
    by_count[0] = 1.0
    for slot in range(1, slots):
        by_count[1:] = by_count[1:] * (1 - rate) + by_count[:-1] * rate
        by_count[0] *= 1 - rate
        chances[slot] = min(1.0, by_count.sum())  # rounding must not make a probability of more
    return chances
