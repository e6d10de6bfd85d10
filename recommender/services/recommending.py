"""The main job: from a person to a ranked, explained and logged list."""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.engine.threads import one_thread
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Scenario, ScoringConfig, Slate
from recommender.selectors.history import NOTHING_KEPT_AWAY, KeptAway, kept_away, kept_away_by_events
from recommender.selectors.serving import serving
from recommender.selectors.shown import items_shown_by
from recommender.services.answering import give_answer, list_length, settings_of
from recommender.services.answers import Answer, Notice
from recommender.services.list_making import ListRequest, make_list
from recommender.services.wishes import NO_WISHES, Wishes, narrowed
from users.models import Profile


def recommend(
    *,
    catalog: Catalog,
    profile: Profile | None = None,
    statement: str = "",
    k: int | None = None,
    scenario: str = Scenario.HOME,
    config: ScoringConfig | None = None,
    wishes: Wishes = NO_WISHES,
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
        config: another configuration, to try it out.
        wishes: whatever else this request wishes of its list.
        language: of titles, reasons and notices.
        now: the time of the request.

    Raises:
        InvalidRequest: for a length out of range, a profile or a configuration of another catalog, or kinds none of
            which the configuration allows.
        NotInCatalog: where the scenario has no active configuration, or a list that is to be continued is not this
            person's.
    """
    now = now or timezone.now()
    if profile is not None and profile.catalog_id != catalog.pk:
        raise InvalidRequest(_("The profile belongs to another catalog."))
    if config is not None and config.catalog_id != catalog.pk:
        raise InvalidRequest(_("The configuration belongs to another catalog."))
    served = serving(catalog.pk, scenario, config=config)
    config, space, model = served.config, served.space, served.model
    with override(language), one_thread():
        notices: list[Notice] = [*wishes.notices]
        settings = narrowed(settings_of(config, notices), wishes.kinds)
        slate = Slate(created_at=now, catalog=catalog, scenario=scenario, profile=profile, config=config)
        away = kept_away(profile.pk, settings.seen, now=now) if profile else NOTHING_KEPT_AWAY
        request = ListRequest(
            catalog=catalog,
            profile=profile,
            events=wishes.events,
            statement=statement.strip() or (profile.statement if profile else ""),
            settings=settings,
            length=list_length(k, settings),
            now=now,
            # The answer can be made again from its log: chance is drawn from its id.
            rng=np.random.default_rng(slate.request_id.int),
            excluded_ids=left_out(catalog, profile, wishes, away, settings, now=now),
            pool=wishes.pool,
            explain=wishes.explain,
            notices=notices,
        )
        made = make_list(request, space, model)
        slate.space_id = space.pk if space is not None and made.vector is not None else None
        slate.model_version = None if model is None else model.version
        slate.basis = made.basis
        slate.statement = request.statement if made.basis.has_statement else ""
        slate.language = language
        slate.requested_length = request.length
        slate.interest_vector = made.vector
        slate.wishes = wishes.as_json() | ({"statement": statement.strip()} if statement.strip() else {})
        slate.made_from = made_from(profile, away, made.history_state)
        return give_answer(slate, made.ranked, notices, explanations=settings.result_list.explanations)


def left_out(
    catalog: Catalog,
    profile: Profile | None,
    wishes: Wishes,
    away: KeptAway,
    settings: ScoringSettings,
    *,
    now: datetime,
) -> set[int]:
    """All items that must not appear; no query but for a history of the request's own, or a list that goes on."""
    excluded = {*away.item_ids, *wishes.excluded_ids, *wishes.private_ids}
    if wishes.events:
        excluded |= kept_away_by_events(catalog.pk, wishes.events, settings.seen, now=now)
    if wishes.after:
        shown = items_shown_by(catalog, wishes.after, profile=profile)
        if shown is None:
            raise NotInCatalog(_("There is no such list to be continued."))
        excluded |= shown
    return excluded


def made_from(profile: Profile | None, away: KeptAway, history_state: str) -> dict[str, object]:
    """What of a person's data an answer was made from: enough to tell whether it is the same now, and none of it."""
    if profile is None:
        return {}
    return {"until": away.until, "kept_away": away.digest, "history": history_state}
