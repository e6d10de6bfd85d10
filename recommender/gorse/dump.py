"""Files that Gorse exports (JSON lines of users, items or feedback) into a catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TypeVar

from catalog.importing.exceptions import FileRefused, InvalidValue
from catalog.importing.item_import import import_items
from catalog.importing.items import ItemRow
from catalog.importing.layout import Layout
from catalog.importing.outcome import ImportOutcome, MergeCounts, Refuse
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError, row_error
from catalog.importing.row_file import ReadOptions, Record, RowFile, open_rows
from catalog.models import Catalog
from recommender.gorse.feedback import feedback_of
from recommender.gorse.items import item_of
from recommender.gorse.users import user_of
from recommender.selectors.effective import CLOCK_ERROR
from recommender.services.importing_feedback import FeedbackFileRow, import_feedback
from recommender.services.importing_profiles import ProfileRow, import_profiles
from recommender.services.profile_writing import row_of as profile_row_of
from users.erasures import Way

T = TypeVar("T")
ROWS_LOOKED_AT = 1_000


class Rows(StrEnum):
    """What a file holds, in the order in which they are imported."""

    USERS = "users"
    ITEMS = "items"
    FEEDBACK = "feedback"


LAYOUTS = {
    Rows.USERS: Layout(required=("userid",), optional=("labels", "comment")),
    Rows.ITEMS: Layout(required=("itemid",), optional=("ishidden", "categories", "timestamp", "labels", "comment")),
    Rows.FEEDBACK: Layout(
        required=("feedbacktype", "userid", "itemid"), optional=("value", "timestamp", "labels", "comment")
    ),
}
ANY = Layout(required=(), optional=tuple(frozenset().union(*(layout.fields for layout in LAYOUTS.values()))))


@dataclass(frozen=True)
class DumpImport:
    """What the files of one import share; `refuse_for` gives for a file what takes its refused rows."""

    catalog: Catalog
    options: ReadOptions
    now: datetime
    refuse_for: Callable[[Path], Refuse]
    progress: Progress
    consent: Way | None = None


def import_dump(files: Sequence[Path], shared: DumpImport, *, rows: Rows | None = None) -> list[ImportOutcome]:
    """Import files in the order users, items, feedback; in the caller's transaction.

    rows: what all of them hold; None: what their keys say. Raises FileRefused.
    """
    if shared.options.columns:
        raise FileRefused("Gorse's export has its own names: --column does not apply.")
    kinds = [(rows or rows_of(path, shared.options), path) for path in files]
    order = list(Rows)
    return [
        outcome
        for kind, path in sorted(kinds, key=lambda one: order.index(one[0]))
        for outcome in _import(kind, path, shared)
    ]


def rows_of(path: Path, options: ReadOptions) -> Rows:
    """What a file holds, by the keys of its first good row. Raises FileRefused where they do not say it."""
    with open_rows(path, ANY, options) as file:
        _check(file)
        for row in islice(file, ROWS_LOOKED_AT):
            if not isinstance(row, RowError):
                for kind in (Rows.FEEDBACK, Rows.ITEMS, Rows.USERS):
                    if row[1].keys() >= set(LAYOUTS[kind].required):
                        return kind
                break
    raise FileRefused(
        f"{path.name} has no row with FeedbackType, UserId and ItemId, with ItemId or with UserId at its beginning: "
        "is it an export of Gorse? --rows says what it holds."
    )


def _import(kind: Rows, path: Path, shared: DumpImport) -> Iterator[ImportOutcome]:
    refuse = shared.refuse_for(path)
    items_made = 0
    with open_rows(path, LAYOUTS[kind], shared.options) as file:
        _check(file)
        read = shared.progress.reading(file)
        if kind is Rows.USERS:
            rows = _mapped(read, _profile_row)
            counts, refused = import_profiles(catalog=shared.catalog, rows=rows, refuse=refuse, consent=shared.consent)
        elif kind is Rows.ITEMS:
            counts, refused = import_items(catalog=shared.catalog, rows=_mapped(read, _item_row), refuse=refuse)
        else:
            counts, refused, items_made = import_feedback(
                catalog=shared.catalog,
                rows=_mapped(read, lambda number, record: _feedback_row(number, record, shared.now)),
                refuse=refuse,
                consent=shared.consent,
            )
        yield ImportOutcome(
            name=kind,
            counts=counts,
            refused=refused,
            empty_rows=file.empty_rows,
            unused_columns=tuple(name for name, key in file.columns.items() if key not in LAYOUTS[kind].fields),
        )
    if items_made:
        yield ImportOutcome(name="items that feedback alone names", counts=MergeCounts(new=items_made))


def _check(file: RowFile) -> None:
    if file.is_table:
        raise FileRefused(f"{file.name} is no JSON lines file: export users, items and feedback as JSONL from Gorse.")


def _mapped(
    rows: Iterable[tuple[int, Record] | RowError], row_from: Callable[[int, Record], T]
) -> Iterator[T | RowError]:
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        try:
            yield row_from(*row)
        except InvalidValue as error:
            yield row_error(row[0], error)


def _profile_row(number: int, record: Record) -> ProfileRow:
    user = user_of(record)
    return profile_row_of(number, {"id": user.user_id, "name": user.name, "attributes": user.attributes})


def _item_row(number: int, record: Record) -> ItemRow:
    item = item_of(record)
    return ItemRow(
        row_number=number,
        external_id=item.item_id,
        title=item.title,
        description=item.description,
        categories=list(item.categories),
        attributes=item.attributes,
        hidden=item.is_hidden,
        published_at=item.timestamp,
        publication_given=True,
    )


def _feedback_row(number: int, record: Record, now: datetime) -> FeedbackFileRow:
    feedback = feedback_of(record)
    row = feedback.as_row()
    if row.occurred_at is not None and row.occurred_at > now + CLOCK_ERROR:
        raise InvalidValue("Timestamp", record.get("timestamp"), "lies in the future")
    return FeedbackFileRow(number, row.kind, row.profile_id, row.item_id, row.value, row.occurred_at, row.details or {})
