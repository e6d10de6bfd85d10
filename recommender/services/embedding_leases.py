"""Leases on jobs: how a holder shows that it lives, and how it is noticed that one does not.

There are two signs of life. A lock in the holder's database session is gone the moment its process is, by kill -9
too, so that the work goes on as soon as somebody looks. An expiry time, which a living holder keeps pushing ahead,
covers what leaves a session standing without its holder: a lost network, a frozen machine.

Both only decide who may try. A vector is stored by the lease's holder alone, so a wrong guess costs work and never
stores twice.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

from django.db import DatabaseError, connection
from django.utils import timezone

from recommender.models import EmbeddingJob

logger = logging.getLogger(__name__)

LEASE_LOCK = 0x47454C4C
# A holder renews that often within the time that its lease has.
RENEWALS_IN_A_LEASE = 3

# The lock's second key is the lease's last 32 bits: pg_locks shows them unsigned, pg_advisory_lock takes them signed.
RELEASE_ORPHANS = """
UPDATE recommender_embeddingjob SET lease = NULL, lease_expires_at = NULL
WHERE space_id = %s AND failed_at IS NULL AND lease IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND objid = ('x' || right(lease::text, 8))::bit(32)::bigint::oid
)
"""


def new_lease() -> uuid.UUID:
    """A lease whose lock this session holds already, so that no look takes it for an orphan's."""
    lease = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LEASE_LOCK, _lock_key(lease)])
    return lease


def drop_lock(lease: uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LEASE_LOCK, _lock_key(lease)])


def renew_lease(lease: uuid.UUID, *, lease_seconds: float) -> None:
    """Say that the holder is alive; what it has not stored yet stays its own."""
    EmbeddingJob.objects.filter(lease=lease).update(lease_expires_at=timezone.now() + timedelta(seconds=lease_seconds))


@contextmanager
def holding(lease: uuid.UUID, *, lease_seconds: float) -> Iterator[None]:
    """Keep a lease alive for as long as the work takes, however slow the model is.

    What is still held at the end is given back, its attempt counted.
    """
    done = Event()
    Thread(target=_keep_renewing, args=(done, lease, lease_seconds), name="lease", daemon=True).start()
    try:
        yield
    finally:
        done.set()
        try:
            EmbeddingJob.objects.filter(lease=lease).update(lease=None, lease_expires_at=None)
            drop_lock(lease)
        except DatabaseError as error:
            # A database that went away took the lock along; what it still says of the lease, the next look corrects.
            logger.warning("a lease could not be given back: %s", type(error).__name__)


def release_orphaned_leases(space_id: int) -> int:
    """Free what holders left that are gone; how many jobs."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE_ORPHANS, [space_id, LEASE_LOCK])
        return int(cursor.rowcount)


def _keep_renewing(done: Event, lease: uuid.UUID, lease_seconds: float) -> None:
    """In a thread, and so in a database session of its own, which most batches end too soon to need."""
    try:
        while not done.wait(lease_seconds / RENEWALS_IN_A_LEASE):
            renew_lease(lease, lease_seconds=lease_seconds)
    except DatabaseError as error:
        logger.warning("a lease could not be renewed: %s", type(error).__name__)
    finally:
        connection.close()


def _lock_key(lease: uuid.UUID) -> int:
    return int.from_bytes(lease.bytes[-4:], "big", signed=True)
