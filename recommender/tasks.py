"""What the Celery worker does. Tasks take ids, can run twice, and leave the thinking to services.

The state in the database is the truth, and a periodic look at it finds all work. Messages only hasten: one that is
lost, late or doubled changes nothing.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime

from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from catalog.models import Catalog
from recommender.exceptions import InvalidRequest
from recommender.selectors.spaces import living_spaces
from recommender.selectors.trainings import catalogs_to_train, is_trained_since
from recommender.services.embedding import embed_next_batch
from recommender.services.embedding_leases import release_orphaned_leases
from recommender.services.embedding_queue import open_jobs, queue_stale_items
from recommender.services.erased_versions import catalogs_with_open_erasures
from recommender.services.erasing import is_known_to_versions
from recommender.services.feedback import release_due_feedback
from recommender.services.import_jobs import catalogs_with_files, drop_old_jobs, import_next_file
from recommender.services.messages import LatestStarts, Pause
from recommender.services.new_item_upkeep import active_models, place_waiting
from recommender.services.ranking_partitions import drop_unused_partitions
from recommender.services.slates import maintain_partitions
from recommender.services.spaces import finish_if_filled
from recommender.services.stored_answers import drop_expired_answers
from recommender.services.training import train_catalog
from recommender.services.training_lock import AlreadyTraining, training_lock

logger = logging.getLogger(__name__)

# A nudge that waited longer is worth nothing: the periodic look has been there.
NUDGE_EXPIRES_SECONDS = 60
# Each task connects to the database anew: a longer one is cheaper.
HAND_ON_SECONDS = 5.0

latest_starts = LatestStarts()
pause = Pause()


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def embed_stale_items(sent_at: float | None = None) -> None:
    """Find stale items in every living space and start on those; what holders left that are gone is free again.

    Embedded items that the version which answers does not rank yet take their places in it.
    """
    if latest_starts.covers("look", time.time() if sent_at is None else sent_at):
        return
    for space in living_spaces():
        queue_stale_items(space)
        release_orphaned_leases(space.pk)
        if open_jobs(space.pk):
            _send(embed_batch, space.pk, time.time())
        else:
            finish_if_filled(space.pk)
    for model in active_models():
        place_waiting(model, now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def embed_batch(space_id: int, sent_at: float) -> None:
    """Embed batches for some seconds and hand the rest on: short tasks leave room for others between them."""
    if latest_starts.covers(f"space {space_id}", sent_at):
        return
    end = time.monotonic() + HAND_ON_SECONDS
    while embed_next_batch(space_id).claimed:
        if time.monotonic() >= end:
            _send(embed_batch, space_id, time.time())
            return


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def train_ranking_models() -> None:
    """Have every catalog with interactions trained, each by a message of its own: other work gets its turn between."""
    for catalog in catalogs_to_train():
        send_training(catalog.pk)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def train_ranking_model(catalog_id: int, asked_at: float) -> None:
    """Train a catalog's ranking and switch to it, unless that was done since it was asked for, or is being done."""
    catalog = Catalog.objects.filter(pk=catalog_id).first()
    if catalog is None or is_trained_since(catalog_id, datetime.fromtimestamp(asked_at, UTC)):
        return
    try:
        with training_lock(catalog):
            train_catalog(catalog)
    except (AlreadyTraining, InvalidRequest) as error:
        logger.warning("catalog %d is not trained: %s", catalog_id, type(error).__name__)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def train_after_erasures() -> None:
    """Have catalogs trained again in which a version knows somebody who was erased: many erasures, one training."""
    for catalog in catalogs_with_open_erasures():
        if is_known_to_versions(catalog.pk, now=timezone.now()):
            send_training(catalog.pk)


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def maintain_slates() -> None:
    maintain_partitions(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def maintain_ranking_models() -> None:
    """Drop what versions that are over left, where somebody was still reading it when they ended."""
    drop_unused_partitions()


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def let_due_feedback_count() -> None:
    release_due_feedback(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def forget_stored_answers() -> None:
    drop_expired_answers(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def import_waiting_files() -> None:
    """Start on files that wait, also where the worker that had begun one is gone; forget jobs of long ago."""
    for catalog_id in catalogs_with_files():
        _send(import_files_of_catalog, catalog_id)
    drop_old_jobs(now=timezone.now())


@shared_task  # type: ignore[untyped-decorator]  # Celery has no types
def import_files_of_catalog(catalog_id: int) -> None:
    """Import one file and hand the others on: other work gets its turn between."""
    if import_next_file(catalog_id):
        _send(import_files_of_catalog, catalog_id)


def nudge_import(catalog_id: int) -> None:
    """Ask a worker to import what waits once this transaction is committed; the periodic look finds it as well."""
    transaction.on_commit(lambda: _send(import_files_of_catalog, catalog_id), robust=True)


def nudge_embedding() -> None:
    """Ask the worker to look for stale items once this transaction is committed; nothing that fails here undoes it."""
    transaction.on_commit(send_nudge, robust=True)


def send_nudge() -> bool:
    """Ask the worker to look now; False when the broker does not answer, or did not a moment ago.

    That is no error: the worker looks by itself every few seconds once the broker is back.
    """
    return _send(embed_stale_items, time.time(), expires=NUDGE_EXPIRES_SECONDS)


def send_training(catalog_id: int) -> bool:
    """Ask a worker to train a catalog; False when the broker does not answer, and nobody was asked."""
    return _send(train_ranking_model, catalog_id, time.time())


def _send(task: Task, *arguments: float, expires: float | None = None) -> bool:
    if pause:
        return False
    try:
        task.apply_async(args=arguments, expires=expires)
    except (OperationalError, OSError) as error:
        pause.begin()
        logger.warning("the broker does not answer (%s): what is in the database waits", type(error).__name__)
        return False
    return True
