"""The work of embedding, kept in the database: what is stale, who holds it, what failed.

A claim is a lease on rows of EmbeddingJob. A worker that dies loses nothing: its lease expires and the rows can be
claimed again, whatever the broker does. A vector is stored only by the holder of the lease, so nothing is stored
twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from recommender.models import EmbeddingJob, EmbeddingSpace

# An item that ends its worker takes the others of its batch down too. Items that were claimed before are therefore
# claimed in smaller company, and at last alone, so that only the culprit runs out of attempts.
RETRY_BATCH_SIZES = (None, 16, 1)

QUEUE_STALE = """
INSERT INTO recommender_embeddingjob (catalog_id, space_id, item_id, content_hash, recipe_hash)
SELECT item.catalog_id, %(space)s, item.id, item.content_hash, %(recipe)s
FROM catalog_item item
LEFT JOIN recommender_itemembedding embedding ON embedding.item_id = item.id AND embedding.space_id = %(space)s
WHERE item.catalog_id = %(catalog)s
    AND (embedding.content_hash, embedding.recipe_hash) IS DISTINCT FROM (item.content_hash, %(recipe)s)
ORDER BY item.id
ON CONFLICT (space_id, item_id) DO UPDATE SET
    content_hash = EXCLUDED.content_hash, recipe_hash = EXCLUDED.recipe_hash,
    attempts = 0, lease = NULL, lease_expires_at = NULL, failed_at = NULL, error = ''
WHERE (recommender_embeddingjob.content_hash, recommender_embeddingjob.recipe_hash)
    IS DISTINCT FROM (EXCLUDED.content_hash, EXCLUDED.recipe_hash)
"""


@dataclass(frozen=True)
class Claim:
    """Jobs held under one lease."""

    lease: uuid.UUID
    jobs: Sequence[EmbeddingJob]


def queue_stale_items(space: EmbeddingSpace) -> int:
    """Queue each item whose text or recipe is another one than its vector was made from; how many are new.

    Jobs that wait, run or failed for the same text and recipe stay as they are.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Text may have gone back to what was embedded: such jobs are done.
        cursor.execute(
            "DELETE FROM recommender_embeddingjob job USING recommender_itemembedding embedding, catalog_item item "
            "WHERE job.space_id = %(space)s AND embedding.space_id = job.space_id "
            "AND embedding.item_id = job.item_id AND item.id = job.item_id "
            "AND embedding.content_hash = item.content_hash AND embedding.recipe_hash = %(recipe)s",
            {"space": space.pk, "recipe": space.recipe_hash},
        )
        cursor.execute(QUEUE_STALE, {"space": space.pk, "recipe": space.recipe_hash, "catalog": space.catalog_id})
        queued: int = cursor.rowcount
    if queued and space.state == EmbeddingSpace.State.NEW:
        EmbeddingSpace.objects.filter(pk=space.pk, state=space.state).update(state=EmbeddingSpace.State.FILLING)
    return queued


def claim_jobs(space_id: int, *, batch_size: int, lease_seconds: float) -> Claim | None:
    """Take the next jobs under a new lease, fresh ones first; None when there is nothing to take.

    Locks the rows for a moment only (SKIP LOCKED: two workers never wait for each other), counts the attempt, and
    marks jobs whose attempts are used up as failed.
    """
    now = timezone.now()
    free = Q(lease__isnull=True) | Q(lease_expires_at__lt=now)
    with transaction.atomic():
        claimable = EmbeddingJob.objects.filter(free, space_id=space_id, failed_at__isnull=True)
        # Whoever held these was ended before it could say why.
        claimable.filter(attempts__gte=EmbeddingJob.MAXIMUM_ATTEMPTS).update(
            failed_at=now, lease=None, error="The worker ended while it embedded this item, three times."
        )
        first = claimable.order_by("attempts", "id").values_list("attempts", flat=True).first()
        if first is None:
            return None
        size = min(batch_size, RETRY_BATCH_SIZES[first] or batch_size)
        jobs = list(
            claimable.filter(attempts=first)
            .order_by("id")
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("item")[:size]
        )
        lease = uuid.uuid4()
        EmbeddingJob.objects.filter(pk__in=[job.pk for job in jobs]).update(
            lease=lease, lease_expires_at=now + timedelta(seconds=lease_seconds), attempts=first + 1
        )
    return Claim(lease, jobs)


def renew_lease(lease: uuid.UUID, *, lease_seconds: float) -> None:
    """Say that the holder is alive; what it has not stored yet stays its own."""
    EmbeddingJob.objects.filter(lease=lease).update(lease_expires_at=timezone.now() + timedelta(seconds=lease_seconds))


def release_failed(lease: uuid.UUID, job_ids: Sequence[int], reason: str) -> int:
    """Give jobs back after an error; those whose attempts are used up become failed. How many failed."""
    held = EmbeddingJob.objects.filter(lease=lease, pk__in=job_ids)
    exhausted = held.filter(attempts__gte=EmbeddingJob.MAXIMUM_ATTEMPTS)
    failed = exhausted.update(failed_at=timezone.now(), lease=None, error=reason)
    held.update(lease=None, lease_expires_at=None, error=reason)
    return failed


def retry_failed(space_id: int) -> int:
    """Put a space's failed jobs back to work; how many."""
    return EmbeddingJob.objects.filter(space_id=space_id, failed_at__isnull=False).update(
        failed_at=None, attempts=0, error="", lease=None, lease_expires_at=None
    )


def open_jobs(space_id: int) -> int:
    """How many items of a space wait or are being embedded."""
    return EmbeddingJob.objects.filter(space_id=space_id, failed_at__isnull=True).count()


def failed_jobs(space_id: int) -> int:
    return EmbeddingJob.objects.filter(space_id=space_id, failed_at__isnull=False).count()


def is_being_embedded(space_id: int) -> bool:
    """Whether somebody holds a living lease in this space."""
    return EmbeddingJob.objects.filter(
        space_id=space_id, lease__isnull=False, lease_expires_at__gte=timezone.now()
    ).exists()
