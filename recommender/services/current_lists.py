"""What somebody's list would be at this moment, with reasons and parts, and how their history is weighed for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import override

from recommender.engine.settings import ScoringSettings
from recommender.engine.threads import one_thread
from recommender.models import Interaction, Scenario
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.history import NEWEST_FIRST, newest_events
from recommender.selectors.ranking_models import model_of_space
from recommender.selectors.titles import item_labels
from recommender.services.answering import settings_of
from recommender.services.answers import Basis, Notice, Result
from recommender.services.interests import interest_of
from recommender.services.joint_interests import joint_interest_of
from recommender.services.reasons import reason_text
from recommender.services.unlogged_lists import ListAsked, list_without
from users.models import Profile


@dataclass(frozen=True)
class CurrentList:
    """The list that a scenario would give now, were nothing left to chance; it is not logged."""

    basis: Basis
    results: Sequence[Result]
    item_ids: Sequence[int]
    notices: Sequence[Notice]
    config_version: int
    model_version: int | None


@dataclass(frozen=True)
class WeighedInteraction:
    """An interaction, and what its item weighs in the person's interest by all that they did with it; 0: nothing."""

    interaction: Interaction
    weight: float


def current_list(*, profile: Profile, language: str, now: datetime, scenario: str = Scenario.HOME) -> CurrentList:
    """As many queries as an answer takes. Raises NotInCatalog where the scenario has no active configuration."""
    config = active_config(profile.catalog_id, scenario)
    with override(language), one_thread():
        notices: list[Notice] = []
        asked = _asked(profile, settings_of(config, notices), now)
        made = list_without(asked, ())
        items = made.items[: asked.length]
        reasons = {item.reason.item_id for item in items if item.reason.item_id is not None}
        labels = item_labels({item.item_id for item in items} | reasons, language=language)
        titles = {item_id: label.title for item_id, label in labels.items()}
        # An item may be deleted between being ranked and being named.
        items = [item for item in items if item.item_id in labels and item.reason.item_id in {None, *labels}]
        return CurrentList(
            basis=made.basis,
            results=[
                Result(
                    rank=rank,
                    item_id=labels[item.item_id].external_id,
                    title=titles[item.item_id],
                    score=item.score,
                    parts=item.parts,
                    reason=reason_text(item.reason, titles, language=language),
                )
                for rank, item in enumerate(items, start=1)
            ],
            item_ids=[item.item_id for item in items],
            notices=[*notices, *made.notices],
            config_version=config.version,
            model_version=None if asked.model is None else asked.model.version,
        )


def weighed_history(
    *, profile: Profile, length: int, now: datetime, scenario: str = Scenario.HOME
) -> list[WeighedInteraction]:
    """The newest interactions, newest first, weighed as the scenario's active configuration weighs them.

    Raises NotInCatalog where it has none.
    """
    rows = Interaction.objects.filter(profile=profile).select_related("kind", "item").order_by(*NEWEST_FIRST)[:length]
    weights = _weights(_asked(profile, settings_of(active_config(profile.catalog_id, scenario), []), now))
    return [WeighedInteraction(row, weights.get(row.item_id, 0.0)) for row in rows]


def _asked(profile: Profile, settings: ScoringSettings, now: datetime) -> ListAsked:
    space = serving_space(profile.catalog_id)
    return ListAsked(
        profile, settings, settings.result_list.length, now, space, model_of_space(profile.catalog_id, space)
    )


def _weights(asked: ListAsked) -> Mapping[int, float]:
    """By item id; without the person's words, which weigh nothing here and cost an encoder."""
    profile, interest = asked.profile, asked.settings.interest
    if not profile.personalise or not interest.use_history:
        return {}
    events = newest_events(profile.pk, length=interest.history_length)
    if asked.model is not None:
        made = joint_interest_of(
            asked.model, asked.space, profile=profile, events=events, statement="", settings=asked.settings
        )
        return {weight.item_id: weight.weight for weight in made.weights}
    if asked.space is not None:
        by_text = interest_of(asked.space, profile=profile, events=events, statement="", settings=interest)
        return {weight.item_id: weight.weight for weight in by_text.weights}
    return {}
