"""Which items of a catalog may be shown at all: not hidden, published by now, and within the configured filters."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, Expression, F, Func, Q, Value

from recommender.engine.settings import FilterSettings
from recommender.selectors.effective import published


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
    condition = Q(published(prefix), **{f"{prefix}catalog_id": catalog_id, f"{prefix}hidden": False})
    if filters.kinds:
        condition &= Q(**{f"{prefix}kind__in": filters.kinds})
    if filters.categories:
        condition &= Q(**{f"{prefix}categories__overlap": filters.categories})
    if filters.languages:
        condition &= Q(**{f"{prefix}language__in": filters.languages})
    if excluded_ids:
        condition &= none_of(f"{prefix}id", excluded_ids)
    return condition


def none_of(field: str, ids: Collection[int] | Expression) -> Q:
    """An array is one parameter: five hundred of them would be planned one by one."""
    array = ids if isinstance(ids, Expression) else Value(sorted(ids), ArrayField(BigIntegerField()))
    return Q(NoneOf(F(field), array))


def narrows(filters: FilterSettings) -> bool:
    """Whether the filters leave anything out."""
    return bool(filters.kinds or filters.categories or filters.languages)
