"""Lists by texts alone, and for nobody in particular: what ranks before anything was trained."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np

from recommender.engine.explanation import Reason, ReasonKind, popular_reason, strongest_reason
from recommender.engine.history import ItemWeight
from recommender.engine.interest import InterestVector, score_parts, term_scores
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace, RankingModel
from recommender.selectors.nearest import nearest_item_ids
from recommender.selectors.pools import EVERYTHING, Pool
from recommender.selectors.popular import PopularItem, popular_items
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
    pool: Pool = EVERYTHING,
    history: Sequence[ItemWeight] = (),
    explain: bool = False,
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
        pool=pool,
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
        lambda row: [
            (term.item_id, amount) for term, amount in zip(interest.terms, by_term[row].tolist(), strict=True)
        ],
    )
    return compose(scored, settings, model=None, length=length, now=now, rng=rng, pool=pool, explain=explain)


def rank_by_popularity(
    catalog_id: int,
    settings: ScoringSettings,
    *,
    model: RankingModel | None = None,
    excluded_ids: Collection[int],
    length: int,
    now: datetime,
    pool: Pool = EVERYTHING,
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
        pool=pool,
    )
    return [RankedItem(item.item_id, sum(item.parts.values()), item.parts, _reason(item)) for item in items]


def _reason(item: PopularItem) -> Reason:
    """A boost is the reason where it adds more than all else."""
    return Reason(ReasonKind.BOOSTED) if item.boost > item.popularity + item.freshness else popular_reason(item.parts)
