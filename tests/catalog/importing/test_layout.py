"""Which column is which field."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.importing.exceptions import FileRefused
from catalog.importing.items import ITEM_LAYOUT
from catalog.importing.layout import ColumnMapping
from tests.catalog.importing.reading import options_for, read_rows, refusal_of, write


def test_names_are_understood_in_any_case_and_with_blanks_around(tmp_path: Path) -> None:
    rows, _ = read_rows(write(tmp_path / "items.csv", " Item_ID , TITLE ,Mood\n1,Solaris,calm\n"))
    assert rows == [(2, {"item_id": "1", "title": "Solaris", "Mood": "calm"})]


def test_field_is_read_from_the_column_that_was_named(tmp_path: Path) -> None:
    path = write(tmp_path / "films.csv", "sku,name,title\n1,Solaris,unused\n")
    rows, _ = read_rows(path, options=options_for({"item_id": "sku", "title": "name"}))
    assert rows == [(2, {"item_id": "1", "title": "Solaris", "": "unused"})]


def test_json_keys_are_mapped_alike(tmp_path: Path) -> None:
    path = write(tmp_path / "films.jsonl", '{"sku": "1", "name": "Solaris"}\n')
    rows, _ = read_rows(path, options=options_for({"item_id": "sku", "title": "name"}))
    assert rows == [(1, {"item_id": "1", "title": "Solaris"})]


def test_named_column_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "films.csv", "item_id,title\n1,Solaris\n")
    assert "no column name (--column title=name). Its columns: item_id, title." in refusal_of(
        path, options_for({"title": "name"})
    )


def test_mapping_the_wrong_way_round_is_recognised() -> None:
    with pytest.raises(FileRefused, match=r"--column name=title: 'name' is none of .* Did you mean title=name\?"):
        ColumnMapping(ITEM_LAYOUT, {"name": "title"})


def test_one_column_cannot_be_two_fields() -> None:
    with pytest.raises(FileRefused, match="'name' cannot be two fields"):
        ColumnMapping(ITEM_LAYOUT, {"title": "name", "description": "name"})
