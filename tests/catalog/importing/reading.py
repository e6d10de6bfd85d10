"""What the tests of importing share: writing a file and reading it the way an import does."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from catalog.importing.byte_source import ReadLimits
from catalog.importing.exceptions import FileRefused
from catalog.importing.items import ITEM_LAYOUT, ItemRow, item_rows
from catalog.importing.layout import Layout
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions, Record, open_rows

Row = tuple[int, Record]


def write(path: Path, content: str | bytes, *, packed: bool = False) -> Path:
    raw = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(raw) if packed else raw)
    return path


def options_for(
    columns: dict[str, str] | None = None, encoding: str = "utf-8", limits: ReadLimits | None = None
) -> ReadOptions:
    return ReadOptions(columns=columns or {}, encoding=encoding, limits=limits or ReadLimits())


def read_rows(
    path: Path, layout: Layout = ITEM_LAYOUT, options: ReadOptions | None = None
) -> tuple[list[Row], list[RowError]]:
    """The well-formed rows of a file and the others."""
    with open_rows(path, layout, options or ReadOptions()) as file:
        rows = list(file)
    return [row for row in rows if not isinstance(row, RowError)], [row for row in rows if isinstance(row, RowError)]


def read_items(path: Path, options: ReadOptions | None = None) -> tuple[list[ItemRow], list[RowError]]:
    with open_rows(path, ITEM_LAYOUT, options or ReadOptions()) as file:
        rows = list(item_rows(file))
    return [row for row in rows if isinstance(row, ItemRow)], [row for row in rows if isinstance(row, RowError)]


def refusal_of(path: Path, options: ReadOptions | None = None) -> str:
    """Why a file of items is refused as a whole."""
    with pytest.raises(FileRefused) as caught:
        read_items(path, options)
    return str(caught.value)
