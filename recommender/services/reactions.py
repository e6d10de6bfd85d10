"""What somebody says of an item by a button, and takes back by the same one."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Item
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Interaction, InteractionKind
from recommender.selectors.reactions import LIKE, REACTIONS, reactions_to
from recommender.selectors.shown import may_refer_to
from recommender.services.interactions import record_interaction
from users.models import Profile


@transaction.atomic
def react(*, profile: Profile, item: Item, kind: str, slate_id: uuid.UUID | None = None) -> None:
    """Record a reaction; said again while it holds, nothing is added.

    The answer that it came from is recorded where it was the person's own or for nobody in particular. Raises
    InvalidRequest for a kind that is no reaction, and NotInCatalog where the catalog does not have it.
    """
    _check(kind)
    if kind in reactions_to(profile, [item.pk]).get(item.pk, ()):
        return
    if slate_id is not None and not may_refer_to(slate_id, item.catalog, profile=profile):
        slate_id = None
    record_interaction(profile=profile, item=item, kind=kind, slate_id=slate_id)


@transaction.atomic
def take_back(*, profile: Profile, item: Item, kind: str) -> None:
    """Remove what the person said of the item by this kind; an opinion before it, of another kind, holds again."""
    _check(kind)
    Interaction.objects.filter(profile=profile, item=item, kind__name=kind).delete()


@transaction.atomic
def like_all(*, profile: Profile, items: Collection[Item], now: datetime | None = None) -> int:
    """Record likes of items that are not liked yet, in one statement; returns how many. Three queries.

    Raises InvalidRequest for an item of another catalog, and NotInCatalog where the catalog has no likes.
    """
    if any(item.catalog_id != profile.catalog_id for item in items):
        raise InvalidRequest(_("The profile and the item belong to different catalogs."))
    kind = InteractionKind.objects.filter(catalog_id=profile.catalog_id, name=LIKE).first()
    if kind is None:
        raise NotInCatalog(_("The catalog has no interaction kind “%(name)s”.") % {"name": LIKE})
    said = reactions_to(profile, [item.pk for item in items])
    moment = now or timezone.now()
    likes = [
        Interaction(catalog_id=profile.catalog_id, profile=profile, item=item, kind=kind, occurred_at=moment)
        for item in items
        if LIKE not in said.get(item.pk, ())
    ]
    return len(Interaction.objects.bulk_create(likes))


def _check(kind: str) -> None:
    if kind not in REACTIONS:
        raise InvalidRequest(_("“%(name)s” is no reaction.") % {"name": kind})
