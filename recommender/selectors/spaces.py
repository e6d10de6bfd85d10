"""Which embedding spaces are kept up to date."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from recommender.models import EmbeddingSpace


def living_spaces() -> QuerySet[EmbeddingSpace]:
    """Spaces that serve, are filled or are being filled. A new one that does not serve waits until it is asked for."""
    return EmbeddingSpace.objects.filter(Q(serving=True) | ~Q(state=EmbeddingSpace.State.NEW)).order_by("pk")
