"""Counting what is sent to the database, also by cursors that Django knows nothing of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import psycopg


def statements(action: Callable[[], object]) -> list[str]:
    """The statements that an action sends, savepoints left out."""
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def remember(cursor: psycopg.Cursor[Any], query: Any, *args: Any, **kwargs: Any) -> psycopg.Cursor[Any]:
        sent.append(str(query))
        return execute(cursor, query, *args, **kwargs)

    with patch.object(psycopg.Cursor, "execute", remember):
        action()
    return [query for query in sent if "SAVEPOINT" not in query]
