"""Rows on their way into the database: copied to a temporary table, checked there, then merged in a few statements.

So memory stays constant however large a file is, and the work is done by joins instead of by queries for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from django.db import connection, transaction

from catalog.importing.outcome import Refuse
from catalog.importing.row_error import RowError, shown

Parameters = Mapping[str, int]

# Fewer are looked up one by one, at no risk: a catalog is not scanned for a handful of rows.
ROWS_WORTH_HASHING = 1_000


class StagingTable:
    """A temporary table, there until its `with` block ends; use it inside a transaction."""

    def __init__(self, name: str, columns: Mapping[str, str]) -> None:
        self.name = name
        self.columns = columns

    def fill(self, rows: Iterable[tuple[object, ...]]) -> int:
        """Copy rows, given in the order of `columns`; returns how many.

        The rows are read while the COPY runs; what reading them raises ends it, and the transaction with it.
        """
        count = 0
        statement = f"COPY {self.name} ({', '.join(self.columns)}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            write_row = copy.write_row
            for row in rows:
                write_row(row)
                count += 1
        return count


@contextmanager
def joins_for(count: int) -> Iterator[None]:
    """Let joins with `count` staged rows be hashed where there are many.

    What the same transaction has just stored is unknown to the planner's statistics, which makes it expect a row or
    two and loop over what are in truth a hundred thousand: minutes instead of a second.
    """
    if count < ROWS_WORTH_HASHING:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET enable_nestloop")


@contextmanager
def staging_table(name: str, columns: Mapping[str, str]) -> Iterator[StagingTable]:
    definitions = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({definitions}) ON COMMIT DROP")
    yield StagingTable(name, columns)
    # After an error the roll-back removes it; a second file in the same transaction needs the name again.
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")


def refresh_statistics(table: str, columns: Sequence[str], *, changed_rows: int) -> None:
    """After the commit of a large change tell the planner: it would know by itself only a minute later.

    The columns that requests join and filter by are enough until then; long texts take most of the time.
    """
    if changed_rows >= ROWS_WORTH_HASHING:
        transaction.on_commit(partial(_analyze, table, ", ".join(columns)))


def _analyze(table: str, columns: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table} ({columns})")


def refuse_staged(statement: str, parameters: Parameters, refuse: Refuse) -> int:
    """Run a statement that takes rows out of a staging table and returns row number, column, value and reason.

    The result is streamed: a file with nothing but unusable rows needs no more memory than another one.
    """
    count = 0
    with connection.cursor() as cursor:
        for row_number, column, value, reason in cursor.stream(statement, parameters):
            refuse(RowError(row_number, column, shown(value), reason))
            count += 1
    return count


def array_literal(names: list[str]) -> str:
    """A text array as PostgreSQL writes one; psycopg's own way costs several times as much for each row."""
    if not names:
        return "{}"
    escaped = (name.replace("\\", "\\\\").replace('"', '\\"') for name in names)
    return '{"' + '","'.join(escaped) + '"}'
