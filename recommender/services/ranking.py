"""Ranked items with exact scores, parts and reasons: for an interest, and for nobody in particular."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from recommender.engine.explanation import Reason, popular_reason, strongest_reason
from recommender.engine.interest import InterestVector, score_parts, term_scores
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace
from recommender.selectors.nearest import nearest_item_ids
from recommender.selectors.popular import popular_items
from recommender.selectors.vectors import target_vectors

# Exact scores may order neighbours differently from the index's half precision: a few more are scored than shown.
SPARE_CANDIDATES = 10


@dataclass(frozen=True)
class RankedItem:
    """An item with its score, the parts that add up to it, and why it is here."""

    item_id: int
    score: float
    parts: dict[str, float]
    reason: Reason


def rank_for_interest(
    space: EmbeddingSpace,
    interest: InterestVector,
    settings: ScoringSettings,
    *,
    excluded_ids: Collection[int],
    length: int,
) -> list[RankedItem]:
    """The items of highest cosine similarity, best first, ties by item id; two or three queries.

    Candidates come from pgvector; scores are computed again from the stored vectors in double precision, so that
    the terms add up to the parts and the parts to the score.
    """
    candidates = nearest_item_ids(
        space,
        interest.vector,
        limit=length + SPARE_CANDIDATES,
        filters=settings.filters,
        excluded_ids=excluded_ids,
    )
    vectors = target_vectors(space, candidates)
    if not vectors:
        return []
    item_ids = sorted(vectors)
    by_term = term_scores(interest, np.stack([vectors[item_id] for item_id in item_ids]))
    parts = score_parts(interest, by_term)
    scores = by_term.sum(axis=1)
    minimum = settings.result_list.minimum_score
    order = sorted(range(len(item_ids)), key=lambda row: (-scores[row], item_ids[row]))
    return [
        RankedItem(
            item_id=item_ids[row],
            score=float(scores[row]),
            parts={name: float(values[row]) for name, values in parts.items()},
            reason=strongest_reason(interest, by_term[row]),
        )
        for row in order
        if minimum is None or scores[row] >= minimum
    ][:length]


def rank_by_popularity(
    catalog_id: int, settings: ScoringSettings, *, excluded_ids: Collection[int], length: int, now: datetime
) -> list[RankedItem]:
    """The most popular and freshest items, best first; one query."""
    items = popular_items(
        catalog_id,
        settings.popular,
        filters=settings.filters,
        excluded_ids=excluded_ids,
        limit=length,
        now=now,
    )
    return [
        RankedItem(item.item_id, sum(item.parts.values()), item.parts, popular_reason(item.parts)) for item in items
    ]
