"""An answer made again from what its slate kept, and what is different now, if anything is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest

import numpy as np
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from catalog.models import Item
from recommender.engine.history import HistoryEvent
from recommender.engine.settings import ExplorationSettings, ScoringSettings
from recommender.engine.threads import one_thread
from recommender.models import EmbeddingSpace, RankingModel, Slate
from recommender.selectors.histories import newest_history
from recommender.selectors.history import NOTHING_KEPT_AWAY, kept_away
from recommender.selectors.ranking_models import active_model, kept_version
from recommender.services.answering import results_of, settings_of
from recommender.services.answers import Basis, Notice, Result, result_of
from recommender.services.list_making import ListRequest, MadeList, make_list
from recommender.services.recommending import left_out
from recommender.services.similar import SimilarAsked, make_similar
from recommender.services.wishes import Wishes, kept_whole, narrowed, wishes_from

# Of a score: more than another order of adding makes, and less than anybody would see.
SAME_SCORE = 1e-6


@dataclass(frozen=True)
class Difference:
    """A place that holds another item now, or the same one with another score; None: nothing stands there."""

    rank: int
    given: str | None
    again: str | None
    given_score: float | None
    again_score: float | None


@dataclass(frozen=True)
class Replay:
    """`computed`: whether the answer could be made again at all. `causes`: why it can be another one than was given."""

    computed: bool
    equal: bool
    differences: Sequence[Difference] = ()
    causes: Sequence[Notice] = ()
    results: Sequence[Result] = ()

    def as_dict(self) -> dict[str, object]:
        """The JSON of the API."""
        return {
            "computed": self.computed,
            "equal": self.equal,
            "differences": [asdict(one) for one in self.differences],
            "causes": [asdict(cause) for cause in self.causes],
            "results": [result.as_dict() for result in self.results],
        }


@dataclass(frozen=True)
class Remade:
    """A list made again: its ranking, how it was made, and what is known to be different now."""

    made: MadeList
    settings: ScoringSettings
    causes: Sequence[Notice]
    history: Sequence[HistoryEvent]


def replay(slate: Slate, *, language: str) -> Replay:
    """Make an answer again with the vectors and the interactions of now, as far as they are those of then.

    Interactions that came later are passed over, chance is drawn again from the answer's id. The slate comes with its
    configuration and profile. As many queries as an answer takes, and about six more.
    """
    with override(language), one_thread():
        causes = obstacles(slate)
        if causes:
            return Replay(computed=False, equal=False, causes=causes)
        remade = remake(slate)
        explanations = remade.settings.result_list.explanations
        again = results_of(
            remade.made.ranked,
            language=slate.language,
            explanations=explanations,
            explained=bool(slate.wishes.get("explain")),
        )
        given = [result_of(result) for result in slate.results]
        differences = _differences(given, again)
        if differences:
            causes = [*remade.causes, *_changes(slate, remade, given, again)]
        return Replay(True, not differences, differences, causes, again)


def remake(slate: Slate, *, length: int | None = None) -> Remade:
    """The list again; with a length, that much of it in the order of the scores, nothing left to chance."""
    causes: list[Notice] = []
    wishes = replace(wishes_from(slate.wishes), notices=())
    if slate.config is None:
        raise ValueError("an answer without its configuration cannot be made again")
    settings = narrowed(settings_of(slate.config, []), wishes.kinds)
    if length is not None:
        settings = settings.model_copy(update={"exploration": ExplorationSettings()})
    rng = np.random.default_rng(slate.request_id.int)
    space = EmbeddingSpace.objects.filter(pk=slate.space_id).first() if slate.space_id else None
    model = _model_of(slate, causes)
    length = length or slate.requested_length
    if "item" in slate.wishes:
        item = Item.objects.get(pk=slate.wishes["item"])
        asked = SimilarAsked(item, wishes, settings, length, slate.created_at, rng, [])
        return Remade(make_similar(asked, space, model), settings, causes, ())
    events, excluded_ids = _person_then(slate, wishes, settings, causes)
    personal = slate.basis != Basis.POPULAR
    request = ListRequest(
        catalog=slate.catalog,
        # What was popular then is not personal now.
        profile=slate.profile if personal else None,
        events=events if personal else None,
        statement=slate.statement,
        settings=settings,
        length=length,
        now=slate.created_at,
        rng=rng,
        excluded_ids=excluded_ids,
        pool=wishes.pool,
        explain=wishes.explain,
    )
    return Remade(make_list(request, space, model), settings, causes, events or ())


def obstacles(slate: Slate) -> list[Notice]:
    """Why an answer cannot be made again at all."""
    if slate.config is None:
        return [Notice("configuration_gone", _("The configuration that made it is no longer kept."))]
    if not kept_whole(slate.wishes) or (slate.profile is not None and "until" not in slate.made_from):
        return [Notice("wishes_not_kept", _("What was left out of it was not written down."))]
    if slate.space_id and not slate.model_version and not EmbeddingSpace.objects.filter(pk=slate.space_id).exists():
        return [Notice("space_gone", _("The embeddings that made it are no longer kept."))]
    if "item" in slate.wishes and not Item.objects.filter(pk=slate.wishes["item"]).exists():
        return [Notice("item_gone", _("The item that it is about is gone."))]
    if slate.profile is not None and not slate.profile.personalise and slate.basis != Basis.POPULAR:
        return [Notice("personalisation_off", _("The person paused personalisation: their history is not looked at."))]
    return []


def _model_of(slate: Slate, causes: list[Notice]) -> RankingModel | None:
    if slate.model_version is None:
        return None
    model = kept_version(slate.catalog_id, slate.model_version)
    if model is None:
        causes.append(Notice("model_version_gone", _("The trained version that made it is no longer kept.")))
        return active_model(slate.catalog_id)
    return model


def _person_then(
    slate: Slate, wishes: Wishes, settings: ScoringSettings, causes: list[Notice]
) -> tuple[Sequence[HistoryEvent] | None, set[int]]:
    """The history and what was left out, by the interactions that there were then."""
    events, away = wishes.events, NOTHING_KEPT_AWAY
    if slate.profile is not None:
        until = slate.made_from.get("until", 0)
        away = kept_away(slate.profile.pk, settings.seen, now=slate.created_at, until=until)
        if away.digest != slate.made_from.get("kept_away"):
            causes.append(Notice("seen_changed", _("What the person has seen is not what it was then.")))
        if events is None and settings.interest.use_history:
            history = newest_history(slate.profile.pk, length=settings.interest.history_length, until=until)
            events = history.events
            if slate.made_from.get("history") not in ("", history.state):
                causes.append(Notice("history_changed", _("Interactions were taken back or changed since.")))
    return events, left_out(slate.catalog, slate.profile, wishes, away, settings, now=slate.created_at)


def _differences(given: Sequence[Result], again: Sequence[Result]) -> list[Difference]:
    return [
        Difference(
            rank,
            None if one is None else one.item_id,
            None if other is None else other.item_id,
            None if one is None else one.score,
            None if other is None else other.score,
        )
        for rank, (one, other) in enumerate(zip_longest(given, again), start=1)
        if one is None or other is None or one.item_id != other.item_id or not _same_scores(one, other)
    ]


def _same_scores(one: Result, other: Result) -> bool:
    parts: Mapping[str, float] = other.parts
    return parts.keys() == one.parts.keys() and all(
        math.isclose(value, parts[name], rel_tol=SAME_SCORE, abs_tol=SAME_SCORE) for name, value in one.parts.items()
    )


def _changes(slate: Slate, remade: Remade, given: Sequence[Result], again: Sequence[Result]) -> list[Notice]:
    """What of the catalog can have made the difference. Three queries."""
    causes = []
    items = Item.objects.filter(catalog_id=slate.catalog_id)
    shown = {result.item_id for result in given}
    visible = set(items.filter(external_id__in=shown, hidden=False).values_list("external_id", flat=True))
    if shown - visible:
        causes.append(Notice("items_gone", _("Items that it showed are hidden or gone by now.")))
    changed = items.filter(Q(created_at__gt=slate.created_at) | Q(updated_at__gt=slate.created_at))
    if changed.exists():
        causes.append(Notice("items_changed", _("Items came or changed since: candidates and vectors are others.")))
    counted = {"popularity", "trending", "novelty"} & {name for result in [*given, *again] for name in result.parts}
    if counted and (slate.model_version is None or counted - {"popularity"} or remade.made.basis == Basis.POPULAR):
        causes.append(Notice("counted_anew", _("Popularity and trends are counted from the interactions of now.")))
    if not causes and not remade.causes:
        causes.append(
            Notice("searched_again", _("The search in the index is approximate, and its index was built on since."))
        )
    return causes
