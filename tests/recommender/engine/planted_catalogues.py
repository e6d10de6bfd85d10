"""Catalogues with tastes planted in them: groups of items, people who like one group, texts that tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.engine.evidence import Events, IntArray
from recommender.engine.history import ItemWeight, KindRule
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import BlockWeights, JointInterest, JointItem, joint_interest, joint_scores
from recommender.engine.training import TrainedRanking, TrainingData

LIKE = KindRule("like", 1.0, 1, "ignore", None, 1.0, states=True)
DISLIKE = KindRule("dislike", 1.0, -1, "ignore", None, 1.0, states=True)
RATING = KindRule("rating", 1.0, 1, "centred", 3.0, 2.0, states=True)
RULES = (LIKE, DISLIKE, RATING)

WORDS = ("soy sauce pork noodles", "cheese cake strawberry cream", "grilled salmon lemon rice", "红烧肉炖豆腐米饭")


@dataclass(frozen=True)
class PlantedCatalogue:
    """The data, and which group each item and each person belongs to."""

    data: TrainingData
    item_groups: IntArray
    user_groups: IntArray

    def without_texts(self) -> TrainingData:
        count = self.data.item_count
        return replace(self.data, encoded=np.zeros((count, 0)), texts=[""] * count)

    def without_events(self) -> TrainingData:
        return replace(self.data, user_count=0, events=likes([]))


def likes(rows: Sequence[tuple[int, int]]) -> Events:
    """Likes of (person, item), oldest first."""
    pairs = np.array(rows, dtype=np.int64).reshape(-1, 2)
    return Events(pairs[:, 0], pairs[:, 1], np.zeros(len(pairs), dtype=np.int64), np.full(len(pairs), np.nan))


def planted_catalogue(
    seed: int = 0, *, groups: int = 3, items: int = 12, people: int = 20, likes_each: int = 7, new_items: int = 0
) -> PlantedCatalogue:
    """Everybody likes `likes_each` of the `items` of one group, the first ones of it most often, and one stray item.

    Each group's `new_items` come last and nobody has met them. Texts and their vectors tell of the group.
    """
    rng = np.random.default_rng(seed)
    old, new = np.repeat(np.arange(groups), items), np.repeat(np.arange(groups), new_items)
    item_groups = np.concatenate([old, new])
    user_groups = np.repeat(np.arange(groups), people)
    rows = []
    for user, group in enumerate(user_groups.tolist()):
        popularity = 1.0 / np.arange(2, items + 2)
        own = rng.choice(items, likes_each, replace=False, p=popularity / popularity.sum())
        stray = rng.choice(np.flatnonzero(old != group), 1)
        rows += [(user, int(item)) for item in rng.permutation(np.concatenate([group * items + own, stray]))]
    encoded = np.eye(max(groups, 8))[item_groups] + rng.normal(0, 0.15, (len(item_groups), max(groups, 8)))
    encoded /= np.linalg.norm(encoded, axis=1, keepdims=True)
    texts = [f"{WORDS[group]} {row}" for row, group in enumerate(item_groups.tolist())]
    return PlantedCatalogue(
        TrainingData(len(user_groups), likes(rows), RULES, encoded, texts), item_groups, user_groups
    )


def items_of(trained: TrainedRanking) -> dict[int, JointItem]:
    """Stored vectors by row number."""
    rows = zip(trained.vectors, trained.source_gains, strict=True)
    return {row: JointItem(vector, float(gain)) for row, (vector, gain) in enumerate(rows)}


def interest_in(
    trained: TrainedRanking, history: Sequence[int], weights: BlockWeights, *, statement: FloatArray | None = None
) -> JointInterest:
    """U(u) of somebody who likes these rows."""
    liked = [ItemWeight(row, 1.0, "like", 1.0) for row in history]
    interest = joint_interest(
        trained.space, liked, items_of(trained), statement, block_weights=weights, statement_share=0.5
    )
    assert interest is not None
    return interest


def scores_for(trained: TrainedRanking, history: Sequence[int], weights: BlockWeights) -> FloatArray:
    """(n,), minus infinity for what the person has."""
    scores = joint_scores(interest_in(trained, history, weights), trained.vectors).total
    scores[list(history)] = -np.inf
    return scores
