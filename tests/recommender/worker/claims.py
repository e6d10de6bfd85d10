"""Queued items, claims on them, and leases that ended: what tests of the queue begin with."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils import timezone

from catalog.models import Item
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import claim_jobs, queue_stale_items
from tests.conftest import MakeItem


def queue_items(make_item: MakeItem, space: EmbeddingSpace, count: int) -> list[Item]:
    items = [make_item(f"item-{number}") for number in range(count)]
    assert queue_stale_items(space) == count
    return items


def claim(space: EmbeddingSpace, size: int = 10) -> tuple[uuid.UUID, list[int]]:
    """The lease and the items of the next claim."""
    found = claim_jobs(space.pk, batch_size=size, lease_seconds=30)
    assert found is not None
    return found.lease, [job.item_id for job in found.jobs]


def let_leases_end(space: EmbeddingSpace) -> None:
    EmbeddingJob.objects.filter(space=space).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def expiry() -> datetime:
    """When the only job is free again."""
    found = EmbeddingJob.objects.get().lease_expires_at
    assert found is not None
    return found
