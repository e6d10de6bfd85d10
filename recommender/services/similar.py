"""Items like an item: the same vectors, without a person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Item
from recommender.engine.explanation import Reason, ReasonKind
from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray, InterestVector, Term
from recommender.engine.joint_interest import joint_interest
from recommender.engine.settings import ScoringSettings
from recommender.engine.threads import one_thread
from recommender.models import EmbeddingSpace, RankingModel, Scenario, Slate
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.joint_models import hyperparameters_of, joint_space_of
from recommender.selectors.joint_vectors import joint_items
from recommender.selectors.ranking_models import model_of_space
from recommender.selectors.vectors import source_vectors
from recommender.services.answering import give_answer, list_length, settings_of
from recommender.services.answers import Answer, Basis, Notice
from recommender.services.composing import RankedItem
from recommender.services.joint_interests import block_weights
from recommender.services.joint_ranking import rank_jointly
from recommender.services.ranking import rank_by_popularity, rank_for_interest

# Likeness that a reader would see is likeness of texts: it counts at least so much, unless an operator says otherwise.
LEAST_TEXT_WEIGHT = 0.5


def similar_items(
    *,
    item: Item,
    k: int | None = None,
    excluded_ids: Collection[int] = (),
    language: str = "en",
    now: datetime | None = None,
) -> Answer:
    """The items nearest to an item, itself and the excluded ones left out.

    Popular ones, and a notice, while it has no embedding.
    """
    now = now or timezone.now()
    config = active_config(item.catalog_id, Scenario.SIMILAR)
    with override(language), one_thread():
        notices: list[Notice] = []
        settings = settings_of(config, notices)
        length = list_length(k, settings)
        slate = Slate(
            created_at=now,
            catalog_id=item.catalog_id,
            scenario=Scenario.SIMILAR,
            config=config,
            language=language,
            requested_length=length,
        )
        space = serving_space(item.catalog_id)
        model = model_of_space(item.catalog_id, space)
        asked = _Asked(
            item, {item.pk, *excluded_ids}, settings, length, now, np.random.default_rng(slate.request_id.int)
        )
        nearest = _by_model(asked, model) if model is not None else None
        if nearest is None and space is not None:
            nearest = _by_text(asked, space)
        if nearest is None:
            notices.append(Notice("not_all_embedded", _("This item has no embedding yet: this is what is popular.")))
            ranked = rank_by_popularity(
                item.catalog_id, settings, model=model, excluded_ids=asked.excluded_ids, length=length, now=now
            )
        else:
            ranked = [_by_similarity(found, item) for found in nearest.ranked]
        slate.space_id = space.pk if space is not None and nearest is not None else None
        slate.model_version = None if model is None else model.version
        slate.basis = Basis.POPULAR if nearest is None else Basis.ITEM
        slate.interest_vector = None if nearest is None else nearest.vector
        return give_answer(slate, ranked, notices, explanations=settings.result_list.explanations)


@dataclass(frozen=True)
class _Asked:
    item: Item
    excluded_ids: Collection[int]
    settings: ScoringSettings
    length: int
    now: datetime
    rng: np.random.Generator


@dataclass(frozen=True)
class _Nearest:
    ranked: list[RankedItem]
    vector: FloatArray


def _by_model(asked: _Asked, model: RankingModel) -> _Nearest | None:
    """The list of somebody who likes this item and nothing else, without regard to what is popular."""
    blocks = block_weights(asked.settings.blocks, hyperparameters_of(model))
    text = LEAST_TEXT_WEIGHT if asked.settings.blocks.text is None else blocks.text
    blocks = replace(blocks, text=max(blocks.text, text), prior=0.0)
    likes_it = ItemWeight(asked.item.pk, 1.0, "similar", 1.0)
    items = joint_items(model, [asked.item.pk])
    interest = joint_interest(joint_space_of(model), [likes_it], items, None, block_weights=blocks, statement_share=0.0)
    if interest is None:
        return None
    ranked = rank_jointly(
        model,
        interest,
        asked.settings,
        excluded_ids=asked.excluded_ids,
        length=asked.length,
        now=asked.now,
        rng=asked.rng,
    )
    return _Nearest(ranked, interest.vector)


def _by_text(asked: _Asked, space: EmbeddingSpace) -> _Nearest | None:
    """The item's own vector in the place of a person's."""
    vector = source_vectors(space, [asked.item.pk]).get(asked.item.pk)
    if vector is None:
        return None
    ranked = rank_for_interest(
        space,
        InterestVector(vector, (Term(asked.item.pk, "similar", 1.0, vector),)),
        asked.settings,
        excluded_ids=asked.excluded_ids,
        length=asked.length,
        now=asked.now,
        rng=asked.rng,
    )
    return _Nearest(ranked, vector)


def _by_similarity(found: RankedItem, item: Item) -> RankedItem:
    return replace(found, parts={"similarity": found.score}, reason=Reason(ReasonKind.SIMILAR, item.pk))
