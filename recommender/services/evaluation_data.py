"""A folder of files as a data set to evaluate on: the readers and the errors of imports, and no database.

Understood are `items`, `interactions` and, where there are any, `eval_valid` and `eval_test` (.csv or .jsonl, also
.gz), or MovieLens as GroupLens publishes it. Beside the columns of an import, interactions may have `fold` and `split`.

Tags are left out: people who rate also write tags, so they tell what was liked. Of the other columns an item's text
has title, categories and description alone. Hidden items are judged like all others, since hiding is no ranking.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from catalog.importing.exceptions import FileRefused, InvalidValue
from catalog.importing.items import ITEM_LAYOUT, ItemRow, item_row
from catalog.importing.layout import Layout
from catalog.importing.moments import SECOND, latest_moment, past_moment
from catalog.importing.movielens import RATING_COLUMNS, MovieLensFiles, open_movielens_items
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError, row_error
from catalog.importing.row_file import ReadOptions, Record, open_rows
from catalog.importing.values import finite_number, identifier, plain_text, whole_number
from catalog.models import Item
from recommender.embeddings.item_text import DEFAULT_TEXT_TEMPLATE
from recommender.evaluation.dataset import Dataset, EvalCase, Part
from recommender.selectors.item_texts import rendered_text
from recommender.services.importing import ENDINGS, find_files

EVENT_LAYOUT = Layout(
    required=("user_id", "item_id"),
    optional=("value", "timestamp", "sequence", "fold", "split"),
    aliases={"seq": "sequence"},
)
QUESTION_LAYOUT = Layout(required=("user_id", "history_item_ids", "target_item_id"), optional=())
SPLITS: Mapping[str, Part] = {"train": "train", "valid": "valid", "test": "test"}

# Takes each row that is not used, and the file that it stands in.
RefuseIn = Callable[[Path, RowError], None]

Row = TypeVar("Row")


@dataclass(frozen=True)
class EvaluationData:
    """A data set, and its items as an import would bring them, by id."""

    dataset: Dataset
    items: Mapping[str, ItemRow]


@dataclass(frozen=True, slots=True)
class _Event:
    user: str
    item: str
    value: float | None
    occurred_us: int | None
    order: int
    fold: str | None
    split: str | None


@dataclass(frozen=True, slots=True)
class _Question:
    part: Part
    user: str
    history: Sequence[str]
    target: str


def read_folder(folder: Path, *, now: datetime, refuse: RefuseIn) -> EvaluationData:
    """Read everything that the folder holds.

    Args:
        folder: of one data set.
        now: interactions that lie after it are refused.
        refuse: is told each row that cannot be used; the others are judged.

    Raises:
        FileRefused: the folder is no data set, a file cannot be used, or not one row of it can.
    """
    files, questions = find_files(folder), list[_Question]()
    if isinstance(files, MovieLensFiles):
        items = _items(_movielens_items(files), files.movies, refuse)
        events = _events(files.ratings, ReadOptions(columns=RATING_COLUMNS), items, now, refuse)
        return EvaluationData(_dataset(items, events, questions), items)
    if files.items is None or files.interactions is None:
        missing = "items" if files.items is None else "interactions"
        raise FileRefused(f"{folder} has no {missing}.csv (or .jsonl, or .gz of them): it cannot be judged by.")
    items = _items(_parsed(files.items, ITEM_LAYOUT, item_row), files.items, refuse)
    events = _events(files.interactions, ReadOptions(), items, now, refuse)
    for part in (SPLITS["valid"], SPLITS["test"]):
        if path := _question_file(folder, part):
            questions += _questions(path, part, items, refuse)
    return EvaluationData(_dataset(items, events, questions), items)


def _questions(path: Path, part: Part, items: Mapping[str, ItemRow], refuse: RefuseIn) -> list[_Question]:
    def question(number: int, record: Record) -> _Question:
        return _question(part, record, items)

    return _usable(path, _parsed(path, QUESTION_LAYOUT, question), refuse)


def _question_file(folder: Path, part: Part) -> Path | None:
    found = [path for ending in ENDINGS if (path := folder / f"eval_{part}{ending}").exists()]
    if len(found) > 1:
        raise FileRefused(f"{folder} holds {' and '.join(path.name for path in found)}: which one? Remove the other.")
    return found[0] if found else None


def _parsed(
    path: Path, layout: Layout, parse: Callable[[int, Record], Row], options: ReadOptions | None = None
) -> Iterator[Row | RowError]:
    """Each row of a file as `parse` makes it, or why it cannot be used."""
    with open_rows(path, layout, options or ReadOptions()) as rows:
        for row in rows:
            if isinstance(row, RowError):
                yield row
                continue
            try:
                yield parse(*row)
            except InvalidValue as error:
                yield row_error(row[0], error)


def _usable(path: Path, rows: Iterable[Row | RowError], refuse: RefuseIn) -> list[Row]:
    """The rows that can be used; the others are told. Raises FileRefused where there are none."""
    used: list[Row] = []
    first: RowError | None = None
    for row in rows:
        if isinstance(row, RowError):
            first = first or row
            refuse(path, row)
        else:
            used.append(row)
    if not used:
        why = "" if first is None else f": row {first.row_number}, {first.column} {first.value!r} {first.reason}"
        raise FileRefused(f"{path.name} has not one row that can be used{why}.")
    return used


def _movielens_items(files: MovieLensFiles) -> Iterator[ItemRow | RowError]:
    with open_movielens_items(replace(files, tags=None, links=None), ReadOptions(), Progress()) as (_, rows):
        yield from rows


def _items(rows: Iterable[ItemRow | RowError], path: Path, refuse: RefuseIn) -> dict[str, ItemRow]:
    items: dict[str, ItemRow] = {}
    for row in _usable(path, rows, refuse):
        if first := items.get(row.external_id):
            reason = f"stands already in row {first.row_number}"
            refuse(path, RowError(row.row_number, "item_id", row.external_id, reason))
        else:
            items[row.external_id] = replace(row, tags=None, hidden=None)
    return items


def _events(
    path: Path, options: ReadOptions, items: Mapping[str, ItemRow], now: datetime, refuse: RefuseIn
) -> list[_Event]:
    latest = latest_moment(now)
    rows_by_identity: dict[tuple[object, ...], int] = {}

    def event(number: int, record: Record) -> _Event:
        read = _event(number, record, items, latest)
        when = record.get("sequence") if read.occurred_us is None else read.occurred_us
        # As in an import: without time and sequence each row is an interaction of its own.
        first = rows_by_identity.setdefault((read.user, read.item, when), number) if when else number
        if first != number:
            raise InvalidValue("item_id", read.item, f"is the same interaction as row {first}")
        return read

    return _usable(path, _parsed(path, EVENT_LAYOUT, event, options), refuse)


def _event(number: int, record: Record, items: Mapping[str, ItemRow], latest: int) -> _Event:
    sequence = whole_number(record.get("sequence"), "sequence")
    split = plain_text(record["split"], "split") if "split" in record else None
    if split is not None and split not in SPLITS:
        raise InvalidValue("split", split, f"is none of {', '.join(SPLITS)}")
    return _Event(
        user=identifier(record.get("user_id"), "user_id"),
        item=_known_item(record.get("item_id"), "item_id", items),
        value=finite_number(record.get("value"), "value"),
        occurred_us=past_moment(record.get("timestamp"), "timestamp", latest),
        order=number if sequence is None else sequence,
        fold=plain_text(record["fold"], "fold") if "fold" in record else None,
        split=split,
    )


def _question(part: Part, record: Record, items: Mapping[str, ItemRow]) -> _Question:
    history = plain_text(record.get("history_item_ids"), "history_item_ids")
    return _Question(
        part,
        identifier(record.get("user_id"), "user_id"),
        # No list of names: an item that was used twice stands there twice.
        [_known_item(item, "history_item_ids", items) for item in history.split("|") if item.strip()],
        _known_item(record.get("target_item_id"), "target_item_id", items),
    )


def _known_item(value: object, column: str, items: Mapping[str, ItemRow]) -> str:
    item_id = identifier(value, column)
    if item_id not in items:
        raise InvalidValue(column, value, "is no item of this data set")
    return item_id


def _dataset(items: Mapping[str, ItemRow], events: Sequence[_Event], questions: Sequence[_Question]) -> Dataset:
    item_ids = sorted(items, key=_natural)
    user_ids = sorted({event.user for event in events} | {question.user for question in questions}, key=_natural)
    item_rows, user_rows = _rows_of(item_ids), _rows_of(user_ids)
    return Dataset(
        item_ids=item_ids,
        user_ids=user_ids,
        item_titles=[items[item_id].title for item_id in item_ids],
        item_texts=[item_text(items[item_id]) for item_id in item_ids],
        users=np.array([user_rows[event.user] for event in events], dtype=np.int64),
        items=np.array([item_rows[event.item] for event in events], dtype=np.int64),
        values=np.array([np.nan if event.value is None else event.value for event in events]),
        timestamps=np.array([np.nan if event.occurred_us is None else event.occurred_us / SECOND for event in events]),
        order=np.array([event.order for event in events], dtype=np.int64),
        fold=[event.fold or "" for event in events] if any(event.fold for event in events) else None,
        split=[event.split or "train" for event in events] if any(event.split for event in events) else None,
        eval_cases=tuple(
            EvalCase(
                question.part,
                user_rows[question.user],
                tuple(item_rows[item_id] for item_id in question.history),
                item_rows[question.target],
            )
            for question in questions
        ),
    )


def item_text(row: ItemRow) -> str:
    """The text that an embedding space shows its encoder, by the template that new spaces have."""
    item = Item(
        title=row.title,
        kind=row.kind or "",
        description=row.description or "",
        language=row.language or "",
        categories=row.categories or [],
        attributes=row.attributes or {},
        translations=row.translations or {},
    )
    return rendered_text(item, DEFAULT_TEXT_TEMPLATE)


def _natural(identifier: str) -> tuple[int, str]:
    """Numbers in their own order, as a catalogue counts them."""
    return len(identifier), identifier


def _rows_of(ids: Sequence[str]) -> dict[str, int]:
    return {identifier: row for row, identifier in enumerate(ids)}
