"""Embedding again what is embedded already, because an operator says so."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from catalog.models import Item
from recommender.models import EmbeddingJob, EmbeddingSpace, ItemEmbedding

# No text has this hash: the vector counts as made from another one, so that no look drops its job as done.
STALE = ""


@transaction.atomic
def embed_again(space: EmbeddingSpace, items: Iterable[Item]) -> int:
    """Queue items of the space's catalog, whether their vectors are up to date or not; how many.

    The former vectors serve until they are replaced. Attempts that failed are forgotten; a job that waits or runs
    already stays as it is.
    """
    chosen = sorted(items, key=lambda item: item.pk)
    ids = [item.pk for item in chosen]
    ItemEmbedding.objects.filter(space=space, item_id__in=ids).update(content_hash=STALE)
    EmbeddingJob.objects.filter(space=space, item_id__in=ids, failed_at__isnull=False).delete()
    EmbeddingJob.objects.bulk_create(
        [
            EmbeddingJob(
                catalog_id=space.catalog_id,
                space=space,
                item=item,
                content_hash=item.content_hash,
                recipe_hash=space.recipe_hash,
            )
            for item in chosen
        ],
        ignore_conflicts=True,
    )
    return len(chosen)
