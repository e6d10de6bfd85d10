"""One training of a catalog at a time, whoever starts it: the night's task, a command, somebody in the admin."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.exceptions import GenreError
from recommender.models import RankingModel
from recommender.services.ranking_models import fail_version
from recommender.services.session_locks import held_keys, session_lock

logger = logging.getLogger(__name__)

TRAINING_LOCK = 0x47545241


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
    with session_lock(TRAINING_LOCK, catalog.pk) as mine:
        if not mine:
            raise AlreadyTraining(_("The catalog “%(name)s” is being trained already.") % {"name": catalog.slug})
        _give_up_abandoned(catalog)
        yield


def is_training(catalog_id: int) -> bool:
    """Whether somebody holds the training of a catalog now. One query."""
    return catalog_id in held_keys(TRAINING_LOCK)


def _give_up_abandoned(catalog: Catalog) -> None:
    for model in catalog.ranking_models.filter(state=RankingModel.State.BUILDING):
        logger.warning("catalog %d: the training of version %d ended without a word", catalog.pk, model.version)
        fail_version(model, error=_("The training ended before the version was written."))
