"""Items as programs send them: made, or changed by what a row mentions, many in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from catalog.importing.item_merge import MERGED, SAME_ITEM, STAGED_COLUMNS, staged
from catalog.importing.items import LONGEST_KIND, LONGEST_TITLE, ItemRow
from catalog.models import Catalog
from catalog.signals import items_imported
from recommender.services import row_checks as check
from recommender.services.merged_rows import Upsert
from recommender.services.written_rows import Outcome, WrittenRow, without_repetitions

__all__ = ["ItemRow", "item_row", "upsert_items"]

CHECKS: dict[str, check.Check] = {
    "id": check.identifier,
    "kind": check.text(LONGEST_KIND),
    "title": check.text(LONGEST_TITLE, empty=False),
    "description": check.text(),
    "language": check.language,
    "translations": check.translated,
    "categories": check.names,
    "tags": check.names,
    "attributes": check.attributes,
    "image_url": check.address,
    "hidden": check.true_or_false,
    "published_at": check.moment,
}

UPSERT = Upsert(
    table="catalog_item",
    alias="item",
    sent=STAGED_COLUMNS,
    same=SAME_ITEM,
    merged=MERGED,
    touched={"updated_at": "statement_timestamp()"},
)


def item_row(index: int, record: object) -> ItemRow:
    """A row out of what a program sent. Raises RowRefused with all its mistakes."""
    return row_of(index, check.checked(record, CHECKS, required=("id", "title")))


def row_of(index: int, values: dict[str, Any]) -> ItemRow:
    """A row out of checked values, by the names that they have in the API."""
    fields = {name: value for name, value in values.items() if name != "id"}
    return ItemRow(row_number=index, external_id=values["id"], publication_given="published_at" in values, **fields)


def upsert_items(*, catalog: Catalog, rows: Sequence[ItemRow]) -> list[WrittenRow]:
    """Make the items that are new and change what the rows mention of the others; one answer for each row, in order.

    Of rows with one id the last counts. Attributes and translations are merged by name: None takes one away. One
    statement where all are new, three otherwise; `items_imported` is sent after the commit when something changed.
    """
    batch = without_repetitions(rows, lambda row: row.external_id)
    with transaction.atomic():
        written = UPSERT.run(catalog, batch.rows, map(staged, batch.rows))
        if any(row.outcome in (Outcome.CREATED, Outcome.UPDATED) for row in written):
            transaction.on_commit(lambda: items_imported.send(sender=Catalog, catalog_id=catalog.pk), robust=True)
    return batch.answers(written)
