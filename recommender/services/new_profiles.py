"""Profiles that are made because a program names somebody: the one place where erased people are kept out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import connection
from django.utils.translation import gettext as _

from catalog.models import Catalog
from recommender.services.interaction_statements import MAKE_PROFILES
from recommender.services.written_rows import Mistake, Refusal, RowRefused
from users.tombstones import erased_among


def make_profiles(catalog: Catalog, external_ids: Collection[str]) -> set[str]:
    """Make the profiles that are not there, in the caller's transaction; which ids are those of erased people."""
    with connection.cursor() as cursor:
        cursor.execute(MAKE_PROFILES, {"catalog": catalog.pk, "names": list(external_ids)})
        made = dict(cursor.fetchall())
    return remove_erased(catalog, made)


def remove_erased(catalog: Catalog, made: Mapping[str, int]) -> set[str]:
    """Of profiles that this transaction has just made, those of erased people are removed; their external ids.

    made: primary keys by external id. One query, and one more where somebody comes back without consent.
    """
    erased = erased_among(catalog.pk, made) if made else set()
    if erased:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM users_profile WHERE id = ANY(%s)", [[made[name] for name in erased]])
    return erased


def refusal_of_erased(field: str) -> RowRefused:
    mistake = Mistake(field, _("This person was erased, and comes back with their consent alone."))
    return RowRefused([mistake], Refusal.CONFLICT)
