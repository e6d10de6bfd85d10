"""However long a file is, reading it needs the same memory."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from catalog.importing.items import ITEM_LAYOUT, item_rows
from catalog.importing.row_file import ReadOptions, open_rows

# Kept, they would take some 30 MB.
ROWS = 60_000
ALLOWED_BYTES = 2_000_000


def write_many(path: Path, line: str, header: str = "") -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write(header)
        file.writelines(line.replace("#", str(number)) for number in range(ROWS))


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("item_id,title,categories,runtime\n", "#,Film number #,Film|Drama,90\n"),
        ("", '{"item_id": "#", "title": "Film number #", "categories": ["Film"], "runtime": 90}\n'),
        ("item_id,title,categories\n", "#,,Film\n"),
    ],
    ids=["table", "json-lines", "nothing-but-refused-rows"],
)
def test_reading_sixty_thousand_rows_stays_within_two_megabytes(tmp_path: Path, header: str, line: str) -> None:
    path = tmp_path / "items.gz"
    write_many(path, line, header)
    with open_rows(path, ITEM_LAYOUT, ReadOptions()) as file:
        rows = item_rows(file)
        next(rows)
        tracemalloc.start()
        try:
            count = sum(1 for _ in rows)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert count == ROWS - 1
    assert peak < ALLOWED_BYTES
