"""Which items of a catalog may be shown at all: not hidden, and within the configured filters."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from recommender.engine.settings import FilterSettings


def eligible(catalog_id: int, filters: FilterSettings, excluded_ids: Collection[int], *, prefix: str = "") -> Q:
    """A condition on items.

    Args:
        catalog_id: whose items.
        filters: kinds, categories, languages; empty lists allow everything.
        excluded_ids: items that must not appear.
        prefix: the path from the queried model to the item, such as "item__"; empty on Item itself.
    """
    condition = Q(**{f"{prefix}catalog_id": catalog_id, f"{prefix}hidden": False})
    if filters.kinds:
        condition &= Q(**{f"{prefix}kind__in": filters.kinds})
    if filters.categories:
        condition &= Q(**{f"{prefix}categories__overlap": filters.categories})
    if filters.languages:
        condition &= Q(**{f"{prefix}language__in": filters.languages})
    if excluded_ids:
        condition &= ~Q(**{f"{prefix}id__in": sorted(excluded_ids)})
    return condition


def narrows(filters: FilterSettings) -> bool:
    """Whether the filters leave anything out."""
    return bool(filters.kinds or filters.categories or filters.languages)
