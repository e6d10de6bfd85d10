"""Which catalogs there is something to learn from, and whether it was learned."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from catalog.models import Catalog
from recommender.models import Interaction, RankingModel


def catalogs_to_train() -> QuerySet[Catalog]:
    """Catalogs with interactions."""
    # By their items, which the index of interactions begins with: a catalog without any is no reason to read them all.
    return Catalog.objects.filter(Exists(Interaction.objects.filter(item__catalog_id=OuterRef("pk")))).order_by("pk")


def is_trained_since(catalog_id: int, moment: datetime) -> bool:
    """Whether a version was made of what the catalog held at that moment or later. One query."""
    made = RankingModel.objects.filter(catalog_id=catalog_id, learned_from__gte=moment)
    return made.filter(state__in=(RankingModel.State.READY, RankingModel.State.ACTIVE)).exists()
