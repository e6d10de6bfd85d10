"""The work of embedding, kept in the database: what is stale, who holds it, what failed.

A claim is a lease on rows of EmbeddingJob. A worker that dies loses nothing: its rows can be claimed again, whatever
the broker does. A job without a lease may have a time before which it is not tried again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, Exists, F, Q, When
from django.utils import timezone

from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_leases import drop_lock, new_lease

# An item that ends its worker takes the others of its batch down too. Items that were claimed before are therefore
# claimed in smaller company, and at last alone, so that only the culprit runs out of attempts.
RETRY_BATCH_SIZES = (None, 16, 1)
# Each time that the model itself fails, the next attempt waits so many times longer.
RETRY_GROWTH = 6

# Text may have gone back to what was embedded: such jobs are done.
DROP_DONE = """
DELETE FROM recommender_embeddingjob job
USING recommender_embeddingspace space, recommender_itemembedding embedding, catalog_item item
WHERE space.id = %(space)s AND job.space_id = space.id AND embedding.space_id = space.id
    AND embedding.item_id = job.item_id AND item.id = job.item_id
    AND embedding.content_hash = item.content_hash AND embedding.recipe_hash = space.recipe_hash
"""

# Jobs that stand for the same text and recipe are left out before the insert: a conflict would lock each of them,
# in an order that is not the workers', and the two would wait for each other.
QUEUE_STALE = """
INSERT INTO recommender_embeddingjob (catalog_id, space_id, item_id, content_hash, recipe_hash)
SELECT item.catalog_id, space.id, item.id, item.content_hash, space.recipe_hash
FROM recommender_embeddingspace space
JOIN catalog_item item ON item.catalog_id = space.catalog_id
LEFT JOIN recommender_itemembedding embedding ON embedding.item_id = item.id AND embedding.space_id = space.id
LEFT JOIN recommender_embeddingjob job ON job.item_id = item.id AND job.space_id = space.id
WHERE space.id = %(space)s
    AND (embedding.content_hash, embedding.recipe_hash) IS DISTINCT FROM (item.content_hash, space.recipe_hash)
    AND (job.content_hash, job.recipe_hash) IS DISTINCT FROM (item.content_hash, space.recipe_hash)
ORDER BY item.id
ON CONFLICT (space_id, item_id) DO UPDATE SET
    content_hash = EXCLUDED.content_hash, recipe_hash = EXCLUDED.recipe_hash,
    attempts = 0, lease = NULL, lease_expires_at = NULL, failed_at = NULL, error = ''
WHERE (recommender_embeddingjob.content_hash, recommender_embeddingjob.recipe_hash)
    IS DISTINCT FROM (EXCLUDED.content_hash, EXCLUDED.recipe_hash)
"""


@dataclass(frozen=True)
class Claim:
    """Jobs held under one lease, each with its item as it was when it was claimed."""

    lease: uuid.UUID
    jobs: Sequence[EmbeddingJob]


def queue_stale_items(space: EmbeddingSpace) -> int:
    """Queue each item whose text or recipe is another one than its vector was made from; how many are new.

    Jobs that wait, run or failed for the same text and recipe stay as they are. A job that runs for another text
    loses its lease: what its holder makes is refused.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DROP_DONE, {"space": space.pk})
        cursor.execute(QUEUE_STALE, {"space": space.pk})
        queued: int = cursor.rowcount
    if space.state == EmbeddingSpace.State.NEW:
        # Asked for now, so looks keep it up to date from here on; without items there is nothing to fill.
        work = Q(Exists(EmbeddingJob.objects.filter(space=space))) | Q(Exists(space.embeddings.all()))
        EmbeddingSpace.objects.filter(work, pk=space.pk, state=space.state).update(state=EmbeddingSpace.State.FILLING)
    return queued


def claim_jobs(space_id: int, *, batch_size: int, lease_seconds: float) -> Claim | None:
    """Take the next jobs under a new lease, fresh ones first; None when there is nothing to take.

    Locks the rows for a moment only (SKIP LOCKED: two workers never wait for each other), counts the attempt, and
    marks jobs whose attempts are used up as failed.
    """
    lease = new_lease()
    now = timezone.now()
    with transaction.atomic():
        jobs = _lock_next_jobs(space_id, batch_size=batch_size, now=now)
        EmbeddingJob.objects.filter(pk__in=[job.pk for job in jobs]).update(
            lease=lease, lease_expires_at=now + timedelta(seconds=lease_seconds), attempts=F("attempts") + 1
        )
    if not jobs:
        drop_lock(lease)
        return None
    return Claim(lease, jobs)


def release_failed(lease: uuid.UUID, job_ids: Sequence[int], reason: str) -> int:
    """Give jobs back after an error of their own; those whose attempts are used up become failed. How many failed."""
    held = EmbeddingJob.objects.filter(lease=lease, pk__in=job_ids)
    exhausted = held.filter(attempts__gte=EmbeddingJob.MAXIMUM_ATTEMPTS)
    failed = exhausted.update(failed_at=timezone.now(), lease=None, lease_expires_at=None, error=reason)
    held.update(lease=None, lease_expires_at=None, error=reason)
    return failed


@transaction.atomic
def release_all_failed(space_id: int, lease: uuid.UUID, reason: str, *, retry_seconds: float) -> int:
    """Count an attempt for every job that waits, since it is the model that failed and no item; how many failed.

    One by one they would ask for the same broken model thousands of times. The next attempt waits, and longer each
    time, so that a model which comes back within a minute finds the work still open.
    """
    now = timezone.now()
    waiting = EmbeddingJob.objects.filter(_free_at(now) | Q(lease=lease), space_id=space_id, failed_at__isnull=True)
    waiting.update(attempts=Case(When(lease=lease, then=F("attempts")), default=F("attempts") + 1), lease=lease)
    held = EmbeddingJob.objects.filter(lease=lease)
    for attempts in range(1, EmbeddingJob.MAXIMUM_ATTEMPTS):
        not_before = now + timedelta(seconds=retry_seconds * RETRY_GROWTH ** (attempts - 1))
        held.filter(attempts=attempts).update(lease=None, lease_expires_at=not_before, error=reason)
    return held.update(failed_at=now, lease=None, lease_expires_at=None, error=reason)


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


def _free_at(now: datetime) -> Q:
    """Neither under a living lease nor to be left alone for a while."""
    return Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lt=now)


def _lock_next_jobs(space_id: int, *, batch_size: int, now: datetime) -> list[EmbeddingJob]:
    claimable = EmbeddingJob.objects.filter(_free_at(now), space_id=space_id, failed_at__isnull=True)
    # Whoever held these was ended before it could say why.
    claimable.filter(attempts__gte=EmbeddingJob.MAXIMUM_ATTEMPTS).update(
        failed_at=now,
        lease=None,
        lease_expires_at=None,
        error="The worker ended while it embedded this item, three times.",
    )
    first = claimable.order_by("attempts", "id").values_list("attempts", flat=True).first()
    if first is None:
        return []
    size = min(batch_size, RETRY_BATCH_SIZES[first] or batch_size)
    return list(
        claimable.filter(attempts=first)
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("item")[:size]
    )
