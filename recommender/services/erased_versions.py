"""Trained versions that know somebody who was erased: they answer until the next training, and never again after it.

What a person did is in a version's numbers, from which nobody can take it out; so a version is made without them.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import Exists, Max, Min, OuterRef, QuerySet

from catalog.models import Catalog
from recommender.models import Interaction, RankingModel
from users.models import Erasure, Profile

LOCK = 0x47455241
HOLD = "SELECT pg_advisory_xact_lock_shared(%s, %s)"
WAIT = "SELECT pg_advisory_lock(%s, %s), pg_advisory_unlock(%s, %s)"


def hold_trainings_off(catalog_id: int) -> None:
    """Until the transaction ends no training begins to read: it would be younger than the erasure, and know the person.

    To be asked for before the erasure's own moment is taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [LOCK, catalog_id])


def wait_for_erasures(catalog_id: int) -> None:
    """Let erasures that are under way end; whoever is erased later is so behind the moment of the training."""
    with connection.cursor() as cursor:
        cursor.execute(WAIT, [LOCK, catalog_id, LOCK, catalog_id])


def first_version_knowing(profile: Profile) -> int:
    """The first version that may have learned from a person: the next one, where none can have."""
    did = Interaction.objects.filter(profile=profile).aggregate(first=Min("created_at"))["first"]
    # Who took back all they did was learned from before they did; a merged profile is younger than what it did.
    known_since = profile.created_at if did is None else min(did, profile.created_at)
    versions = RankingModel.objects.filter(catalog_id=profile.catalog_id)
    newest: int | None = versions.aggregate(newest=Max("version"))["newest"]
    first: int | None = versions.filter(learned_from__gte=known_since).aggregate(first=Min("version"))["first"]
    return first or (newest or 0) + 1


def knows_erased(model: RankingModel) -> bool:
    """Whether somebody was erased whom this version learned from. One query."""
    return _versions_knowing_erased(model.catalog_id).filter(pk=model.pk).exists()


def idle_versions_knowing_erased(catalog_id: int) -> QuerySet[RankingModel]:
    """What could have been gone back to, and must not be any more."""
    return _versions_knowing_erased(catalog_id).filter(state=RankingModel.State.READY)


def note_what_is_forgotten(catalog_id: int, *, now: datetime) -> int:
    """Write into receipts that no version knows the person any more; into how many.

    Not while somebody else trains: what they have read is not seen before their version is begun.
    """
    waiting = Erasure.objects.filter(catalog_id=catalog_id, trained_data_gone_after=None)
    knowing = RankingModel.objects.filter(
        catalog_id=catalog_id,
        state__in=RankingModel.KEPT_STATES,
        version__gte=OuterRef("first_version"),
        learned_from__lt=OuterRef("erased_at"),
    )
    return waiting.exclude(Exists(knowing)).update(trained_data_gone_after=now)


def catalogs_with_open_erasures() -> QuerySet[Catalog]:
    """Catalogs with receipts that are not complete."""
    waiting = Erasure.objects.filter(catalog=OuterRef("pk"), trained_data_gone_after=None)
    return Catalog.objects.filter(Exists(waiting)).order_by("pk")


# A version knows whom it was begun after, and who was erased after it was begun.
def _versions_knowing_erased(catalog_id: int) -> QuerySet[RankingModel]:
    erased = Erasure.objects.filter(
        catalog_id=OuterRef("catalog_id"),
        first_version__lte=OuterRef("version"),
        erased_at__gt=OuterRef("learned_from"),
    )
    return RankingModel.objects.filter(Exists(erased), catalog_id=catalog_id).order_by("version")
