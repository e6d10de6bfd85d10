"""Rows of a file about people who were erased: refused unless they consented, and without a word of who they are."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importing.exceptions import FileRefused
from catalog.importing.outcome import Refuse
from catalog.importing.row_error import RowError
from catalog.models import Catalog
from users.erasures import Way
from users.tombstones import AT_ONCE, accept_consent, erased_among, has_tombstones

NEW_NAMES = """
SELECT DISTINCT staged.{column} FROM {table} staged WHERE NOT EXISTS (
    SELECT FROM users_profile profile
    WHERE profile.catalog_id = %(catalog)s AND profile.external_id = staged.{column}
)
"""
# now() is when the transaction began: these, and perhaps some that others made meanwhile.
MADE_NAMES = """
SELECT DISTINCT staged.{column} FROM {table} staged
JOIN users_profile profile ON profile.catalog_id = %(catalog)s AND profile.external_id = staged.{column}
WHERE profile.created_at >= now()
"""
REFUSE = "DELETE FROM {table} WHERE {column} = ANY (%(names)s) RETURNING row_number"


def refuse_erased(catalog: Catalog, *, table: str, column: str, consent: Way | None, refuse: Refuse) -> int:
    """Take rows about erased people out of a staging table; how many.

    consent: by which way they agreed to come back; their rows stay then, and the consent is recorded. One query in a
    catalog from which nobody was erased, which looks at no row.
    """
    if not has_tombstones(catalog.pk):
        return 0
    erased: list[str] = []
    for names in _names(NEW_NAMES.format(table=table, column=column), catalog):
        if consent is not None:
            accept_consent(catalog_id=catalog.pk, external_ids=names, way=consent, now=timezone.now())
        else:
            erased += erased_among(catalog.pk, names)
    if not erased:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(REFUSE.format(table=table, column=column), {"names": erased})
        rows = sorted(row_number for (row_number,) in cursor.fetchall())
    # Behind "The value", as all reasons stand.
    reason = _(
        "is that of somebody who was erased, and who comes back with their consent alone (--consent or consent=true)"
    )
    for row_number in rows:
        # The value would be in reports when the person is nowhere else any more.
        refuse(RowError(row_number, "user_id", "", reason))
    return len(rows)


def check_for_erasures_meanwhile(catalog: Catalog, *, table: str, column: str) -> None:
    """To be asked when the rows are stored: whoever was erased in between would be back. Raises FileRefused."""
    if not has_tombstones(catalog.pk):
        return
    for names in _names(MADE_NAMES.format(table=table, column=column), catalog):
        if erased_among(catalog.pk, names):
            raise FileRefused(_("Somebody who is in this file was erased while it was imported: import it again."))


def _names(statement: str, catalog: Catalog) -> Iterator[list[str]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, {"catalog": catalog.pk})
        while rows := cursor.fetchmany(AT_ONCE):
            yield [name for (name,) in rows]
