"""A setting of PostgreSQL for some statements only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def database_setting(name: str, value: str) -> Iterator[None]:
    """Set it for the statements of the `with` block, then put it back.

    Inside a transaction that does not end well the roll-back puts it back, to a savepoint or as a whole: after an error
    no other statement would be taken.
    """
    in_transaction = connection.in_atomic_block
    before = _setting(name)
    _set(name, value, in_transaction)
    try:
        yield
    except BaseException:
        if not in_transaction:
            _set(name, before, False)
        raise
    _set(name, before, in_transaction)


def _setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def _set(name: str, value: str, in_transaction: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, %s)", [name, value, in_transaction])
