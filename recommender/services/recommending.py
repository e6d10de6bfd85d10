"""The main job: from a person to a ranked, explained and logged list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.engine.history import HistoryEvent
from recommender.engine.interest import FloatArray
from recommender.engine.settings import ScoringSettings
from recommender.engine.threads import one_thread
from recommender.exceptions import InvalidRequest
from recommender.models import EmbeddingSpace, RankingModel, Scenario, ScoringConfig, Slate
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.history import excluded_item_ids
from recommender.selectors.ranking_models import model_of_space
from recommender.services.answering import give_answer, list_length, settings_of
from recommender.services.answers import Answer, Basis, Notice
from recommender.services.composing import RankedItem
from recommender.services.interests import interest_of
from recommender.services.joint_interests import joint_interest_of
from recommender.services.joint_ranking import rank_jointly
from recommender.services.ranking import rank_by_popularity, rank_for_interest
from users.models import Profile


@dataclass
class _Request:
    """What is asked, and what turned up while it was answered."""

    catalog: Catalog
    profile: Profile | None
    events: Sequence[HistoryEvent] | None
    statement: str
    settings: ScoringSettings
    length: int
    now: datetime
    rng: np.random.Generator
    excluded_ids: Collection[int]
    within: Collection[int] | None = None
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
class _Interest:
    """A personal list, and what it was made from."""

    ranked: list[RankedItem]
    vector: FloatArray
    has_history: bool
    has_statement: bool


def recommend(
    *,
    catalog: Catalog,
    profile: Profile | None = None,
    events: Sequence[HistoryEvent] | None = None,
    statement: str = "",
    k: int | None = None,
    scenario: str = Scenario.HOME,
    config: ScoringConfig | None = None,
    within: Collection[int] | None = None,
    kinds: Collection[str] = (),
    excluded_ids: Collection[int] = (),
    language: str = "en",
    now: datetime | None = None,
) -> Answer:
    """Rank the catalog for a person and log the answer.

    Args:
        catalog: what to recommend from.
        profile: for whom; None for somebody unknown.
        events: a history, newest first, that replaces the profile's for this answer.
        statement: the person's own words; replaces the profile's own statement for this answer.
        k: length of the list, 1..200; the configuration's where None.
        scenario: the placement whose active configuration answers.
        config: another configuration, to try it out.
        within: recommend from these items alone; None: from all of them.
        kinds: recommend items of these kinds alone, as far as the configuration allows them; empty: all that it allows.
        excluded_ids: items that must not appear, beside those that the configuration keeps away.
        language: of titles, reasons and notices.
        now: the time of the request.

    Raises:
        InvalidRequest: for a length out of range, a profile or a configuration of another catalog, or kinds none of
            which the configuration allows.
        NotInCatalog: where the scenario has no active configuration.
    """
    now = now or timezone.now()
    if profile is not None and profile.catalog_id != catalog.pk:
        raise InvalidRequest(_("The profile belongs to another catalog."))
    if config is not None and config.catalog_id != catalog.pk:
        raise InvalidRequest(_("The configuration belongs to another catalog."))
    config = config or active_config(catalog.pk, scenario)
    with override(language), one_thread():
        notices: list[Notice] = []
        settings = _narrowed(settings_of(config, notices), kinds)
        slate = Slate(created_at=now, catalog=catalog, scenario=scenario, profile=profile, config=config)
        request = _Request(
            catalog=catalog,
            profile=profile,
            events=events,
            statement=statement.strip() or (profile.statement if profile else ""),
            settings=settings,
            length=list_length(k, settings),
            now=now,
            # The answer can be made again from its log: chance is drawn from its id.
            rng=np.random.default_rng(slate.request_id.int),
            excluded_ids={*excluded_ids, *_kept_away(profile, settings, now)},
            within=within,
            notices=notices,
        )
        space = serving_space(catalog.pk)
        model = model_of_space(catalog.pk, space)
        interest = _personal(request, space, model)
        slate.space_id = space.pk if space is not None and interest is not None else None
        slate.model_version = None if model is None else model.version
        slate.basis = _basis(interest)
        slate.statement = request.statement if interest is not None and interest.has_statement else ""
        slate.language = language
        slate.requested_length = request.length
        slate.interest_vector = None if interest is None else interest.vector
        ranked = _filled(request, model, interest)
        return give_answer(slate, ranked, request.notices, explanations=settings.result_list.explanations)


def _narrowed(settings: ScoringSettings, kinds: Collection[str]) -> ScoringSettings:
    """The settings with these kinds alone, of those that they allow."""
    if not kinds:
        return settings
    allowed = [kind for kind in kinds if not settings.filters.kinds or kind in settings.filters.kinds]
    if not allowed:
        raise InvalidRequest(_("The configuration recommends nothing of these kinds."))
    filters = settings.filters.model_copy(update={"kinds": allowed})
    return settings.model_copy(update={"filters": filters})


def _kept_away(profile: Profile | None, settings: ScoringSettings, now: datetime) -> set[int]:
    return excluded_item_ids(profile.pk, settings.seen, now=now) if profile else set()


def _personal(request: _Request, space: EmbeddingSpace | None, model: RankingModel | None) -> _Interest | None:
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


def _by_model(request: _Request, space: EmbeddingSpace | None, model: RankingModel) -> _Interest | None:
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
        within=request.within,
    )
    return _Interest(ranked, made.interest.vector, made.interest.has_history, made.interest.has_statement)


def _by_text(request: _Request, space: EmbeddingSpace) -> _Interest | None:
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
        within=request.within,
        history=made.weights,
    )
    return _Interest(ranked, made.vector.vector, made.vector.has_history, made.vector.has_statement)


def _filled(request: _Request, model: RankingModel | None, interest: _Interest | None) -> list[RankedItem]:
    """The personal list, filled up with popular items where embeddings are missing; else the popular list."""
    personal = [] if interest is None else interest.ranked
    if interest is not None and (
        len(personal) == request.length
        or request.settings.result_list.minimum_score is not None
        or not request.settings.diversity.fill
    ):
        return personal
    filling = rank_by_popularity(
        request.catalog.pk,
        request.settings,
        model=model,
        excluded_ids={*request.excluded_ids, *(item.item_id for item in personal)},
        length=request.length - len(personal),
        now=request.now,
        within=request.within,
    )
    if interest is not None and filling:
        request.tell("not_all_embedded", _("Some items have no embedding yet: popular ones fill the list."))
    return personal + filling


def _basis(interest: _Interest | None) -> Basis:
    if interest is None:
        return Basis.POPULAR
    if interest.has_history and interest.has_statement:
        return Basis.HISTORY_AND_STATEMENT
    return Basis.HISTORY if interest.has_history else Basis.STATEMENT
