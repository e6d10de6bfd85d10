"""Counts that never read more than so many rows; beyond that, what the planner believes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet

# So many rows are read for an exact count: some milliseconds.
COUNTED_EXACTLY = 10_000

BY_PERIOD = """
SELECT counted.count FROM unnest(%s::timestamptz[]) WITH ORDINALITY AS starts (first, place)
JOIN unnest(%s::timestamptz[]) WITH ORDINALITY AS ends (last, place) USING (place)
CROSS JOIN LATERAL (
    SELECT count(*) FROM (
        SELECT FROM {table} WHERE created_at >= starts.first AND created_at < ends.last LIMIT %s
    ) AS rows_of_period
) AS counted
ORDER BY place
"""


@dataclass(frozen=True)
class Count:
    """How many there are; not exact: about so many, and no fewer than were counted."""

    value: int
    exact: bool = True

    def __add__(self, other: Count) -> Count:
        return Count(self.value + other.value, self.exact and other.exact)


def bounded_count(rows: QuerySet[Model], *, limit: int = COUNTED_EXACTLY) -> Count:
    """One query, and a second one that only plans where there are more rows than the limit."""
    counted = rows.order_by()[: limit + 1].count()
    if counted <= limit:
        return Count(counted)
    sql, parameters = rows.order_by().values("pk").query.sql_with_params()
    return Count(max(counted, _planned_rows(sql, parameters)), exact=False)


def counts_by_period(model: type[Model], starts: Sequence[datetime], *, limit: int = COUNTED_EXACTLY) -> list[Count]:
    """Rows of a table made between each moment and the next one.

    Args:
        model: a table with an index on `created_at`.
        starts: ascending; n + 1 moments bound n periods.
        limit: of the exact count of one period.

    One query, and one that only plans for each period with more rows than the limit.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        # To a planner who knows of a limit and not of dates, reading the table from its old end looks cheap.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(BY_PERIOD.format(table=table), [list(starts[:-1]), list(starts[1:]), limit + 1])
        counted = [int(row[0]) for row in cursor.fetchall()]
    between = f"SELECT FROM {table} WHERE created_at >= %s AND created_at < %s"
    return [
        Count(count) if count <= limit else Count(max(count, _planned_rows(between, period)), exact=False)
        for count, period in zip(counted, pairwise(starts), strict=True)
    ]


def _planned_rows(sql: str, parameters: Sequence[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        plan = cursor.fetchone()[0]
    return int(plan[0]["Plan"]["Plan Rows"])
