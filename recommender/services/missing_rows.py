"""People and items that are named before anybody described them: made with their ids and nothing else."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from catalog.models import Catalog, Item
from catalog.signals import items_imported
from recommender.services.new_profiles import make_profiles
from users.models import Profile


@transaction.atomic
def ids_of_profiles(*, catalog: Catalog, external_ids: Collection[str]) -> dict[str, int]:
    """Primary keys by id. Profiles that are missing are made, but for people who were erased: those stay missing.

    One query, at most five where one was missing.
    """
    names = sorted(external_ids)
    found = _profiles(catalog, names)
    missing = [name for name in names if name not in found]
    if missing:
        erased = make_profiles(catalog, missing)
        found |= _profiles(catalog, [name for name in missing if name not in erased])
    return found


@transaction.atomic
def ids_of_items(*, catalog: Catalog, external_ids: Collection[str]) -> dict[str, int]:
    """Primary keys by id; items that are missing are made, called by their ids. One query, three if one was missing."""
    names = sorted(external_ids)
    found = _items(catalog, names)
    missing = [name for name in names if name not in found]
    if missing:
        Item.objects.bulk_create(
            [Item(catalog=catalog, external_id=name, title=name) for name in missing], ignore_conflicts=True
        )
        transaction.on_commit(lambda: items_imported.send(sender=Catalog, catalog_id=catalog.pk), robust=True)
        found |= _items(catalog, missing)
    return found


def _profiles(catalog: Catalog, names: list[str]) -> dict[str, int]:
    rows = Profile.objects.filter(catalog=catalog, external_id__in=names)
    return dict(rows.values_list("external_id", "pk"))


def _items(catalog: Catalog, names: list[str]) -> dict[str, int]:
    return dict(Item.objects.filter(catalog=catalog, external_id__in=names).values_list("external_id", "pk"))
