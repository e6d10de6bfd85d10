"""What is written as CSV or JSON lines comes back as it was."""

from __future__ import annotations

import csv
import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.exceptions import FileRefused
from tests.catalog.importing.reading import read_items, read_rows, write

# Any text that a file can hold, control characters and line ends included.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
tables = st.lists(st.tuples(texts, texts, texts), max_size=8)


@given(table=tables, delimiter=st.sampled_from(",;\t"), line_end=st.sampled_from(["\n", "\r\n"]), packed=st.booleans())
def test_table_comes_back_cell_by_cell(
    table: list[tuple[str, str, str]], delimiter: str, line_end: str, packed: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder, "plain.csv")
        with plain.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
            writer.writerow(["item_id", "title", "mood"])
            writer.writerows(table)
        path = write(Path(folder, "items.csv"), plain.read_bytes(), packed=packed)
        rows, errors = read_rows(path)
    assert [tuple(record.values()) for _, record in rows] == table
    assert [number for number, _ in rows] == list(range(2, len(table) + 2))
    assert errors == []


@given(
    objects=st.lists(
        st.fixed_dictionaries(
            {"title": texts.map(lambda text: "t" + text), "tags": st.lists(texts), "n": st.integers(-(10**50), 10**50)}
        ).map(lambda record: {"item_id": "1", **record}),
        max_size=8,
    )
)
def test_json_lines_come_back_object_by_object(objects: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lines = "".join(json.dumps(record) + "\n" for record in objects)
        if not lines:
            return
        rows, errors = read_rows(write(Path(folder, "items.jsonl"), lines))
    assert errors == []
    assert [record for _, record in rows] == objects


@given(content=st.binary(max_size=300))
def test_no_bytes_whatever_end_the_import_otherwise_than_by_refusal(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for head in (b"", b"item_id,title\n", b'{"item_id": "1", "title": "a"}\n'):
            try:
                read_items(write(Path(folder, "items.csv"), head + content))
            except FileRefused:
                continue
