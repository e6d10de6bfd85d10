"""Lists by texts alone, and for nobody in particular: what ranks before anything was trained."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np

from recommender.engine.explanation import popular_reason, strongest_reason
from recommender.engine.history import ItemWeight
from recommender.engine.interest import InterestVector, score_parts, term_scores
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace, RankingModel
from recommender.selectors.nearest import nearest_item_ids
from recommender.selectors.popular import popular_items
from recommender.selectors.vectors import centred_vectors, target_vectors
from recommender.services.composing import RankedItem, Scored, compose, composes

# Exact scores may order neighbours differently from the index's half precision: a few more are scored than shown.
SPARE_CANDIDATES = 10


def rank_for_interest(
    space: EmbeddingSpace,
    interest: InterestVector,
    settings: ScoringSettings,
    *,
    excluded_ids: Collection[int],
    length: int,
    now: datetime,
    rng: np.random.Generator,
    within: Collection[int] | None = None,
    history: Sequence[ItemWeight] = (),
) -> list[RankedItem]:
    """The items of highest cosine similarity, composed to a list; two or three queries, and those of `compose`.

    Candidates come from pgvector; scores are computed again from the stored vectors in double precision, so that
    the terms add up to the parts and the parts to the score.
    """
    candidates = nearest_item_ids(
        space,
        interest.vector,
        limit=max(settings.diversity.candidates if composes(settings) else 0, length + SPARE_CANDIDATES),
        filters=settings.filters,
        excluded_ids=excluded_ids,
        within=within,
    )
    vectors = target_vectors(space, candidates)
    if not vectors:
        return []
    item_ids = sorted(vectors)
    stored = np.stack([vectors[item_id] for item_id in item_ids])
    by_term = term_scores(interest, stored)
    scored = Scored(
        item_ids,
        score_parts(interest, by_term),
        centred_vectors(space, stored),
        lambda row: strongest_reason(interest, by_term[row]),
        history,
    )
    return compose(scored, settings, model=None, length=length, now=now, rng=rng)


def rank_by_popularity(
    catalog_id: int,
    settings: ScoringSettings,
    *,
    model: RankingModel | None = None,
    excluded_ids: Collection[int],
    length: int,
    now: datetime,
    within: Collection[int] | None = None,
) -> list[RankedItem]:
    """The most popular and freshest items, best first; one query."""
    items = popular_items(
        catalog_id,
        settings.popular,
        filters=settings.filters,
        excluded_ids=excluded_ids,
        limit=length,
        now=now,
        model_id=None if model is None else model.pk,
        within=within,
    )
    return [
        RankedItem(item.item_id, sum(item.parts.values()), item.parts, popular_reason(item.parts)) for item in items
    ]
