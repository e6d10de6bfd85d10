"""Interactions into a catalog: the whole file in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from catalog.importing.layout import Layout
from catalog.importing.moments import latest_moment
from catalog.importing.outcome import ImportOutcome, MergeCounts, Refuse
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions, open_rows
from catalog.importing.staging import refresh_statistics, staging_table
from catalog.models import Catalog
from recommender.models import InteractionKind
from recommender.services.importing_erased import check_for_erasures_meanwhile, refuse_erased
from recommender.services.importing_kinds import choose_kind
from recommender.services.importing_merge import STAGED_COLUMNS, give_positions, merge
from recommender.services.importing_rows import INTERACTION_LAYOUT, InteractionRow, interaction_rows
from users.erasures import Way

READ_BY_REQUESTS = ("catalog_id", "profile_id", "item_id", "kind_id", "occurred_at")


@dataclass
class _Read:
    """What is known of the rows once they have been read."""

    refused: int = 0
    placeholders: int = 0
    any_lacks_order: bool = False


@transaction.atomic
def import_interaction_file(
    *,
    catalog: Catalog,
    path: Path,
    options: ReadOptions,
    kind: str | None,
    now: datetime,
    refuse: Refuse,
    progress: Progress,
    consent: Way | None = None,
    layout: Layout = INTERACTION_LAYOUT,
) -> ImportOutcome:
    """Insert and update interactions from a CSV or JSON lines file; people who are not known yet become profiles.

    Rows about items that the catalog does not have are refused, and so are those of people who were erased, unless
    they agreed to come back by the way `consent`. `kind` is that of rows that name none. `layout`: the fields
    of interactions; its aliases may be more than the usual ones. Raises FileRefused, and then nothing changes.
    """
    kinds = kind_ids(catalog)
    with open_rows(path, layout, options) as file:
        default_kind, records = choose_kind(progress.reading(file), asked=kind, kinds=kinds, file_name=file.name)
        rows = interaction_rows(records, kinds=kinds, default_kind=default_kind, latest=latest_moment(now))
        value_given = not file.is_table or "value" in file.keys
        counts, refused = import_interactions(
            catalog=catalog, rows=rows, value_given=value_given, refuse=refuse, consent=consent
        )
        return ImportOutcome(
            name="interactions",
            counts=counts,
            refused=refused,
            empty_rows=file.empty_rows,
            unused_columns=tuple(name for name, key in file.columns.items() if key not in INTERACTION_LAYOUT.fields),
        )


@transaction.atomic
def import_interactions(
    *,
    catalog: Catalog,
    rows: Iterable[InteractionRow | RowError],
    value_given: bool,
    refuse: Refuse,
    consent: Way | None = None,
) -> tuple[MergeCounts, int]:
    """Bring rows into the catalog as they are read; what became of them, and how many were refused.

    One import at a time works on a catalog: the others wait.
    """
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    read = _Read()
    ids = kind_ids(catalog)
    with staging_table("staged_interaction", STAGED_COLUMNS) as table:
        count = table.fill(_usable(rows, ids, read, refuse)) - read.placeholders
        if read.any_lacks_order:
            give_positions()
        erased = refuse_erased(catalog, table=table.name, column="user_id", consent=consent, refuse=refuse)
        counts, refused = merge(catalog, count=count - erased, value_given=value_given, refuse=refuse)
        check_for_erasures_meanwhile(catalog, table=table.name, column="user_id")
    refresh_statistics("recommender_interaction", READ_BY_REQUESTS, changed_rows=counts.new + counts.changed)
    return counts, read.refused + erased + refused


def kind_ids(catalog: Catalog) -> dict[str, int]:
    """The primary keys of the catalog's kinds, by name."""
    return dict(InteractionKind.objects.filter(catalog=catalog).values_list("name", "pk"))


def _usable(
    rows: Iterable[InteractionRow | RowError], ids: Mapping[str, int], read: _Read, refuse: Refuse
) -> Iterator[tuple[object, ...]]:
    for row in rows:
        if isinstance(row, RowError):
            read.refused += 1
            refuse(row)
            continue
        if row.lacks_order:
            read.any_lacks_order = True
            read.placeholders += row.is_placeholder
        yield (*row[:3], None if row.kind is None else ids[row.kind], *row[4:])
