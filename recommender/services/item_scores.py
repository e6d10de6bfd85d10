"""One item's score for a person, and what each item of their history adds to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from catalog.models import Item
from recommender.engine.history import HistoryEvent
from recommender.engine.interest import InterestVector, term_scores
from recommender.engine.joint_interest import JointInterest, joint_scores
from recommender.engine.settings import (
    DiversitySettings,
    ExplorationSettings,
    FilterSettings,
    ScoringSettings,
    SeenSettings,
)
from recommender.models import EmbeddingSpace, RankingModel
from recommender.selectors.joint_vectors import joint_items
from recommender.selectors.pools import Pool
from recommender.selectors.vectors import target_vectors
from recommender.services.answers import Notice
from recommender.services.composing import RankedItem
from recommender.services.interests import interest_of
from recommender.services.joint_interests import joint_interest_of
from recommender.services.joint_ranking import rank_jointly
from recommender.services.ranking import rank_for_interest
from users.models import Profile


@dataclass(frozen=True)
class AskingPerson:
    """Whose interest, from which events (None: all of theirs), and by which settings."""

    profile: Profile
    events: Sequence[HistoryEvent] | None
    statement: str
    settings: ScoringSettings
    now: datetime


@dataclass(frozen=True)
class ItemScore:
    """`ranked` is None for an item without a vector; `amounts`: what each item of the history adds, by item id."""

    is_known: bool
    ranked: RankedItem | None = None
    amounts: Mapping[int, float] = field(default_factory=dict)
    notices: Sequence[Notice] = ()


def for_any_item(settings: ScoringSettings) -> ScoringSettings:
    """The settings of scores alone: what keeps items out of a list, or puts them in by chance, is left aside.

    An item adds nothing to its own score, as where seen items may come back.
    """
    return settings.model_copy(
        update={
            "filters": FilterSettings(),
            "seen": SeenSettings(policy="always"),
            "diversity": DiversitySettings(),
            "exploration": ExplorationSettings(),
            "result_list": settings.result_list.model_copy(update={"minimum_score": None}),
        }
    )


def score_item(person: AskingPerson, item: Item, model: RankingModel | None, space: EmbeddingSpace | None) -> ItemScore:
    if model is not None:
        return _by_model(person, item, model, space)
    return ItemScore(False) if space is None else _by_text(person, item, space)


def _by_model(person: AskingPerson, item: Item, model: RankingModel, space: EmbeddingSpace | None) -> ItemScore:
    made = joint_interest_of(
        model,
        space,
        profile=person.profile,
        events=person.events,
        statement=person.statement,
        settings=person.settings,
    )
    if made.interest is None:
        return ItemScore(False, notices=made.notices)
    ranked = rank_jointly(
        model,
        made.interest,
        person.settings,
        excluded_ids=(),
        length=1,
        now=person.now,
        rng=np.random.default_rng(0),
        pool=Pool(within=[item.pk]),
    )
    return ItemScore(True, next(iter(ranked), None), _amounts_by_model(made.interest, item, model), made.notices)


def _amounts_by_model(interest: JointInterest, item: Item, model: RankingModel) -> dict[int, float]:
    stored = joint_items(model, [item.pk]).get(item.pk)
    if stored is None:
        return {}
    by_item = joint_scores(interest, stored.vector[None], [item.pk]).by_item[0]
    return {weight.item_id: float(amount) for weight, amount in zip(interest.weights, by_item, strict=True)}


def _by_text(person: AskingPerson, item: Item, space: EmbeddingSpace) -> ItemScore:
    made = interest_of(
        space,
        profile=person.profile,
        events=person.events,
        statement=person.statement,
        settings=person.settings.interest,
    )
    if made.vector is None:
        return ItemScore(False, notices=made.notices)
    ranked = rank_for_interest(
        space,
        made.vector,
        person.settings,
        excluded_ids=(),
        length=1,
        now=person.now,
        rng=np.random.default_rng(0),
        pool=Pool(within=[item.pk]),
        history=made.weights,
    )
    return ItemScore(True, next(iter(ranked), None), _amounts_by_text(made.vector, item, space), made.notices)


def _amounts_by_text(interest: InterestVector, item: Item, space: EmbeddingSpace) -> dict[int, float]:
    target = target_vectors(space, [item.pk]).get(item.pk)
    if target is None:
        return {}
    by_term = term_scores(interest, target[None])[0]
    return {
        term.item_id: float(amount)
        for term, amount in zip(interest.terms, by_term, strict=True)
        if term.item_id is not None
    }
