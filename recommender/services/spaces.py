"""An embedding space from its first vector to its index: filled, centred once, indexed, served."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recommender.embeddings.vectors import MINIMUM_ITEMS_FOR_CENTRING
from recommender.exceptions import SpaceNotReady
from recommender.models import EmbeddingJob, EmbeddingSpace, ItemEmbedding
from recommender.services.index_memory import memory_for_build

logger = logging.getLogger(__name__)

# Two workers may see the last job done at the same moment: one of them finishes the space.
FINISHING_LOCK = 0x47454E52


def finish_if_filled(space_id: int) -> bool:
    """When no job of a space is open: fix its mean, build its index, mark it filled. Whether it is filled."""
    with _only_one_finisher(space_id) as mine:
        space = EmbeddingSpace.objects.filter(pk=space_id).first()
        if not mine or space is None or _has_open_jobs(space_id):
            return False
        count = ItemEmbedding.objects.filter(space_id=space_id).count()
        if count == 0:
            return False
        _fix_mean(space, count)
        build_index(space, rows=count)
        if space.state != EmbeddingSpace.State.FILLED:
            EmbeddingSpace.objects.filter(pk=space_id).update(
                state=EmbeddingSpace.State.FILLED, filled_at=timezone.now()
            )
            logger.info("space %d is filled: %d items", space_id, count)
    return True


def build_index(space: EmbeddingSpace, *, rows: int) -> None:
    """Build the space's HNSW index unless a valid one is there; without blocking writers where it can."""
    name = space.index_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        found = cursor.fetchone()
        if found is not None and found[0]:
            return
        # What a build that was cut short left behind serves nobody.
        drop_index(space)
        concurrently = "" if connection.in_atomic_block else "CONCURRENTLY"
        with memory_for_build(rows=rows, dimension=space.dimension):
            cursor.execute(
                f"CREATE INDEX {concurrently} {name} ON recommender_itemembedding "
                f"USING hnsw ((vector::halfvec({space.dimension})) halfvec_cosine_ops) WHERE space_id = {space.pk}"
            )
        cursor.execute("ANALYZE recommender_itemembedding")


def drop_index(space: EmbeddingSpace) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {space.index_name}")


@transaction.atomic
def serve_space(space: EmbeddingSpace) -> None:
    """Let a filled space answer its catalog's requests from the next one on; serving the former one goes back."""
    rows = EmbeddingSpace.objects.filter(catalog_id=space.catalog_id)
    # All of them, in one order: of two people who switch at once the second sees what the first has done.
    chosen = {row.pk: row for row in rows.select_for_update().order_by("pk")}[space.pk]
    if chosen.state != EmbeddingSpace.State.FILLED:
        raise SpaceNotReady(_("The space “%(name)s” is not filled: embed its items first.") % {"name": chosen.name})
    rows.exclude(pk=chosen.pk).filter(serving=True).update(serving=False, served_until=timezone.now())
    rows.filter(pk=chosen.pk).update(serving=True, served_until=None)


def change_recipe(space: EmbeddingSpace, **changes: str | int | bool) -> None:
    """Change how a space makes vectors: each of its items becomes stale, and its mean is fixed anew.

    What concerns queries alone (the query prefix) holds from the next request on and touches no item.

    Vectors of another model or dimension cannot stand beside the new ones and go at once; after a change of the
    template alone the former ones serve until they are replaced.
    """
    with transaction.atomic():
        locked = EmbeddingSpace.objects.select_for_update().get(pk=space.pk)
        before = locked.recipe
        for field, value in changes.items():
            setattr(locked, field, value)
        after = locked.recipe
        if before == after:
            return
        if (before.backend, before.model, before.revision, before.dimension) != (
            after.backend,
            after.model,
            after.revision,
            after.dimension,
        ):
            drop_index(locked)
            ItemEmbedding.objects.filter(space=locked).delete()
        if before.recipe_hash != after.recipe_hash:
            locked.item_mean = None
            locked.state = EmbeddingSpace.State.NEW
            locked.filled_at = None
        locked.save()
    space.refresh_from_db()


def _fix_mean(space: EmbeddingSpace, count: int) -> None:
    """Fix the mean that centres histories, once: when the space is filled and large enough for a mean to mean anything.

    Under 200 items nothing is centred: the mean of a handful of texts is made of those texts themselves.
    """
    if space.item_mean is not None or count < MINIMUM_ITEMS_FOR_CENTRING:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE recommender_embeddingspace SET item_mean = "
            "(SELECT avg(vector::vector) FROM recommender_itemembedding WHERE space_id = %s) "
            "WHERE id = %s AND item_mean IS NULL",
            [space.pk, space.pk],
        )
    logger.info("space %d: histories are centred by the mean of %d items", space.pk, count)


def _has_open_jobs(space_id: int) -> bool:
    return EmbeddingJob.objects.filter(space_id=space_id, failed_at__isnull=True).exists()


@contextmanager
def _only_one_finisher(space_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [FINISHING_LOCK, space_id])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [FINISHING_LOCK, space_id])
