"""Rows of interactions."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from catalog.importing.moments import latest_moment
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions, open_rows
from recommender.services.importing_rows import INTERACTION_LAYOUT, InteractionRow, interaction_rows
from tests.catalog.importing.reading import write

LATEST = latest_moment(datetime(2026, 11, 24, tzinfo=UTC))
KINDS = frozenset({"view", "like", "rating"})


def rows_of(path: Path, default_kind: str | None = "rating") -> list[InteractionRow | RowError]:
    with open_rows(path, INTERACTION_LAYOUT, ReadOptions()) as file:
        return list(interaction_rows(file, kinds=KINDS, default_kind=default_kind, latest=LATEST))


def test_every_field_is_understood(tmp_path: Path) -> None:
    path = write(
        tmp_path / "interactions.csv",
        "user_id,item_id,kind,value,timestamp,seq,interaction_id\n"
        "alice,1,like,,2000-07-30T18:08:19Z,,e1\nbob,2,,4.5,964980499,7,\n",
    )
    assert rows_of(path) == [
        InteractionRow(2, "alice", "1", "like", None, 964_980_499_000_000, None, "e1"),
        InteractionRow(3, "bob", "2", "rating", 4.5, 964_980_499_000_000, 7, None),
    ]


def test_json_lines_give_the_same_rows(tmp_path: Path) -> None:
    path = write(
        tmp_path / "interactions.jsonl",
        '{"user_id": 1, "item_id": 2, "value": 4.5, "timestamp": 964980499, "sequence": 7}\n',
    )
    assert rows_of(path) == [InteractionRow(1, "1", "2", "rating", 4.5, 964_980_499_000_000, 7, None)]


def test_bad_values_are_refused_with_their_column(tmp_path: Path) -> None:
    path = write(
        tmp_path / "interactions.csv",
        "user_id,item_id,kind,value,timestamp,sequence\n"
        "alice,1,like,five,964980499,\n"
        "alice,1,like,NaN,964980499,\n"
        "alice,1,like,4,yesterday,\n"
        "alice,1,like,4,-5,\n"
        "alice,1,like,4,2027-01-01,\n"
        "alice,1,adore,4,964980499,\n"
        ",1,like,4,964980499,\n"
        "alice,,like,4,964980499,\n"
        "alice,1,like,4,,first\n",
    )
    assert [(row.row_number, row.column, row.value) for row in rows_of(path) if isinstance(row, RowError)] == [
        (2, "value", "five"),
        (3, "value", "NaN"),
        (4, "timestamp", "yesterday"),
        (5, "timestamp", "-5"),
        (6, "timestamp", "2027-01-01"),
        (7, "kind", "adore"),
        (8, "user_id", ""),
        (9, "item_id", ""),
        (10, "sequence", "first"),
    ]


def test_row_without_a_kind_is_refused_where_there_is_no_other(tmp_path: Path) -> None:
    path = write(tmp_path / "interactions.csv", "user_id,item_id,kind\nalice,1,\n")
    assert rows_of(path, default_kind=None)[0] == RowError(
        2, "kind", "", "is empty, and --kind names none for such rows"
    )


def test_kind_of_another_json_type_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "i.jsonl", '{"user_id": "a", "item_id": "1", "kind": {"a": 1}, "timestamp": 5}\n')
    assert rows_of(path) == [RowError(1, "kind", "{'a': 1}", "is an object, not a text")]


def test_refused_row_without_time_keeps_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "interactions.csv", "user_id,item_id,value\nalice,1,x\nalice,2,4\n")
    rows = rows_of(path)
    assert rows[0] == RowError(2, "value", "x", "is not a number")
    assert rows[1] == InteractionRow(2, "alice", None, None, None, None, None, None)
    assert rows[2] == InteractionRow(3, "alice", "2", "rating", 4.0, None, None, None)
