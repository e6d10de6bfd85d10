"""Conditions that Django compiled, within statements written by hand."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet


def named_sql(queryset: QuerySet[Any, Any], name: str) -> tuple[str, dict[str, Any]]:
    """A query's SQL with named parameters, since one statement cannot mix both styles; they begin with `name`."""
    sql, values = queryset.query.sql_with_params()
    names = [f"{name}_{place}" for place in range(len(values))]
    return sql % tuple(f"%({one})s" for one in names), dict(zip(names, values, strict=True))
