"""Items like an item: the same vectors, without a person."""

from __future__ import annotations

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
from recommender.selectors.joint_models import hyperparameters_of, joint_space_of
from recommender.selectors.joint_vectors import joint_items
from recommender.selectors.serving import serving
from recommender.selectors.vectors import source_vectors
from recommender.services.answering import give_answer, list_length, settings_of
from recommender.services.answers import Answer, Basis, Notice
from recommender.services.composing import RankedItem
from recommender.services.joint_interests import block_weights
from recommender.services.joint_ranking import rank_jointly
from recommender.services.list_making import MadeList
from recommender.services.ranking import rank_by_popularity, rank_for_interest
from recommender.services.wishes import NO_WISHES, Wishes, narrowed

# Likeness that a reader would see is likeness of texts: it counts at least so much, unless an operator says otherwise.
LEAST_TEXT_WEIGHT = 0.5


def similar_items(
    *,
    item: Item,
    k: int | None = None,
    wishes: Wishes = NO_WISHES,
    language: str = "en",
    now: datetime | None = None,
) -> Answer:
    """The items nearest to an item, itself and the excluded ones left out.

    Popular ones, and a notice, while it has no embedding. Of the wishes, those count that are about items: kinds, the
    filter, boosts, what is left out.
    """
    now = now or timezone.now()
    served = serving(item.catalog_id, Scenario.SIMILAR)
    config, space, model = served.config, served.space, served.model
    with override(language), one_thread():
        notices: list[Notice] = []
        settings = narrowed(settings_of(config, notices), wishes.kinds)
        length = list_length(k, settings)
        slate = Slate(
            created_at=now,
            catalog_id=item.catalog_id,
            scenario=Scenario.SIMILAR,
            config=config,
            language=language,
            requested_length=length,
            wishes=wishes.as_json() | {"item": item.pk},
        )
        asked = SimilarAsked(item, wishes, settings, length, now, np.random.default_rng(slate.request_id.int), notices)
        made = make_similar(asked, space, model)
        slate.space_id = space.pk if space is not None and made.vector is not None else None
        slate.model_version = None if model is None else model.version
        slate.basis = made.basis
        slate.interest_vector = made.vector
        return give_answer(slate, made.ranked, notices, explanations=settings.result_list.explanations)


@dataclass(frozen=True)
class SimilarAsked:
    """What is asked; `notices` grow with what turns up while it is answered."""

    item: Item
    wishes: Wishes
    settings: ScoringSettings
    length: int
    now: datetime
    rng: np.random.Generator
    notices: list[Notice]

    @property
    def excluded_ids(self) -> set[int]:
        return {self.item.pk, *self.wishes.excluded_ids, *self.wishes.private_ids}


def make_similar(asked: SimilarAsked, space: EmbeddingSpace | None, model: RankingModel | None) -> MadeList:
    """As many queries as an answer takes, less those of its log."""
    nearest = _by_model(asked, model) if model is not None else None
    if nearest is None and space is not None:
        nearest = _by_text(asked, space)
    if nearest is not None:
        return MadeList([_by_similarity(found, asked.item) for found in nearest.ranked], Basis.ITEM, nearest.vector)
    asked.notices.append(Notice("not_all_embedded", _("This item has no embedding yet: this is what is popular.")))
    ranked = rank_by_popularity(
        asked.item.catalog_id,
        asked.settings,
        model=model,
        excluded_ids=asked.excluded_ids,
        length=asked.length,
        now=asked.now,
        pool=asked.wishes.pool,
    )
    return MadeList(ranked, Basis.POPULAR)


@dataclass(frozen=True)
class _Nearest:
    ranked: list[RankedItem]
    vector: FloatArray


def _by_model(asked: SimilarAsked, model: RankingModel) -> _Nearest | None:
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
        pool=asked.wishes.pool,
    )
    return _Nearest(ranked, interest.vector)


def _by_text(asked: SimilarAsked, space: EmbeddingSpace) -> _Nearest | None:
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
        pool=asked.wishes.pool,
    )
    return _Nearest(ranked, vector)


def _by_similarity(found: RankedItem, item: Item) -> RankedItem:
    """Its likeness as one part, and a boost as another; a boost that outweighs it is the reason."""
    boost = found.parts.get("boost")
    parts = {"similarity": found.score} if boost is None else {"similarity": found.score - boost, "boost": boost}
    kept = found.reason.kind in (ReasonKind.BOOSTED, ReasonKind.EXPLORED)
    return replace(found, parts=parts, reason=found.reason if kept else Reason(ReasonKind.SIMILAR, item.pk), shares=())
