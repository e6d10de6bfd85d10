"""A person's interactions, as the interest model reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

import numpy as np
from django.db.models import F, QuerySet

from recommender.engine.history import HistoryEvent, KindRule, event_strength
from recommender.engine.settings import SeenSettings
from recommender.models import Interaction, InteractionKind
from recommender.selectors.halfvec import fetch_binary
from recommender.selectors.histories import ALL_OF_THEM

# What of a person's interactions marks an item as seen, by policy. An interaction without a time cannot be said to be
# long ago.
MARKED = "(kind.marks_seen OR kind.sign = -1)"
MARKING = {
    "never": MARKED,
    "after_days": f"{MARKED} AND (occurred_at >= %s OR occurred_at IS NULL)",
    "always": "false",
}
KEPT_AWAY = """
SELECT coalesce(array_agg(DISTINCT item_id) FILTER (WHERE {marking}), '{{}}'), coalesce(max(interaction.id), 0)
FROM recommender_interaction interaction JOIN recommender_interactionkind kind ON kind.id = interaction.kind_id
WHERE profile_id = %s AND interaction.id <> ALL (%s) AND interaction.id <= %s
"""

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


@dataclass(frozen=True)
class KeptAway:
    """Items that must not come back to a person, and the newest interaction that was looked at; 0 for none."""

    item_ids: frozenset[int]
    until: int

    @property
    def digest(self) -> str:
        """The same for the same items, and hardly for others."""
        ids = np.array(sorted(self.item_ids), dtype="<i8")
        return f"{len(ids)}:{blake2b(ids.tobytes(), digest_size=8).hexdigest()}"


NOTHING_KEPT_AWAY = KeptAway(frozenset(), 0)


def kept_away(
    profile_id: int, seen: SeenSettings, *, now: datetime, without: Collection[int] = (), until: int = ALL_OF_THEM
) -> KeptAway:
    """Items that must not come back: seen ones as the policy says, rejected ones always. One or two queries.

    `without`: ids of interactions that are passed over, as if they were not there; so are ids above `until`.
    """
    since = now - timedelta(days=seen.after_days)
    marking = MARKING[seen.policy]
    sql = KEPT_AWAY.format(marking=marking)
    ((item_ids, newest),) = fetch_binary(sql, [*([since] if "%s" in marking else []), profile_id, list(without), until])
    excluded = set(item_ids)
    if seen.policy != "never":
        interactions = Interaction.objects.filter(profile_id=profile_id, pk__lte=until)
        excluded |= _rejected_item_ids(interactions.exclude(pk__in=list(without)) if without else interactions)
    return KeptAway(frozenset(excluded), newest)


def excluded_item_ids(profile_id: int, seen: SeenSettings, *, now: datetime, without: Collection[int] = ()) -> set[int]:
    """The items alone."""
    return set(kept_away(profile_id, seen, now=now, without=without).item_ids)


def kept_away_by_events(
    catalog_id: int, events: Sequence[HistoryEvent], seen: SeenSettings, *, now: datetime
) -> set[int]:
    """The same of a history that is nobody's, newest first; one query."""
    kinds = {kind.name: kind for kind in InteractionKind.objects.filter(catalog_id=catalog_id)}
    excluded: set[int] = set()
    since = now - timedelta(days=seen.after_days)
    opinions: set[int] = set()
    for event in events:
        kind = kinds[event.kind]
        if kind.states and event.item_id not in opinions:
            opinions.add(event.item_id)
            if seen.policy != "never" and event_strength(_rule(kind), event.value, weight=1.0) < 0:
                excluded.add(event.item_id)
        recent = seen.policy == "never" or event.occurred_at is None or event.occurred_at >= since
        if seen.policy != "always" and recent and (kind.marks_seen or kind.sign < 0):
            excluded.add(event.item_id)
    return excluded


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
