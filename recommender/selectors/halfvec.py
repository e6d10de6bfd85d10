"""Half-precision vectors out of PostgreSQL in its binary form, straight into one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from psycopg import Cursor

# halfvec_send: int16 dimension, int16 unused, then the values, all of them big-endian.
HEADER_BYTES = 4


def halfvec(sent: bytes) -> NDArray[np.float32]:
    """One vector as halfvec_send gives it."""
    return np.frombuffer(sent, dtype=">f2", offset=HEADER_BYTES).astype(np.float32)


def halfvecs(sent: Sequence[bytes], *, dimension: int) -> NDArray[np.float32]:
    """(n, d) of n vectors of one dimension."""
    width = HEADER_BYTES + 2 * dimension
    joined = np.frombuffer(b"".join(sent), dtype=np.uint8).reshape(len(sent), width)
    return np.ascontiguousarray(joined[:, HEADER_BYTES:]).view(">f2").astype(np.float32)


def fetch_binary(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows in binary form: integers and floats as themselves, a halfvec as bytes. One query.

    A cursor of psycopg's own on Django's connection: Django's asks for text, which costs a vector six times the bytes
    and their parsing.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(sql, parameters, binary=True)
        return list(cursor.fetchall())


def halfvec_rows(
    sql: str, parameters: Sequence[Any], *, dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Ids (n,) and vectors (n, d) of a query for (id, halfvec)."""
    rows = fetch_binary(sql, parameters)
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    if not rows:
        return ids, np.zeros((0, dimension), dtype=np.float32)
    return ids, halfvecs([row[1] for row in rows], dimension=dimension)
