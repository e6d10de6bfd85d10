"""Recording and removing what people did; the next request reflects it."""

from __future__ import annotations

import math
import uuid
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.models import Item
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import Interaction, InteractionKind
from users.models import Profile

# The three identities of an interaction, each with the partial unique index that guards it.
BY_IDENTIFIER = "(catalog_id, external_id) WHERE external_id IS NOT NULL"
BY_TIME = "(profile_id, item_id, kind_id, occurred_at) WHERE external_id IS NULL AND occurred_at IS NOT NULL"
BY_SEQUENCE = "(profile_id, item_id, kind_id, sequence) WHERE external_id IS NULL AND occurred_at IS NULL"

RECORD = """
INSERT INTO recommender_interaction
    (catalog_id, profile_id, item_id, kind_id, value, occurred_at, sequence, external_id, slate_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT {identity} DO UPDATE SET value = EXCLUDED.value, slate_id = coalesce(
    EXCLUDED.slate_id, recommender_interaction.slate_id)
RETURNING id, xmax = 0, profile_id, item_id, kind_id
"""


@transaction.atomic
def record_interaction(
    *,
    profile: Profile,
    item: Item,
    kind: str,
    value: float | None = None,
    occurred_at: datetime | None = None,
    sequence: int | None = None,
    external_id: str | None = None,
    slate_id: uuid.UUID | None = None,
) -> tuple[Interaction, bool]:
    """Store an interaction once, however often it is sent; sent again with another value, the value changes.

    Without a time and a sequence it happened now. Raises NotInCatalog for a kind that the catalog does not have
    and InvalidRequest where profile and item are of different catalogs, the value is not finite, or the external id
    already names something that another person did, or another item or kind.
    """
    if profile.catalog_id != item.catalog_id:
        raise InvalidRequest(_("The profile and the item belong to different catalogs."))
    if value is not None and not math.isfinite(value):
        raise InvalidRequest(_("The value %(value)s is not a number that can be weighed.") % {"value": value})
    found = InteractionKind.objects.filter(catalog_id=profile.catalog_id, name=kind).first()
    if found is None:
        raise NotInCatalog(_("The catalog has no interaction kind “%(name)s”.") % {"name": kind})
    if occurred_at is None and sequence is None:
        occurred_at = timezone.now()
    by_moment = BY_TIME if occurred_at is not None else BY_SEQUENCE
    identity = BY_IDENTIFIER if external_id is not None else by_moment
    with connection.cursor() as cursor:
        cursor.execute(
            RECORD.format(identity=identity),
            [
                profile.catalog_id,
                profile.pk,
                item.pk,
                found.pk,
                value,
                occurred_at,
                sequence,
                external_id,
                slate_id,
            ],
        )
        interaction_id, created, *named = cursor.fetchone()
    if named != [profile.pk, item.pk, found.pk]:
        raise InvalidRequest(_("The identifier “%(name)s” names another interaction already.") % {"name": external_id})
    return Interaction.objects.get(pk=interaction_id), created


def remove_interaction(interaction: Interaction) -> None:
    """Forget an interaction: the interest vector is computed from what remains."""
    interaction.delete()
