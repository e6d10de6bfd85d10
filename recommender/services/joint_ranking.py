"""The list of a person in the space of a trained model."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import numpy as np

from recommender.engine.explanation import Reason, ReasonKind
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import JointInterest, JointScores, joint_scores
from recommender.engine.joint_space import Block
from recommender.engine.settings import ScoringSettings
from recommender.engine.training import unit_rows
from recommender.models import RankingModel
from recommender.selectors.joint_vectors import joint_candidates
from recommender.selectors.pools import EVERYTHING, Pool
from recommender.services.composing import RankedItem, Scored, compose, composes

# Exact scores may order neighbours differently from the index's half precision: a few more are scored than shown.
SPARE_CANDIDATES = 10
# The parts of a score that come from the history.
HISTORY_PARTS = ("collaborative", "factors", "text")


def rank_jointly(
    model: RankingModel,
    interest: JointInterest,
    settings: ScoringSettings,
    *,
    excluded_ids: Collection[int],
    length: int,
    now: datetime,
    rng: np.random.Generator,
    pool: Pool = EVERYTHING,
    explain: bool = False,
) -> list[RankedItem]:
    """The items of the highest scores R = <U, v>, composed to a list; one vector query, and those of `compose`.

    Candidates come from pgvector, in the order of the index; scores are computed again in double precision from the
    stored vectors, so that parts add up to them.
    """
    may_return = settings.seen.policy != "never"
    limit = max(settings.diversity.candidates, length + SPARE_CANDIDATES)
    # Scores that depend on more than the vector, and seen items that lose what they say for themselves, can come from
    # anywhere among the candidates; else the first ones suffice, and most of the bytes stay where they are.
    scored_count = limit if may_return or composes(settings) else length + SPARE_CANDIDATES
    found = joint_candidates(
        model,
        interest.vector,
        limit=limit,
        with_vectors=scored_count,
        filters=settings.filters,
        excluded_ids=excluded_ids,
        pool=pool,
    )
    rows = [(item_id, vector) for item_id, _, vector in found if vector is not None]
    if not rows:
        return []
    item_ids = [item_id for item_id, _ in rows]
    stored = np.stack([vector for _, vector in rows])
    scores = joint_scores(interest, stored, item_ids if may_return else ())
    loudest = loudest_items(interest, scores)
    scored = Scored(
        item_ids,
        scores.parts,
        unit_rows(stored[:, interest.space.columns(Block.TEXT)]),
        lambda row: joint_reason(interest, scores, row, loudest[row]),
        interest.weights,
        lambda row: [
            (weight.item_id, amount)
            for weight, amount in zip(interest.weights, scores.by_item[row].tolist(), strict=True)
        ],
    )
    return compose(scored, settings, model=model, length=length, now=now, rng=rng, pool=pool, explain=explain)


def loudest_items(interest: JointInterest, scores: JointScores) -> list[int | None]:
    """For each row the place of the liked item of the history that adds most, of equal ones the newest."""
    liked = np.flatnonzero([weight.weight > 0 for weight in interest.weights])
    if not len(liked):
        return [None] * len(scores.by_item)
    return list(liked[scores.by_item[:, liked].argmax(axis=1)].tolist())


def joint_reason(interest: JointInterest, scores: JointScores, row: int, place: int | None) -> Reason:
    """What adds most: the history, the person's words or popularity; of the history, its loudest item.

    The history counts as a whole: each of many items says less than a sentence, and yet they may be what brought the
    item. The implicit factors have no share that belongs to one item: they speak through the item of the history that
    agrees most. A disliked item is never a reason.
    """
    said: list[tuple[float, Reason]] = []
    if place is not None:
        weight = interest.weights[place]
        by_history = sum(float(scores.parts[name][row]) for name in HISTORY_PARTS)
        said.append((by_history, Reason(ReasonKind.HISTORY, weight.item_id, weight.kind)))
    if interest.statement is not None:
        said.append((float(scores.parts["statement"][row]), Reason(ReasonKind.STATEMENT)))
    if interest.prior > 0 or not said:
        said.append((_popularity(scores.parts, row), Reason(ReasonKind.POPULAR)))
    return max(said, key=lambda one: one[0])[1]


def _popularity(parts: dict[str, FloatArray], row: int) -> float:
    return float(parts["popularity"][row])
