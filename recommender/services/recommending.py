"""The main job: from a person to a ranked, explained and logged list."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.engine.interest import InterestVector
from recommender.engine.settings import ScoringSettings
from recommender.exceptions import InvalidRequest
from recommender.models import EmbeddingSpace, Scenario, Slate
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.history import excluded_item_ids
from recommender.services.answering import give_answer, list_length, settings_of
from recommender.services.answers import Answer, Basis, Notice
from recommender.services.interests import interest_of
from recommender.services.ranking import RankedItem, rank_by_popularity, rank_for_interest
from users.models import Profile


@dataclass
class _Request:
    """What is asked, and what turned up while it was answered."""

    catalog: Catalog
    profile: Profile | None
    statement: str
    settings: ScoringSettings
    length: int
    now: datetime
    excluded_ids: set[int]
    notices: list[Notice] = field(default_factory=list)

    def tell(self, code: str, message: str) -> None:
        self.notices.append(Notice(code, message))


def recommend(
    *,
    catalog: Catalog,
    profile: Profile | None = None,
    statement: str = "",
    k: int | None = None,
    scenario: str = Scenario.HOME,
    language: str = "en",
    now: datetime | None = None,
) -> Answer:
    """Rank the catalog for a person and log the answer.

    Args:
        catalog: what to recommend from.
        profile: for whom; None for somebody unknown.
        statement: the person's own words; replaces the profile's own statement for this answer.
        k: length of the list, 1..200; the configuration's where None.
        scenario: the placement whose active configuration answers.
        language: of titles, reasons and notices.
        now: the time of the request.

    Raises:
        InvalidRequest: for a length out of range or a profile of another catalog.
        NotInCatalog: where the scenario has no active configuration.
    """
    now = now or timezone.now()
    if profile is not None and profile.catalog_id != catalog.pk:
        raise InvalidRequest(_("The profile belongs to another catalog."))
    config = active_config(catalog.pk, scenario)
    with override(language):
        notices: list[Notice] = []
        settings = settings_of(config, notices)
        request = _Request(
            catalog=catalog,
            profile=profile,
            statement=statement.strip() or (profile.statement if profile else ""),
            settings=settings,
            length=list_length(k, settings),
            now=now,
            excluded_ids=excluded_item_ids(profile.pk, settings.seen, now=now) if profile else set(),
            notices=notices,
        )
        space = serving_space(catalog.pk)
        interest = _interest(request, space)
        ranked = _ranked(request, space, interest)
        slate = Slate(
            created_at=now,
            catalog=catalog,
            scenario=scenario,
            profile=profile,
            config=config,
            space_id=space.pk if space is not None and interest is not None else None,
            basis=_basis(interest),
            statement=request.statement if interest is not None and interest.has_statement else "",
            language=language,
            requested_length=request.length,
            interest_vector=None if interest is None else interest.vector,
        )
        return give_answer(slate, ranked, request.notices, explanations=settings.result_list.explanations)


def _interest(request: _Request, space: EmbeddingSpace | None) -> InterestVector | None:
    """U(u), or None with a notice that says why the list is not personal."""
    if request.profile is not None and not request.profile.personalise:
        request.tell("personalisation_off", _("Personalisation is off: this is what is popular."))
        return None
    if space is None:
        request.tell("no_embedding_space", _("No embeddings are served here: this is what is popular."))
        return None
    made = interest_of(space, profile=request.profile, statement=request.statement, settings=request.settings.interest)
    request.notices.extend(made.notices)
    if made.vector is None:
        request.tell("nothing_known", _("Nothing is known about the person yet: this is what is popular."))
    return made.vector


def _ranked(request: _Request, space: EmbeddingSpace | None, interest: InterestVector | None) -> list[RankedItem]:
    """The personal list, filled up with popular items where embeddings are missing; else the popular list."""
    personal: list[RankedItem] = []
    if interest is not None and space is not None:
        personal = rank_for_interest(
            space, interest, request.settings, excluded_ids=request.excluded_ids, length=request.length
        )
        if len(personal) == request.length or request.settings.result_list.minimum_score is not None:
            return personal
    filling = rank_by_popularity(
        request.catalog.pk,
        request.settings,
        excluded_ids=request.excluded_ids | {item.item_id for item in personal},
        length=request.length - len(personal),
        now=request.now,
    )
    if interest is not None and filling:
        request.tell("not_all_embedded", _("Some items have no embedding yet: popular ones fill the list."))
    return personal + filling


def _basis(interest: InterestVector | None) -> Basis:
    if interest is None:
        return Basis.POPULAR
    if interest.has_history and interest.has_statement:
        return Basis.HISTORY_AND_STATEMENT
    return Basis.HISTORY if interest.has_history else Basis.STATEMENT
