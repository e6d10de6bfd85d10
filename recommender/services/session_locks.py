"""Work that one process at a time may do: held by the database session, and so free the moment its holder is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

# pg_locks shows the two keys of a lock as they were given.
HELD = """
SELECT objid::bigint FROM pg_locks
WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@contextmanager
def session_lock(kind: int, key: int) -> Iterator[bool]:
    """Try to hold a lock, and say whether it is held; another session's holder is not waited for.

    Inside a transaction until its end, since one that failed could not let go of the lock; else for the block. The
    session that holds it may take it again inside the block.
    """
    of_transaction = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory{'_xact' if of_transaction else ''}_lock(%s, %s)", [kind, key])
        mine = bool(cursor.fetchone()[0])
        try:
            yield mine
        finally:
            if mine and not of_transaction:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, key])


def held_keys(kind: int) -> set[int]:
    """Keys of the locks of this kind that somebody holds now. One query."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [kind])
        return {key for (key,) in cursor.fetchall()}
