"""An upsert of rows that come as parameters: what is new is made, what is there is locked and changed if it differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django.db import connection
from django.utils.translation import gettext as _

from catalog.importing.sent_rows import parameters_of, sent_rows
from catalog.models import Catalog
from recommender.services.written_rows import Mistake, Outcome, Refusal, RowRefused, WrittenRow, refused

# New rows come in the order of their ids, and those that are there are locked in the order of theirs: two requests
# about the same rows never wait for each other.
MAKE = """WITH {staged} AS MATERIALIZED ({sent})
INSERT INTO {table} (catalog_id, external_id, {columns})
SELECT %(catalog)s, staged.external_id, {values}
FROM {staged} staged LEFT JOIN {table} {alias} ON {same}
WHERE {alias}.id IS NULL
ORDER BY staged.external_id
ON CONFLICT (catalog_id, external_id) DO NOTHING
RETURNING external_id, id
"""
LOCK = """WITH {staged} AS MATERIALIZED ({sent})
SELECT {alias}.external_id, {alias}.id FROM {table} {alias} JOIN {staged} staged ON {same}
ORDER BY {alias}.id FOR NO KEY UPDATE OF {alias}
"""
CHANGE = """WITH {staged} AS MATERIALIZED ({sent})
UPDATE {table} {alias} SET {assignments}
FROM {staged} staged WHERE {same} AND ({kept}) IS DISTINCT FROM ({values})
RETURNING {alias}.external_id, {alias}.id
"""


class IdentifiedRow(Protocol):
    @property
    def row_number(self) -> int: ...
    @property
    def external_id(self) -> str: ...


class Upsert:
    """The three statements of a table whose rows are known by catalog and external id.

    Args:
        table: where the rows go; `alias` is what `same` and `merged` call it, `staged` what they call a row sent.
        sent: the columns of a row that is sent, with their types.
        same: when a row that is sent means one that is there.
        merged: what each column becomes.
        touched: further assignments for rows that change.
    """

    def __init__(
        self,
        *,
        table: str,
        alias: str,
        sent: Mapping[str, str],
        same: str,
        merged: Mapping[str, str],
        touched: Mapping[str, str] | None = None,
    ) -> None:
        self._sent = sent
        assigned = {**merged, **(touched or {})}
        parts = {
            "table": table,
            "alias": alias,
            "staged": f"staged_{alias}",
            "sent": sent_rows(sent),
            "same": same,
            "columns": ", ".join(merged),
            "values": ", ".join(merged.values()),
            "kept": ", ".join(f"{alias}.{column}" for column in merged),
            "assignments": ", ".join(f"{column} = {value}" for column, value in assigned.items()),
        }
        self._make, self._lock, self._change = (text.format(**parts) for text in (MAKE, LOCK, CHANGE))

    def run(
        self, catalog: Catalog, rows: Sequence[IdentifiedRow], values: Iterable[tuple[object, ...]]
    ) -> list[WrittenRow]:
        """Each row's answer, in the caller's transaction; one statement where all are new, three otherwise.

        `values`: of each row, in the order of `sent`. A row that somebody else makes at the same moment is not made,
        but found by the next statement, and locked: what both say of it is kept.
        """
        parameters = {"catalog": catalog.pk, **parameters_of(self._sent, values)}
        made = _run(self._make, parameters)
        found: dict[str, int] = {}
        changed: dict[str, int] = {}
        if len(made) < len(rows):
            found = _run(self._lock, parameters)
            changed = _run(self._change, parameters)
        return [_answer(row, made, found, changed) for row in rows]


def _run(statement: str, parameters: Mapping[str, Any]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return dict(cursor.fetchall())


def _answer(
    row: IdentifiedRow, made: Mapping[str, int], found: Mapping[str, int], changed: Mapping[str, int]
) -> WrittenRow:
    external_id = row.external_id
    for outcome, rows in ((Outcome.CREATED, made), (Outcome.UPDATED, changed), (Outcome.UNCHANGED, found)):
        if external_id in rows:
            return WrittenRow(row.row_number, external_id, outcome, pk=rows[external_id])
    gone = Mistake("", _("It was deleted at the same moment. Send it again."))
    return refused(row.row_number, external_id, RowRefused([gone], Refusal.CONFLICT))
