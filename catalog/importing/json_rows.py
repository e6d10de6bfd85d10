"""JSON lines: one object a line, read strictly."""

from __future__ import annotations

import json
from collections.abc import Iterator

from catalog.importing.exceptions import FileRefused
from catalog.importing.layout import LONGEST_COLUMN_NAME, MOST_COLUMNS, ColumnMapping
from catalog.importing.row_error import INVISIBLE, RowError, shown
from catalog.importing.text_lines import TextLines

LONGEST_OBJECT = 4_000_000
DEEPEST_NESTING = 32


class JsonRows:
    """Iterates over (line number, record) and RowError.

    Attributes:
        columns: the keys met so far, in the order of their first appearance.
        keys: for each column its field, its own name, or '' when it is not used.
        empty_rows: how many empty lines have been passed over so far.
    """

    def __init__(self, lines: TextLines, mapping: ColumnMapping) -> None:
        self._lines = lines
        self._mapping = mapping
        self._key_of: dict[str, str] = {}
        self.empty_rows = 0

    @property
    def columns(self) -> list[str]:
        return list(self._key_of)

    @property
    def keys(self) -> list[str]:
        return list(self._key_of.values())

    def __iter__(self) -> Iterator[tuple[int, dict[str, object]] | RowError]:
        for number, line in enumerate(self._lines, start=1):
            self._lines.unfinished_characters = 0
            self._lines.has_nul = False
            if line.isspace():
                self.empty_rows += 1
                continue
            if line.strip() in ("[", "{"):
                raise self._not_lines(number)
            try:
                yield number, self._record(line)
            except _BadLine as error:
                yield RowError(number, error.key, shown(line.strip()), str(error))

    def _record(self, line: str) -> dict[str, object]:
        try:
            content = parse_object(line)
        except _BadLine as error:
            if not line.endswith(("\n", "\r")):
                raise _BadLine(f"{error}; it is the last line: is the file cut off?") from error
            raise
        record: dict[str, object] = {}
        for column, value in content.items():
            key = self._key_of.get(column)
            if key is None:
                key = self._new_key(column)
            if key in record and key:
                raise _BadLine(f"{key} is given twice", key)
            record[key] = value
        return record

    def _new_key(self, column: str) -> str:
        if len(column) > LONGEST_COLUMN_NAME:
            raise _BadLine(f"a key is longer than {LONGEST_COLUMN_NAME} characters", shown(column))
        if len(self._key_of) == MOST_COLUMNS:
            raise FileRefused(f"{self._lines.name}: its objects have more than {MOST_COLUMNS:,} different keys.")
        key = self._key_of[column] = self._mapping.key_of(column)
        return key

    def _not_lines(self, number: int) -> FileRefused:
        return FileRefused(
            f"{self._lines.name}: line {number} begins a list or an object that goes on over many lines. One JSON "
            "object a line is read (JSON lines): jq -c '.[]' makes them from a list."
        )


class _BadLine(ValueError):
    def __init__(self, reason: str, key: str = "") -> None:
        super().__init__(reason)
        self.key = key


def parse_object(text: str) -> dict[str, object]:
    """One JSON object, without doubled keys, NaN, deep nesting or characters that no text has.

    Raises ValueError with the reason.
    """
    if len(text) > LONGEST_OBJECT:
        raise _BadLine(f"the object is longer than {LONGEST_OBJECT:,} characters")
    # Only a text with that many brackets can be nested that deeply: the usual one is not searched.
    if text.count("{") + text.count("[") > DEEPEST_NESTING and _depth(text) > DEEPEST_NESTING:
        raise _BadLine(f"the object is nested more than {DEEPEST_NESTING} levels deep")
    if "\0" in text:
        raise _BadLine("the line contains a NUL character")
    try:
        content = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise _BadLine(f"it is not JSON at character {error.pos + 1}: {error.msg}") from error
    except RecursionError as error:
        raise _BadLine("the object is nested too deeply") from error
    if not isinstance(content, dict):
        raise _BadLine("it is not a JSON object: {...}")
    if "\\u" in text:
        _refuse_impossible_text(content)
    return content


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) < len(pairs):
        keys = [key for key, _ in pairs]
        doubled = next(key for key in keys if keys.count(key) > 1)
        raise _BadLine(f"the key {shown(doubled)!r} stands twice in one object", shown(doubled))
    return content


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise _BadLine(f"{shown(text)} is larger than any number that can be stored")
    return number


def _whole(text: str) -> int:
    if len(text) > 100:
        raise _BadLine(f"a number of {len(text):,} digits")
    return int(text)


def _no_constant(name: str) -> float:
    raise _BadLine(f"{name} is not JSON")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_int=_whole, parse_constant=_no_constant
)


def _depth(text: str) -> int:
    """How deep brackets nest; those inside strings do not count."""
    depth = deepest = 0
    inside_string = escaped = False
    for character in text:
        if inside_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                inside_string = False
        elif character == '"':
            inside_string = True
        elif character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    return deepest


def _refuse_impossible_text(value: object) -> None:
    """JSON can write NUL and half a surrogate pair as \\u escapes; no database text can hold them."""
    if isinstance(value, str):
        for found in INVISIBLE.finditer(value):
            if found[0] == "\0" or "\ud800" <= found[0] <= "\udfff":
                raise _BadLine(f"a text contains {shown(found[0])}, which is no character")
    elif isinstance(value, dict):
        for key, entry in value.items():
            _refuse_impossible_text(key)
            _refuse_impossible_text(entry)
    elif isinstance(value, list):
        for entry in value:
            _refuse_impossible_text(entry)
