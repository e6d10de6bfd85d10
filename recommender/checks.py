"""What Django's check command says about the database that GENRE stands on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.db.utils import OperationalError

OLDEST_PGVECTOR = (0, 8, 4)


def pgvector_problem() -> str | None:
    """One sentence when pgvector is missing or too old, else None; one query."""
    oldest = ".".join(map(str, OLDEST_PGVECTOR))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
        )
        row = cursor.fetchone()
    if row is None:
        return f"This PostgreSQL has no pgvector: install pgvector {oldest} or newer on the database server."
    version = tuple(int(number) for number in row[0].split("."))
    if version < OLDEST_PGVECTOR:
        return (
            f"This PostgreSQL has pgvector {row[0]}, which can corrupt indexes: install {oldest} or newer and run "
            "ALTER EXTENSION vector UPDATE."
        )
    return None


@register(Tags.database)
def check_pgvector(databases: Sequence[str] | None, **_: Any) -> list[CheckMessage]:
    """Run by migrate before anything is changed."""
    if not databases:
        return []
    try:
        problem = pgvector_problem()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        return [Error(f"The database does not answer: {reason}", id="genre.E001")]
    return [] if problem is None else [Error(problem, id="genre.E002")]
