"""Tables with a header: comma, semicolon or tab, quoted as RFC 4180 says, strictly.

A row whose form is wrong is refused and the next line is a row again. That holds only where the fault ends with its
line: a quote that swallows whole lines makes it unknowable what is a row and what is text, so it refuses the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from catalog.importing.exceptions import FileRefused
from catalog.importing.layout import LONGEST_COLUMN_NAME, MOST_COLUMNS, ColumnMapping
from catalog.importing.row_error import RowError, shown
from catalog.importing.text_lines import TextLines

LONGEST_FIELD = 1_000_000
DELIMITERS = ",;\t"
QUOTED = re.compile(r'"(?:[^"]|"")*"')
# What spreadsheets write above the header to say how the file is separated.
SEPARATOR_LINE = re.compile(r"sep=(.)\s*\Z")


class CsvRows:
    """Iterates over (row number, record) and RowError; the header is read at once.

    Attributes:
        columns: the header's names as they are written.
        keys: for each column its field, its own name, or '' when it is not used.
        empty_rows: how many empty lines have been passed over so far.
    """

    def __init__(self, lines: TextLines, mapping: ColumnMapping) -> None:
        self._lines = lines
        self._row_number = 0
        self.empty_rows = 0
        # The limit belongs to the csv module as a whole; nothing else in GENRE reads CSV with another.
        csv.field_size_limit(LONGEST_FIELD)
        self._text = iter(lines)
        self._reader, header = self._read_header()
        self.columns = [name.replace("\ufeff", "").strip() for name in header]
        if len(self.columns) > MOST_COLUMNS:
            raise FileRefused(f"{lines.name}: {len(self.columns):,} columns; at most {MOST_COLUMNS:,} are taken.")
        if any(len(name) > LONGEST_COLUMN_NAME for name in self.columns):
            raise FileRefused(f"{lines.name}: a column's name is longer than {LONGEST_COLUMN_NAME} characters.")
        self._header = header
        self.keys = mapping.keys_of(self.columns, lines.name)

    def __iter__(self) -> Iterator[tuple[int, dict[str, object]] | RowError]:
        reader, lines, header, keys, width = self._reader, self._lines, self._header, self.keys, len(self.keys)
        while True:
            lines_before = lines.lines_read
            lines.unfinished_characters = 0
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                self._row_number += 1
                yield self._malformed(error, lines_before)
                continue
            self._row_number += 1
            if lines.has_nul:
                lines.has_nul = False
                yield self._error(cells, "the row contains a NUL character")
            elif len(cells) == width and cells != header:
                yield self._row_number, dict(zip(keys, cells, strict=True))
            elif not cells:
                self.empty_rows += 1
            elif cells == header:
                yield self._error(cells, "the row repeats the header")
            else:
                yield self._error(cells, self._wrong_width(len(cells), lines_before))

    def _read_header(self) -> tuple[Iterator[list[str]], list[str]]:
        """The reader behind the header, and the header's cells."""
        first = next(self._text, "")
        while first and not first.strip("\r\n \t\ufeff"):
            self._row_number += 1
            first = next(self._text, "")
        delimiter = None
        if found := SEPARATOR_LINE.fullmatch(first):
            delimiter = found[1]
            self._row_number += 1
            first = next(self._text, "")
        if not first:
            raise FileRefused(f"{self._lines.name} is empty: not even a header.")
        delimiter = delimiter or _delimiter_of(first)
        reader = csv.reader(_again(first, self._text), delimiter=delimiter, strict=True)
        try:
            header = next(reader)
        except csv.Error as error:
            raise FileRefused(f"{self._lines.name}: the header cannot be read: {error}.") from error
        if self._lines.has_nul:
            raise FileRefused(f"{self._lines.name}: the header contains a NUL character; is it a text file?")
        self._row_number += 1
        return reader, header

    def _malformed(self, error: csv.Error, lines_before: int) -> RowError:
        self._lines.has_nul = False
        first_line, last_line = lines_before + 1, self._lines.lines_read
        if last_line > first_line:
            raise FileRefused(
                f"{self._lines.name}: row {self._row_number} begins at line {first_line} and has a quote that is not "
                f"closed properly (or a value longer than {LONGEST_FIELD:,} characters): it reaches to line "
                f"{last_line}, so nothing behind it can be trusted. Close the quote (a quote inside quotes is "
                'doubled: "") and bring the file again.'
            )
        if "field limit" in str(error):
            reason = f"a value is longer than {LONGEST_FIELD:,} characters"
        elif "end of data" in str(error):
            reason = "a quote is opened and never closed; is the file cut off?"
        else:
            reason = 'a closed quote is followed by more text; a quote inside quotes is doubled: ""'
        return RowError(self._row_number, "", shown(self._lines.current.rstrip("\r\n")), reason)

    def _wrong_width(self, count: int, lines_before: int) -> str:
        last_line = self._lines.lines_read
        # A quote that is closed by another value's opening one joins rows: say which lines went into this one.
        extent = f", lines {lines_before + 1} to {last_line}," if last_line > lines_before + 1 else ""
        return f"the row{extent} has {count:,} columns, the header has {len(self.keys):,}"

    def _error(self, cells: list[str], reason: str) -> RowError:
        return RowError(self._row_number, "", shown(",".join(cells[:20])), reason)


def _delimiter_of(header_line: str) -> str:
    unquoted = QUOTED.sub("", header_line)
    return max(DELIMITERS, key=unquoted.count)


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
