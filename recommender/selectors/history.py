"""A person's interactions, as the interest model reads them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from recommender.engine.history import HistoryEvent, KindRule, event_strength
from recommender.engine.settings import SeenSettings
from recommender.models import Interaction, InteractionKind

NEWEST_FIRST = (
    F("occurred_at").desc(nulls_last=True),
    F("sequence").desc(nulls_last=True),
    F("id").desc(),
)


def kind_rules(catalog_id: int) -> dict[str, KindRule]:
    """The catalog's interaction kinds by name; one query."""
    return {kind.name: _rule(kind) for kind in InteractionKind.objects.filter(catalog_id=catalog_id)}


def kind_rules_by_id(catalog_id: int) -> dict[int, KindRule]:
    """The same by the kinds' ids; one query."""
    return {kind.pk: _rule(kind) for kind in InteractionKind.objects.filter(catalog_id=catalog_id)}


def newest_events(profile_id: int, *, length: int) -> list[HistoryEvent]:
    """The newest interactions, newest first; those without a time count as older than those with one. One query."""
    rows = (
        Interaction.objects.filter(profile_id=profile_id)
        .order_by(*NEWEST_FIRST)
        .values_list("item_id", "kind__name", "value", "occurred_at")[:length]
    )
    return [HistoryEvent(*row) for row in rows]


def excluded_item_ids(profile_id: int, seen: SeenSettings, *, now: datetime, without: Collection[int] = ()) -> set[int]:
    """Items that must not come back: seen ones as the policy says, rejected ones always. One or two queries.

    `without`: ids of interactions that are passed over, as if they were not there.
    """
    interactions = Interaction.objects.filter(profile_id=profile_id)
    if without:
        interactions = interactions.exclude(pk__in=list(without))
    excluded = set() if seen.policy == "never" else _rejected_item_ids(interactions)
    if seen.policy == "always":
        return excluded
    marking = Q(kind__marks_seen=True) | Q(kind__sign=InteractionKind.Sign.NEGATIVE)
    if seen.policy == "after_days":
        # An interaction without a time cannot be said to be long ago.
        recent = Q(occurred_at__gte=now - timedelta(days=seen.after_days)) | Q(occurred_at__isnull=True)
        marking &= recent
    return excluded | set(interactions.filter(marking).values_list("item_id", flat=True).distinct())


def _rejected_item_ids(interactions: QuerySet[Interaction]) -> set[int]:
    """Items whose newest stated opinion speaks against them, as a dislike does or a poor rating.

    A later like, or a later good rating, takes it back; a later view does not.
    """
    latest = (
        interactions.filter(kind__states=True)
        .order_by("item_id", *NEWEST_FIRST)
        .distinct("item_id")
        .select_related("kind")
    )
    return {opinion.item_id for opinion in latest if event_strength(_rule(opinion.kind), opinion.value, weight=1.0) < 0}


def _rule(kind: InteractionKind) -> KindRule:
    return KindRule(
        name=kind.name,
        weight=kind.weight,
        sign=kind.sign,
        value_mode=kind.value_mode,  # type: ignore[arg-type]  # the column's choices are the literal's values
        neutral_value=kind.neutral_value,
        value_spread=kind.value_spread,
        states=kind.states,
    )
