"""Interactions as lists of them are asked for."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from catalog.models import Catalog, Item
from recommender.models import Interaction
from users.models import Profile


def interactions_of(
    catalog: Catalog,
    *,
    profile: Profile | None = None,
    item: Item | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Interaction]:
    """With the names of what they are about. `since` is the first moment, `until` the first one that is too late."""
    found = Interaction.objects.filter(catalog=catalog)
    conditions = {
        "profile": profile,
        "item": item,
        "kind__name": kind,
        "occurred_at__gte": since,
        "occurred_at__lt": until,
    }
    for name, value in conditions.items():
        if value is not None:
            found = found.filter(**{name: value})
    return with_names(found)


def with_names(interactions: QuerySet[Interaction]) -> QuerySet[Interaction]:
    """Interactions with the ids of their profile and item, and their kind's name; no further query for each."""
    related = ("profile__external_id", "item__external_id", "kind__name")
    own = ("external_id", "value", "occurred_at", "sequence", "details", "slate_id")
    return interactions.select_related("profile", "item", "kind").only("catalog_id", *own, *related)
