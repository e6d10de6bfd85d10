"""Which embedding spaces are kept up to date."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from recommender.models import EmbeddingSpace


def living_spaces() -> QuerySet[EmbeddingSpace]:
    """Spaces that serve, are filled or are being filled. A new one that does not serve waits until it is asked for."""
    return EmbeddingSpace.objects.filter(Q(serving=True) | ~Q(state=EmbeddingSpace.State.NEW)).order_by("pk")


def space_before(catalog_id: int) -> EmbeddingSpace | None:
    """The space that served last before the one that serves now, if it can serve again. One query."""
    served = EmbeddingSpace.objects.filter(catalog_id=catalog_id, serving=False, served_until__isnull=False)
    last = served.order_by("-served_until", "-pk").first()
    return last if last is not None and last.state == EmbeddingSpace.State.FILLED else None
