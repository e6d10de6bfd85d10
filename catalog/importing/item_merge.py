"""The statements that bring staged items into a catalog."""

from __future__ import annotations

import json

from django.db import connection

from catalog.importing.items import ItemRow
from catalog.importing.outcome import MergeCounts, Refuse
from catalog.importing.staging import array_literal, joins_for, refuse_staged
from catalog.models import Catalog

# NULL in a staged column: the file does not say.
STAGED_COLUMNS = {
    "row_number": "bigint NOT NULL",
    "external_id": "text NOT NULL",
    "title": "text NOT NULL",
    "kind": "text",
    "description": "text",
    "language": "text",
    "categories": "text[]",
    "tags": "text[]",
    "attributes": "jsonb",
    "removed_attributes": "text[]",
    "translations": "jsonb",
    "image_url": "text",
    "hidden": "boolean",
    "published_at": "timestamptz",
    "publication_given": "boolean NOT NULL",
}

# Of each language that the file names, its fields over those that are there; a field it empties goes.
TRANSLATIONS = """CASE WHEN staged.translations IS NULL THEN coalesce(item.translations, '{}') ELSE
    (coalesce(item.translations, '{}') - ARRAY(SELECT jsonb_object_keys(staged.translations)))
    || coalesce((
        SELECT jsonb_object_agg(given.key, combined.fields)
        FROM jsonb_each(staged.translations) AS given
        CROSS JOIN LATERAL (SELECT jsonb_strip_nulls(
            coalesce(item.translations -> given.key, '{}') || given.value
        ) AS fields) AS combined
        WHERE combined.fields <> '{}'
    ), '{}') END"""

# What each column of an item becomes: the file's word, else the catalog's, else the default.
MERGED = {
    "title": "staged.title",
    "kind": "coalesce(staged.kind, item.kind, '')",
    "description": "coalesce(staged.description, item.description, '')",
    "language": "coalesce(staged.language, item.language, '')",
    "categories": "coalesce(staged.categories, item.categories, '{}')",
    "tags": "coalesce(staged.tags, item.tags, '{}')",
    "attributes": "(coalesce(item.attributes, '{}') - coalesce(staged.removed_attributes, '{}')) "
    "|| coalesce(staged.attributes, '{}')",
    "translations": TRANSLATIONS,
    "image_url": "coalesce(staged.image_url, item.image_url, '')",
    "hidden": "coalesce(staged.hidden, item.hidden, false)",
    "published_at": "CASE WHEN staged.publication_given THEN staged.published_at ELSE item.published_at END",
}

SAME_ITEM = "item.catalog_id = %(catalog)s AND item.external_id = staged.external_id"

REFUSE_REPEATED = """
WITH first AS (
    SELECT external_id, min(row_number) AS row_number FROM staged_item GROUP BY external_id HAVING count(*) > 1
), repeated AS (
    DELETE FROM staged_item staged USING first
    WHERE staged.external_id = first.external_id AND staged.row_number > first.row_number
    RETURNING staged.row_number, staged.external_id, first.row_number AS first_row
)
SELECT row_number, 'item_id', external_id, 'stands already in row ' || first_row FROM repeated ORDER BY row_number
"""

# What the merge reads of an item must not change before it writes; in the order of ids, so that two never wait for
# each other.
LOCK = f"""
SELECT count(*) FROM (
    SELECT 1 FROM catalog_item item JOIN staged_item staged ON {SAME_ITEM} ORDER BY item.id FOR NO KEY UPDATE OF item
) locked
"""  # noqa: S608 - made of this module's own constants

# Rows that say nothing new are left out before the upsert, which locks, and so writes to, each row it looks at.
MERGE = f"""
WITH merged AS (
    INSERT INTO catalog_item (catalog_id, external_id, {", ".join(MERGED)})
    SELECT %(catalog)s, staged.external_id, {", ".join(MERGED.values())}
    FROM staged_item staged LEFT JOIN catalog_item item ON {SAME_ITEM}
    WHERE item.id IS NULL OR ({", ".join(f"item.{column}" for column in MERGED)})
        IS DISTINCT FROM ({", ".join(MERGED.values())})
    ORDER BY staged.row_number
    ON CONFLICT (catalog_id, external_id) DO UPDATE
    SET {", ".join(f"{column} = EXCLUDED.{column}" for column in MERGED)}, updated_at = now()
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
"""  # noqa: S608 - made of this module's own constants


def staged(row: ItemRow) -> tuple[object, ...]:
    """A row in the order of STAGED_COLUMNS."""
    attributes = row.attributes or {}
    kept = {key: value for key, value in attributes.items() if value is not None}
    removed = [key for key, value in attributes.items() if value is None]
    return (
        row.row_number,
        row.external_id,
        row.title,
        row.kind,
        row.description,
        row.language,
        None if row.categories is None else array_literal(row.categories),
        None if row.tags is None else array_literal(row.tags),
        json.dumps(kept, ensure_ascii=False) if kept else None,
        array_literal(removed) if removed else None,
        None if row.translations is None else json.dumps(row.translations, ensure_ascii=False),
        row.image_url,
        row.hidden,
        row.published_at,
        row.publication_given,
    )


def refuse_repeated(refuse: Refuse) -> int:
    """Of rows with one id the first stays, so that the same file again changes nothing."""
    return refuse_staged(REFUSE_REPEATED, {}, refuse)


def merge(catalog: Catalog, *, count: int) -> MergeCounts:
    """Insert and update from the staged rows, `count` of them; three statements, locks the items it finds."""
    parameters = {"catalog": catalog.pk}
    with joins_for(count), connection.cursor() as cursor:
        cursor.execute(LOCK, parameters)
        cursor.execute(MERGE, parameters)
        new, changed = cursor.fetchone()
    return MergeCounts(new=new, changed=changed, unchanged=count - new - changed)
