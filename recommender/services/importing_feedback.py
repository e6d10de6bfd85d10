"""Feedback out of a file into a catalog: one interaction for each kind, person and item, as `feedback` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from catalog.importing.outcome import MergeCounts, Refuse
from catalog.importing.row_error import RowError
from catalog.importing.staging import ROWS_WORTH_HASHING, joins_for, refresh_statistics, refuse_staged, staging_table
from catalog.models import Catalog
from catalog.signals import items_imported
from recommender.services.feedback_kinds import kinds_named
from recommender.services.feedback_statements import IDENTIFIER
from recommender.services.importing_erased import check_for_erasures_meanwhile, refuse_erased
from recommender.services.importing_interactions import READ_BY_REQUESTS
from recommender.services.importing_merge import MAKE_PROFILES
from recommender.services.interactions import BY_IDENTIFIER
from users.erasures import Way

# As the statement that makes profiles knows it.
TABLE = "staged_interaction"
# In the order of FeedbackFileRow's fields.
STAGED_COLUMNS = {
    "row_number": "bigint NOT NULL",
    "kind": "text NOT NULL",
    "user_id": "text NOT NULL",
    "item_id": "text NOT NULL",
    "value": "double precision",
    "occurred_at": "timestamptz",
    "details": "jsonb NOT NULL",
}

REFUSE_REPEATED = f"""
WITH first AS (
    SELECT kind, user_id, item_id, min(row_number) AS row_number FROM {TABLE}
    GROUP BY kind, user_id, item_id HAVING count(*) > 1
), repeated AS (
    DELETE FROM {TABLE} staged USING first
    WHERE (staged.kind, staged.user_id, staged.item_id) = (first.kind, first.user_id, first.item_id)
        AND staged.row_number > first.row_number
    RETURNING staged.row_number, staged.item_id, first.row_number AS first_row
)
SELECT row_number, 'item_id', item_id, 'is the same feedback as row ' || first_row FROM repeated ORDER BY row_number
"""  # noqa: S608 - constants of this code

KINDS = f"SELECT DISTINCT kind FROM {TABLE}"  # noqa: S608 - constants of this code

MAKE_ITEMS = f"""
INSERT INTO catalog_item (catalog_id, external_id, title)
SELECT %(catalog)s, staged.item_id, staged.item_id FROM {TABLE} staged
WHERE NOT EXISTS (
    SELECT FROM catalog_item item WHERE item.catalog_id = %(catalog)s AND item.external_id = staged.item_id
)
GROUP BY staged.item_id ORDER BY min(staged.row_number)
ON CONFLICT (catalog_id, external_id) DO NOTHING
"""  # noqa: S608 - constants of this code

# What has no time is ordered by its row, once: the same file again changes nothing.
MERGE = f"""
WITH named AS (
    SELECT profile.id AS profile_id, item.id AS item_id, kind.id AS kind_id, staged.row_number,
        staged.value, staged.occurred_at, staged.details
    FROM {TABLE} staged
    JOIN users_profile profile ON profile.catalog_id = %(catalog)s AND profile.external_id = staged.user_id
    JOIN catalog_item item ON item.catalog_id = %(catalog)s AND item.external_id = staged.item_id
    JOIN recommender_interactionkind kind ON kind.catalog_id = %(catalog)s AND kind.name = staged.kind
), merged AS (
    INSERT INTO recommender_interaction AS kept
        (catalog_id, profile_id, item_id, kind_id, value, occurred_at, sequence, details, external_id)
    SELECT %(catalog)s, profile_id, item_id, kind_id, value, occurred_at,
        CASE WHEN occurred_at IS NULL THEN row_number END, details, {IDENTIFIER.format("named")}
    FROM named ORDER BY row_number
    ON CONFLICT {BY_IDENTIFIER} DO UPDATE SET value = EXCLUDED.value, details = EXCLUDED.details,
        occurred_at = coalesce(EXCLUDED.occurred_at, kept.occurred_at)
    WHERE (kept.value, kept.details, kept.occurred_at) IS DISTINCT FROM
        (EXCLUDED.value, EXCLUDED.details, coalesce(EXCLUDED.occurred_at, kept.occurred_at))
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
"""  # noqa: S608 - constants of this code


class FeedbackFileRow(NamedTuple):
    """Feedback as a file gives it, everything by name. occurred_at: None where no time is known."""

    row_number: int
    kind: str
    user_id: str
    item_id: str
    value: float | None
    occurred_at: datetime | None
    details: Mapping[str, object]


class FeedbackCounts(NamedTuple):
    """What became of the rows, how many were refused, and how many items were made because they name them."""

    merged: MergeCounts
    refused: int
    items_made: int


@transaction.atomic
def import_feedback(
    *,
    catalog: Catalog,
    rows: Iterable[FeedbackFileRow | RowError],
    refuse: Refuse,
    consent: Way | None = None,
) -> FeedbackCounts:
    """Bring feedback into the catalog as it is read; kinds, people and items that are missing are made.

    What is there of the same kind, person and item is overwritten. Rows of people who were erased are refused, unless
    they agreed to come back by the way `consent`. One import at a time works on a catalog: the others wait.
    """
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    refused = 0

    def usable() -> Iterator[tuple[object, ...]]:
        nonlocal refused
        for row in rows:
            if isinstance(row, RowError):
                refused += 1
                refuse(row)
            else:
                yield (*row[:6], json.dumps(row.details, ensure_ascii=False))

    with staging_table(TABLE, STAGED_COLUMNS) as table:
        count = table.fill(usable())
        gone = refuse_erased(catalog, table=TABLE, column="user_id", consent=consent, refuse=refuse)
        gone += refuse_staged(REFUSE_REPEATED, {}, refuse)
        counts, items_made = _merge(catalog, count - gone)
        check_for_erasures_meanwhile(catalog, table=TABLE, column="user_id")
    refresh_statistics("recommender_interaction", READ_BY_REQUESTS, changed_rows=counts.new + counts.changed)
    if items_made:
        transaction.on_commit(lambda: items_imported.send(sender=Catalog, catalog_id=catalog.pk))
    return FeedbackCounts(counts, refused + gone, items_made)


def _merge(catalog: Catalog, count: int) -> tuple[MergeCounts, int]:
    parameters = {"catalog": catalog.pk}
    with joins_for(count), connection.cursor() as cursor:
        cursor.execute(KINDS)
        kinds_named(catalog=catalog, names=[name for (name,) in cursor.fetchall()])
        cursor.execute(MAKE_PROFILES, parameters)
        cursor.execute(MAKE_ITEMS, parameters)
        items_made = int(cursor.rowcount)
        if count >= ROWS_WORTH_HASHING:
            # To a planner that takes them for empty, foreign keys would read these tables whole for each row.
            cursor.execute("ANALYZE users_profile (catalog_id, external_id), catalog_item (catalog_id, external_id)")
        cursor.execute(MERGE, parameters)
        new, changed = cursor.fetchone()
    return MergeCounts(new=new, changed=changed, unchanged=count - new - changed), items_made
