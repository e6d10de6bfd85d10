"""Which items of a catalog may be shown at all: not hidden, and within the configured filters."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, Value

from recommender.engine.settings import FilterSettings


class NoneOf(Func):
    """Whether a value is none of an array's."""

    template = "(%(expressions)s))"
    arg_joiner = " <> ALL ("
    output_field = BooleanField()


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
        # An array is one parameter: five hundred of them would be planned one by one.
        condition &= Q(NoneOf(F(f"{prefix}id"), Value(sorted(excluded_ids), ArrayField(BigIntegerField()))))
    return condition


def narrows(filters: FilterSettings) -> bool:
    """Whether the filters leave anything out."""
    return bool(filters.kinds or filters.categories or filters.languages)
