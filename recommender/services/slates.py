"""The log of answers: written, read again, and kept in monthly partitions that age out."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from recommender.models import Slate

PARENT = "recommender_slate"
# Two processes that see the first answer of a month must not both make its partition.
PARTITION_LOCK = 0x534C4154
MONTHS_AHEAD = 2

# Months whose partition this process has seen: an answer need not ask for it again.
_known_months: set[tuple[int, int]] = set()


def log_slate(slate: Slate) -> None:
    """Store an answer, making the partition of its month when it is the first one."""
    _ensure_month(slate.created_at.year, slate.created_at.month)
    slate.save(force_insert=True)


def maintain_partitions(*, now: datetime) -> list[str]:
    """Make the partitions of the coming months and drop those past retention; the names of the dropped ones."""
    for offset in range(MONTHS_AHEAD + 1):
        create_partition(*_month(now.year, now.month, offset))
    oldest_kept = partition_name(*_month(now.year, now.month, -settings.GENRE_SLATE_RETENTION_MONTHS))
    expired = [name for name in partitions() if name < oldest_kept]
    with connection.cursor() as cursor:
        for name in expired:
            cursor.execute(f'DROP TABLE IF EXISTS "{name}"')
    _known_months.clear()
    return expired


def partitions() -> list[str]:
    """The names of the partitions, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON oid = inhrelid "
            "WHERE inhparent = %s::regclass ORDER BY relname",
            [PARENT],
        )
        return [row[0] for row in cursor.fetchall()]


def partition_name(year: int, month: int) -> str:
    return f"{PARENT}_{year:04d}_{month:02d}"


def create_partition(year: int, month: int) -> None:
    """Make a month's partition unless it is there."""
    following = _month(year, month, 1)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {partition_name(year, month)} PARTITION OF {PARENT} "
            f"FOR VALUES FROM ('{year:04d}-{month:02d}-01 00:00:00+00') "
            f"TO ('{following[0]:04d}-{following[1]:02d}-01 00:00:00+00')"
        )


def _ensure_month(year: int, month: int) -> None:
    if (year, month) in _known_months:
        return
    if partition_name(year, month) not in partitions():
        create_partition(year, month)
    # Not before the transaction is done: rolled back, it takes the partition with it.
    transaction.on_commit(lambda: _known_months.add((year, month)))


def _month(year: int, month: int, offset: int) -> tuple[int, int]:
    months = year * 12 + month - 1 + offset
    return months // 12, months % 12 + 1
