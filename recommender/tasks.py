"""What the Celery worker does. Tasks take ids, can run twice, and leave the thinking to services."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from recommender.selectors.spaces import living_spaces
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_queue import is_being_embedded, open_jobs, queue_stale_items
from recommender.services.slates import maintain_partitions
from recommender.services.spaces import finish_if_filled

logger = logging.getLogger(__name__)

# A nudge that waited longer is worth nothing: the periodic look has been there.
NUDGE_EXPIRES_SECONDS = 60


@shared_task
def embed_stale_items() -> None:
    """Find stale items in every living space and start on those that nobody is at work on."""
    for space in living_spaces():
        queue_stale_items(space)
        if open_jobs(space.pk):
            if not is_being_embedded(space.pk):
                embed_batch.delay(space.pk)
        else:
            finish_if_filled(space.pk)


@shared_task
def embed_batch(space_id: int) -> None:
    """Embed one batch and hand the rest on: short tasks leave room for others between them."""
    if embed_next_batch(space_id).claimed:
        embed_batch.delay(space_id)


@shared_task
def maintain_slates() -> None:
    maintain_partitions(now=timezone.now())


def nudge_embedding() -> None:
    """Ask the worker to look for stale items once this transaction is in the database."""
    transaction.on_commit(send_nudge)


def send_nudge() -> bool:
    """Ask the worker now; False when the broker does not answer.

    That is no error: the state in the database is the truth, and the worker looks at it by itself every few
    seconds once it is back.
    """
    try:
        embed_stale_items.apply_async(expires=NUDGE_EXPIRES_SECONDS)
    except (OperationalError, OSError) as error:
        logger.warning("the broker does not answer (%s): items are embedded once it does", type(error).__name__)
        return False
    return True
