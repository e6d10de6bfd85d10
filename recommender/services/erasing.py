"""Erasing a person: everything that is about them, in one transaction, with a receipt that does not say who it was."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from recommender.exceptions import NotInCatalog
from recommender.services.erased_versions import first_version_knowing, hold_trainings_off, note_what_is_forgotten
from recommender.services.training_lock import is_training
from users.models import Erasure, Profile, User, Way
from users.privacy import of_accounts, of_profiles
from users.tombstones import bury

logger = logging.getLogger(__name__)


@transaction.atomic
def erase_profile(*, profile: Profile, way: Way, whole: Erasure | None = None) -> Erasure:
    """Erase everything about a profile, and remember its id as a keyed hash: it comes back with consent alone.

    Trained versions know the person until the next training, which the open receipt asks for. Whoever records
    something for the person meanwhile waits, and finds nobody. About 30 queries, whatever there is, and time for the
    rows that there are.

    Args:
        profile: who is erased.
        way: how it was asked for.
        whole: the erasure of the account that this is a part of.

    Raises:
        NotInCatalog: the profile is gone.
    """
    held = Profile.objects.select_for_update(of=("self",)).select_related("catalog", "user").filter(pk=profile.pk)
    found = held.first()
    if found is None:
        raise NotInCatalog(_("There is no such profile any more."))
    hold_trainings_off(found.catalog_id)
    now = timezone.now()
    first_version = first_version_knowing(found)
    counts = of_profiles.erase(found)
    bury(catalog_id=found.catalog_id, external_id=found.external_id, now=now)
    erasure = Erasure.objects.create(
        catalog=found.catalog, whole=whole, way=way, erased_at=now, counts=counts, first_version=first_version
    )
    if is_known_to_versions(found.catalog_id, now=now):
        logger.info("erasure %s: known to trained versions of catalog %d", erasure.pk, found.catalog_id)
    erasure.refresh_from_db(fields=["trained_data_gone_after"])
    return erasure


@transaction.atomic
def erase_account(*, user: User, way: Way) -> Erasure:
    """Erase an account with its profiles in all catalogs; its receipt has theirs as parts."""
    now = timezone.now()
    user = User.objects.select_for_update().get(pk=user.pk)
    erasure = Erasure.objects.create(way=way, erased_at=now, counts={})
    for profile in Profile.objects.filter(user=user).order_by("pk"):
        erase_profile(profile=profile, way=way, whole=erasure)
    erasure.counts = of_accounts.erase(user)
    # Nothing is learned from accounts; the parts say what was learned from their profiles.
    erasure.trained_data_gone_after = now
    erasure.save(update_fields=["counts", "trained_data_gone_after"])
    return erasure


def is_known_to_versions(catalog_id: int, *, now: datetime) -> bool:
    """Whether a trained version knows somebody who was erased; receipts of those whom none knows are completed.

    While somebody trains it is not known what they have read, so then the answer is yes.
    """
    if not is_training(catalog_id):
        note_what_is_forgotten(catalog_id, now=now)
    return Erasure.objects.filter(catalog_id=catalog_id, trained_data_gone_after=None).exists()
