"""A file opened for import: whatever it is, its rows come out the same way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from catalog.importing.byte_source import ByteSource, ReadLimits
from catalog.importing.csv_rows import CsvRows
from catalog.importing.exceptions import FileRefused
from catalog.importing.json_rows import JsonRows
from catalog.importing.layout import ColumnMapping, Layout
from catalog.importing.row_error import RowError
from catalog.importing.text_lines import TextLines

Record = dict[str, object]


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file: `columns` maps a field to the file's own column name."""

    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    limits: ReadLimits = field(default_factory=ReadLimits)


class Position(Protocol):
    """How far a file has been read, in bytes as they lie on the disk."""

    @property
    def position_bytes(self) -> int: ...

    @property
    def size_bytes(self) -> int: ...


class RowFile:
    """Iterates, once, over (row number, record) of rows that are well formed and RowError of those that are not.

    A record's keys are fields of the layout, or the file's own column names; '' is a column that is not used.
    """

    def __init__(self, rows: CsvRows | JsonRows, source: ByteSource) -> None:
        self._rows = rows
        self.position: Position = source
        self.name = source.name

    def __iter__(self) -> Iterator[tuple[int, Record] | RowError]:
        return iter(self._rows)

    @property
    def is_table(self) -> bool:
        """Whether every row has the same columns, known from the start."""
        return isinstance(self._rows, CsvRows)

    @property
    def keys(self) -> list[str]:
        """Fields and other columns of the rows read so far."""
        return self._rows.keys

    @property
    def columns(self) -> dict[str, str]:
        """Each column's name as it is written, and its key."""
        return {name or "(no name)": key for name, key in zip(self._rows.columns, self._rows.keys, strict=True)}

    @property
    def empty_rows(self) -> int:
        return self._rows.empty_rows


@contextmanager
def open_rows(path: Path, layout: Layout, options: ReadOptions) -> Iterator[RowFile]:
    """Open a CSV or JSON lines file, plain or gzipped; what it is shows in its content, not in its name.

    Raises FileRefused, also while rows are read, when the file as a whole cannot be used.
    """
    mapping = ColumnMapping(layout, options.columns)
    with ByteSource(path, options.limits) as source:
        lines = TextLines(source, options.encoding)
        yield RowFile(_rows(lines, mapping, _first_character(source, options.encoding)), source)


def _rows(lines: TextLines, mapping: ColumnMapping, first_character: str) -> CsvRows | JsonRows:
    if first_character == "{":
        return JsonRows(lines, mapping)
    if first_character == "[":
        raise FileRefused(
            f"{lines.name} is a JSON list. One JSON object a line is read (JSON lines): jq -c '.[]' makes them."
        )
    return CsvRows(lines, mapping)


def _first_character(source: ByteSource, encoding: str) -> str:
    """The first character that says something, as far as the head of the file shows it."""
    text = source.head.decode(encoding, errors="ignore")
    return text.lstrip("\ufeff \t\r\n")[:1]
