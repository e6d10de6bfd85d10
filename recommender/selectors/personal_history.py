"""What is known of one person, as they may see it themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import Coalesce

from catalog.models import Item
from recommender.models import Interaction, Slate
from recommender.selectors.history import NEWEST_FIRST
from recommender.selectors.reactions import SAVE
from users.models import Profile


@dataclass(frozen=True)
class KnownInNumbers:
    """How many interactions by kind, with how many items, since when, and how many answers are kept."""

    by_kind: Mapping[str, int]
    items: int
    since: datetime | None
    answers: int

    @property
    def interactions(self) -> int:
        return sum(self.by_kind.values())


def history_of(profile: Profile) -> QuerySet[Interaction]:
    """Everything that a person did, newest first, with item and kind."""
    return Interaction.objects.filter(profile=profile).select_related("item", "kind").order_by(*NEWEST_FIRST)


def saved_items(profile: Profile) -> QuerySet[Item]:
    """The visible items that a person saved, those saved last first."""
    return (
        Item.objects.filter(interactions__profile=profile, interactions__kind__name=SAVE, hidden=False)
        .annotate(saved_at=Max(Coalesce("interactions__occurred_at", "interactions__created_at")))
        .order_by("-saved_at", "-pk")
    )


def known_in_numbers(profile: Profile) -> KnownInNumbers:
    """Three queries."""
    done = Interaction.objects.filter(profile=profile)
    by_kind = done.values_list("kind__name").annotate(count=Count("pk")).order_by("-count", "kind__name")
    facts = done.aggregate(items=Count("item", distinct=True), since=Min("occurred_at"))
    return KnownInNumbers(
        by_kind=dict(by_kind),
        items=facts["items"],
        since=facts["since"],
        answers=Slate.objects.filter(profile=profile).count(),
    )
