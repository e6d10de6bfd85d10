"""Where items stand in the embedding space that serves their catalog."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.utils.translation import pgettext_lazy

from catalog.models import Item
from recommender.models import EmbeddingJob, ItemEmbedding


class EmbeddingState(models.TextChoices):
    """An item that waits or failed may have a former vector, which serves meanwhile."""

    EMBEDDED = "embedded", pgettext_lazy("state of an item's embedding", "embedded")
    STALE = "stale", pgettext_lazy("state of an item's embedding", "stale")
    WAITING = "waiting", pgettext_lazy("state of an item's embedding", "waits")
    FAILED = "failed", pgettext_lazy("state of an item's embedding", "failed")
    NONE = "none", pgettext_lazy("state of an item's embedding", "none")


def with_embedding_state(items: QuerySet[Item]) -> QuerySet[Item, Any]:
    """Items with `embedding_state`, one of the above: four look-ups by index for each row that is read, no query."""
    embeddings = ItemEmbedding.objects.filter(item_id=OuterRef("pk"), space__serving=True)
    current = _current(embeddings)
    return items.annotate(
        embedding_state=Case(
            When(_has_job(EmbeddingState.FAILED), then=Value(EmbeddingState.FAILED.value)),
            When(_has_job(EmbeddingState.WAITING), then=Value(EmbeddingState.WAITING.value)),
            When(Exists(current), then=Value(EmbeddingState.EMBEDDED.value)),
            When(Exists(embeddings), then=Value(EmbeddingState.STALE.value)),
            default=Value(EmbeddingState.NONE.value),
            output_field=models.CharField(),
        )
    )


def with_embedded(items: QuerySet[Item]) -> QuerySet[Item, Any]:
    """Items with `embedded`: whether the space that serves has a vector of what they say now. No query."""
    embeddings = ItemEmbedding.objects.filter(item_id=OuterRef("pk"), space__serving=True)
    return items.annotate(embedded=Exists(_current(embeddings)))


def in_queue(items: QuerySet[Item], state: EmbeddingState) -> QuerySet[Item]:
    """Those that wait or that failed, as the queue says. What is stale or missing is in it within seconds."""
    return items.filter(_has_job(state))


def _current(embeddings: QuerySet[ItemEmbedding]) -> QuerySet[ItemEmbedding]:
    return embeddings.filter(content_hash=OuterRef("content_hash"), recipe_hash=F("space__recipe_hash"))


def _has_job(state: EmbeddingState) -> Exists:
    jobs = EmbeddingJob.objects.filter(item_id=OuterRef("pk"), space__serving=True)
    return Exists(jobs.filter(failed_at__isnull=state != EmbeddingState.FAILED))
