"""A person's list as `recommend` would make it, without its log: for asking what would be, not for showing it.

Nothing is left to chance here, and the list goes on beyond its length, so that it can be said where an item went.
What others see of the catalogue (popularity, trends, what was trained) is as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from recommender.engine.history import HistoryEvent
from recommender.engine.settings import ExplorationSettings, ScoringSettings
from recommender.models import EmbeddingSpace, RankingModel
from recommender.selectors.histories import NO_HISTORY, newest_history
from recommender.selectors.history import excluded_item_ids
from recommender.services.answers import Basis, Notice
from recommender.services.composing import RankedItem
from recommender.services.interests import interest_of
from recommender.services.joint_interests import joint_interest_of
from recommender.services.joint_ranking import SPARE_CANDIDATES, rank_jointly
from recommender.services.ranking import rank_by_popularity, rank_for_interest
from users.models import Profile


@dataclass(frozen=True)
class ListAsked:
    """Whose list, by which settings, of what length and at which moment."""

    profile: Profile
    settings: ScoringSettings
    length: int
    now: datetime
    space: EmbeddingSpace | None
    model: RankingModel | None


@dataclass(frozen=True)
class UnloggedList:
    """Items best first, more than the length where there are more; the first ones are the list."""

    items: Sequence[RankedItem]
    basis: Basis
    notices: Sequence[Notice] = ()


@dataclass(frozen=True)
class _Personal:
    items: list[RankedItem]
    basis: Basis
    notices: Sequence[Notice]


def list_without(asked: ListAsked, interaction_ids: Collection[int]) -> UnloggedList:
    """The list that the person would get if these interactions were not there; none left out: the list they get.

    As many queries as an answer takes, less those of its log.
    """
    settings = asked.settings.model_copy(update={"exploration": ExplorationSettings()})
    seen = settings.seen
    excluded = excluded_item_ids(asked.profile.pk, seen, now=asked.now, without=interaction_ids)
    # As deep as candidates are scored in any case, so that the first ones are those of the shorter list.
    depth = max(asked.length, settings.diversity.candidates - SPARE_CANDIDATES)
    personal = None
    if asked.profile.personalise:
        history = NO_HISTORY
        if settings.interest.use_history:
            length = settings.interest.history_length
            history = newest_history(asked.profile.pk, length=length, without=interaction_ids)
        personal = _personal(asked, history.events, settings, excluded, depth)
    if personal is None:
        popular = _popular(asked, settings, excluded, depth)
        return UnloggedList(popular, Basis.POPULAR)
    filling: list[RankedItem] = []
    if len(personal.items) < asked.length and _fills(settings):
        shown = {item.item_id for item in personal.items}
        filling = _popular(asked, settings, {*excluded, *shown}, asked.length - len(shown))
    return UnloggedList([*personal.items, *filling], personal.basis, personal.notices)


def _fills(settings: ScoringSettings) -> bool:
    return settings.result_list.minimum_score is None and settings.diversity.fill


def _popular(asked: ListAsked, settings: ScoringSettings, excluded: Collection[int], length: int) -> list[RankedItem]:
    return rank_by_popularity(
        asked.profile.catalog_id, settings, model=asked.model, excluded_ids=excluded, length=length, now=asked.now
    )


def _personal(
    asked: ListAsked, events: Sequence[HistoryEvent], settings: ScoringSettings, excluded: Collection[int], depth: int
) -> _Personal | None:
    """The personal list, None where nothing is known."""
    if asked.model is not None:
        return _by_model(asked, asked.model, events, settings, excluded, depth)
    if asked.space is not None:
        return _by_text(asked, asked.space, events, settings, excluded, depth)
    return None


def _by_model(
    asked: ListAsked,
    model: RankingModel,
    events: Sequence[HistoryEvent],
    settings: ScoringSettings,
    excluded: Collection[int],
    depth: int,
) -> _Personal | None:
    made = joint_interest_of(
        model,
        asked.space,
        profile=asked.profile,
        events=events,
        statement=asked.profile.statement,
        settings=settings,
    )
    if made.interest is None:
        return None
    items = rank_jointly(
        model, made.interest, settings, excluded_ids=excluded, length=depth, now=asked.now, rng=_no_chance()
    )
    return _Personal(items, _basis(made.interest.has_history, made.interest.has_statement), made.notices)


def _by_text(
    asked: ListAsked,
    space: EmbeddingSpace,
    events: Sequence[HistoryEvent],
    settings: ScoringSettings,
    excluded: Collection[int],
    depth: int,
) -> _Personal | None:
    made = interest_of(
        space,
        profile=asked.profile,
        events=events,
        statement=asked.profile.statement,
        settings=settings.interest,
    )
    if made.vector is None:
        return None
    items = rank_for_interest(
        space,
        made.vector,
        settings,
        excluded_ids=excluded,
        length=depth,
        now=asked.now,
        rng=_no_chance(),
        history=made.weights,
    )
    return _Personal(items, _basis(made.vector.has_history, made.vector.has_statement), made.notices)


def _basis(has_history: bool, has_statement: bool) -> Basis:
    if has_history and has_statement:
        return Basis.HISTORY_AND_STATEMENT
    return Basis.HISTORY if has_history else Basis.STATEMENT


def _no_chance() -> np.random.Generator:
    return np.random.default_rng(0)
