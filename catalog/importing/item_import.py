"""Items into a catalog: the whole file in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.db import transaction

from catalog.importing.item_merge import STAGED_COLUMNS, merge, refuse_repeated, staged
from catalog.importing.items import ITEM_LAYOUT, ItemRow, item_rows
from catalog.importing.layout import Layout
from catalog.importing.outcome import ImportOutcome, MergeCounts, Refuse
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions, RowFile, open_rows
from catalog.importing.staging import refresh_statistics, staging_table
from catalog.models import Catalog
from catalog.signals import items_imported

READ_BY_REQUESTS = ("catalog_id", "external_id", "hidden", "published_at")


def import_item_file(
    *,
    catalog: Catalog,
    path: Path,
    options: ReadOptions,
    refuse: Refuse,
    progress: Progress,
    layout: Layout = ITEM_LAYOUT,
) -> ImportOutcome:
    """Insert and update items from a CSV or JSON lines file.

    What the file does not mention stays: items, fields and attributes. Raises FileRefused, and then nothing changes.
    `layout`: the fields of items; its aliases may be more than the usual ones.
    """
    with open_rows(path, layout, options) as rows:
        counts, refused = import_items(catalog=catalog, rows=item_rows(progress.reading(rows)), refuse=refuse)
        return ImportOutcome(
            name="items",
            counts=counts,
            refused=refused,
            empty_rows=rows.empty_rows,
            attribute_columns=attribute_columns(rows),
            unused_columns=tuple(name for name, key in rows.columns.items() if not key),
        )


@transaction.atomic
def import_items(*, catalog: Catalog, rows: Iterable[ItemRow | RowError], refuse: Refuse) -> tuple[MergeCounts, int]:
    """Bring rows into the catalog as they are read; what became of them, and how many were refused.

    One import at a time works on a catalog: the others wait. `items_imported` is sent after the commit when something
    changed.
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
                yield staged(row)

    with staging_table("staged_item", STAGED_COLUMNS) as table:
        count = table.fill(usable())
        repeated = refuse_repeated(refuse)
        counts = merge(catalog, count=count - repeated)
    refresh_statistics("catalog_item", READ_BY_REQUESTS, changed_rows=counts.new + counts.changed)
    if counts.new or counts.changed:
        transaction.on_commit(lambda: items_imported.send(sender=Catalog, catalog_id=catalog.pk))
    return counts, refused + repeated


def attribute_columns(rows: RowFile) -> tuple[str, ...]:
    return tuple(name for name, key in rows.columns.items() if key and key not in ITEM_LAYOUT.fields)
