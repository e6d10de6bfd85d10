"""One training of a catalog at a time, whoever starts it: the night's task, a command, somebody in the admin."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import GenreError
from recommender.models import RankingModel
from recommender.services.ranking_models import fail_version

logger = logging.getLogger(__name__)

TRAINING_LOCK = 0x47545241

# pg_locks shows the two keys of a lock as they were given.
HELD = """
SELECT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = %s AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)
"""


class AlreadyTraining(GenreError):
    """A catalog that is being trained by somebody else at this moment."""

    permanent = False


@contextmanager
def training_lock(catalog: Catalog) -> Iterator[None]:
    """Hold the training of a catalog for the block; raises AlreadyTraining at once where another session holds it.

    The lock belongs to the database session, which may take it again inside the block. It ends with the session, so
    a training that was killed keeps nobody waiting: the version that it left behind is given up by the next holder.
    So take it before a version is begun.
    """
    with _held(catalog.pk) as mine:
        if not mine:
            raise AlreadyTraining(_("The catalog “%(name)s” is being trained already.") % {"name": catalog.slug})
        _give_up_abandoned(catalog)
        yield


def is_training(catalog_id: int) -> bool:
    """Whether somebody holds the training of a catalog now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [TRAINING_LOCK, catalog_id])
        return bool(cursor.fetchone()[0])


def _give_up_abandoned(catalog: Catalog) -> None:
    for model in catalog.ranking_models.filter(state=RankingModel.State.BUILDING):
        logger.warning("catalog %d: the training of version %d ended without a word", catalog.pk, model.version)
        fail_version(model, error=_("The training ended before the version was written."))


@contextmanager
def _held(catalog_id: int) -> Iterator[bool]:
    """Inside a transaction until its end, since one that failed could not let go of the lock; else for the block."""
    of_transaction = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pg_try_advisory{'_xact' if of_transaction else ''}_lock(%s, %s)", [TRAINING_LOCK, catalog_id]
        )
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine and not of_transaction:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [TRAINING_LOCK, catalog_id])
