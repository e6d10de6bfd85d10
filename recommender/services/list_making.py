"""A list as it is asked for: personal where something is known and may be looked at, else what is popular."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.engine.history import HistoryEvent
from recommender.engine.interest import FloatArray
from recommender.engine.settings import ScoringSettings
from recommender.models import EmbeddingSpace, RankingModel
from recommender.selectors.pools import EVERYTHING, Pool
from recommender.services.answers import Basis, Notice
from recommender.services.composing import RankedItem
from recommender.services.interests import interest_of
from recommender.services.joint_interests import joint_interest_of
from recommender.services.joint_ranking import rank_jointly
from recommender.services.ranking import rank_by_popularity, rank_for_interest
from users.models import Profile


@dataclass(frozen=True)
class ListRequest:
    """What is asked; `notices` grow with what turns up while it is answered.

    `events`: a history, newest first, that replaces the profile's. `statement`: the words that count.
    """

    catalog: Catalog
    profile: Profile | None
    events: Sequence[HistoryEvent] | None
    statement: str
    settings: ScoringSettings
    length: int
    now: datetime
    rng: np.random.Generator
    excluded_ids: Collection[int]
    pool: Pool = EVERYTHING
    explain: bool = False
    notices: list[Notice] = field(default_factory=list)

    def tell(self, code: str, message: str) -> None:
        self.notices.append(Notice(code, message))

    @property
    def is_personal(self) -> bool:
        """Whether there is a history or a sentence to look at, and the person lets it be looked at."""
        if self.profile is not None and not self.profile.personalise:
            return False
        return self.profile is not None or self.events is not None or bool(self.statement)


@dataclass(frozen=True)
class MadeList:
    """Items best first, and what they were made from; `vector`: U(u), None where nothing was known.

    `history_state`: of the profile's history as it was read (`selectors.histories`); "" where none was.
    """

    ranked: Sequence[RankedItem]
    basis: Basis
    vector: FloatArray | None = None
    history_state: str = ""


@dataclass(frozen=True)
class _Personal:
    ranked: list[RankedItem]
    vector: FloatArray
    has_history: bool
    has_statement: bool
    history_state: str

    @property
    def basis(self) -> Basis:
        if self.has_history and self.has_statement:
            return Basis.HISTORY_AND_STATEMENT
        return Basis.HISTORY if self.has_history else Basis.STATEMENT


def make_list(request: ListRequest, space: EmbeddingSpace | None, model: RankingModel | None) -> MadeList:
    """As many queries as an answer takes, less those of its log."""
    personal = _personal(request, space, model)
    ranked = _filled(request, model, personal)
    if personal is None:
        return MadeList(ranked, Basis.POPULAR)
    return MadeList(ranked, personal.basis, personal.vector, personal.history_state)


def _personal(request: ListRequest, space: EmbeddingSpace | None, model: RankingModel | None) -> _Personal | None:
    """The personal list, or None with a notice that says why there is none."""
    if request.profile is not None and not request.profile.personalise:
        request.tell("personalisation_off", _("Personalisation is off: this is what is popular."))
        return None
    if space is None and model is None:
        request.tell("no_embedding_space", _("No embeddings are served here: this is what is popular."))
        return None
    found = None
    if request.is_personal and model is not None:
        found = _by_model(request, space, model)
    elif request.is_personal and space is not None:
        found = _by_text(request, space)
    if found is None:
        request.tell("nothing_known", _("Nothing is known about the person yet: this is what is popular."))
    return found


def _by_model(request: ListRequest, space: EmbeddingSpace | None, model: RankingModel) -> _Personal | None:
    made = joint_interest_of(
        model,
        space,
        profile=request.profile,
        events=request.events,
        statement=request.statement,
        settings=request.settings,
    )
    request.notices.extend(made.notices)
    if made.interest is None:
        return None
    ranked = rank_jointly(
        model,
        made.interest,
        request.settings,
        excluded_ids=request.excluded_ids,
        length=request.length,
        now=request.now,
        rng=request.rng,
        pool=request.pool,
        explain=request.explain,
    )
    interest = made.interest
    return _Personal(ranked, interest.vector, interest.has_history, interest.has_statement, made.history_state)


def _by_text(request: ListRequest, space: EmbeddingSpace) -> _Personal | None:
    """Before anything was trained: the cosine of texts alone, the seed's formula."""
    made = interest_of(
        space,
        profile=request.profile,
        events=request.events,
        statement=request.statement,
        settings=request.settings.interest,
    )
    request.notices.extend(made.notices)
    if made.vector is None:
        return None
    ranked = rank_for_interest(
        space,
        made.vector,
        request.settings,
        excluded_ids=request.excluded_ids,
        length=request.length,
        now=request.now,
        rng=request.rng,
        pool=request.pool,
        history=made.weights,
        explain=request.explain,
    )
    return _Personal(ranked, made.vector.vector, made.vector.has_history, made.vector.has_statement, made.history_state)


def _filled(request: ListRequest, model: RankingModel | None, personal: _Personal | None) -> list[RankedItem]:
    """The personal list, filled up with popular items where embeddings are missing; else the popular list."""
    ranked = [] if personal is None else personal.ranked
    if personal is not None and (
        len(ranked) == request.length
        or request.settings.result_list.minimum_score is not None
        or not request.settings.diversity.fill
    ):
        return ranked
    filling = rank_by_popularity(
        request.catalog.pk,
        request.settings,
        model=model,
        excluded_ids={*request.excluded_ids, *(item.item_id for item in ranked)},
        length=request.length - len(ranked),
        now=request.now,
        pool=request.pool,
    )
    if personal is not None and filling:
        request.tell("not_all_embedded", _("Some items have no embedding yet: popular ones fill the list."))
    return ranked + filling
