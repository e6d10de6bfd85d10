"""What lists are like, whether or not they are right: coverage, novelty, diversity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.folds import Case, TrainingData
from recommender.evaluation.systems.base import Ranking

LENGTH = 10
COVERAGE, NOVELTY, DIVERSITY = "coverage@10", "novelty@10", "intra_list_diversity@10"


def catalog_coverage(rankings: Sequence[Ranking], cases: Sequence[Case], n_items: int) -> float:
    """The share of items that somebody is shown.

    Args:
        rankings: c lists, best first; their first ten count.
        cases: what they answer; where all have candidates, the share is one of these.
        n_items: items of the catalogue.

    Returns:
        Distinct items in the lists / items that could be in one, 0..1.

    Source: Ge, Delgado-Battenfeld and Jannach, RecSys 2010, "catalog coverage".
    """
    shown = {row for ranking in rankings for row in ranking.items[:LENGTH].tolist()}
    candidates = [case.candidates for case in cases if case.candidates is not None]
    possible = len(np.unique(np.concatenate(candidates))) if candidates and len(candidates) == len(cases) else n_items
    return len(shown) / possible if possible else 0.0


def self_information(train: TrainingData) -> FloatArray:
    """How surprising each item is: -log2 of the share of people who have it in train.

    Returns:
        (n,) bits, >= 0. With c_i of m people, the share is (c_i + 1) / (m + 1), so that a new item's is finite.

    Source: Vargas and Castells, RecSys 2011; Zhou et al., PNAS 2010 ("surprisal").
    """
    users, items = train.interactions.users, train.interactions.items
    pairs = np.unique(items * np.int64(max(1, train.interactions.n_users)) + users)
    counts = np.bincount(pairs // max(1, train.interactions.n_users), minlength=train.n_items)
    bits: FloatArray = -np.log2((counts + 1) / (len(np.unique(users)) + 1))
    return bits


def novelty(rankings: Sequence[Ranking], information: FloatArray) -> FloatArray:
    """(c,) mean self-information of the first ten items, bits; nan for an empty list."""
    return np.array(
        [information[ranking.items[:LENGTH]].mean() if len(ranking.items) else np.nan for ranking in rankings]
    )


def intra_list_diversity(rankings: Sequence[Ranking], vectors: FloatArray) -> FloatArray:
    """How unlike each other the first ten items are.

    Args:
        rankings: c lists, best first.
        vectors: (n, d) of length 1 (or 0, for items that say nothing), as `centred` makes them.

    Returns:
        (c,) 1 - the mean cosine similarity of all pairs, 0..2; nan for lists of less than two items.

    Source: Ziegler et al., WWW 2005, intra-list similarity.
    """
    return np.array([_diversity(vectors[ranking.items[:LENGTH]]) for ranking in rankings])


def _diversity(vectors: FloatArray) -> float:
    length = len(vectors)
    if length < 2:
        return float("nan")
    total = vectors.sum(axis=0)
    similarities = (total @ total - (vectors * vectors).sum()) / (length * (length - 1))
    return float(1 - similarities)
