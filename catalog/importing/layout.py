"""Which columns a kind of file has, and which of a file's own columns are meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from catalog.importing.exceptions import FileRefused

MOST_COLUMNS = 2_000
LONGEST_COLUMN_NAME = 255


@dataclass(frozen=True)
class Layout:
    """The columns that are understood; `aliases` are other names of some of them."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def fields(self) -> frozenset[str]:
        return frozenset((*self.required, *self.optional))

    def field_of(self, column: str) -> str | None:
        """The field that a column of this name holds, in whatever case it is written."""
        name = column.strip().lower()
        name = self.aliases.get(name, name)
        return name if name in self.fields else None


class ColumnMapping:
    """From a file's column names to fields.

    Args:
        layout: what is understood.
        chosen: field -> the file's column, as the person asked (`--column title=name`: the title stands in `name`).
    """

    def __init__(self, layout: Layout, chosen: Mapping[str, str]) -> None:
        self.layout = layout
        self._field_of_column: dict[str, str] = {}
        self._chosen = {}
        for asked, column in chosen.items():
            field_name = layout.field_of(asked)
            if field_name is None:
                swapped = f" Did you mean {column}={asked}?" if layout.field_of(column) else ""
                raise FileRefused(
                    f"--column {asked}={column}: {asked!r} is none of {', '.join(sorted(layout.fields))}.{swapped}"
                )
            if column in self._field_of_column:
                raise FileRefused(f"--column: {column!r} cannot be two fields.")
            self._field_of_column[column] = field_name
            self._chosen[field_name] = column

    def key_of(self, column: str) -> str:
        """The field that the column holds, or the column's own name where it holds none.

        A column that is named like a field, while that field is read from another, gets an empty key: unused.
        """
        if column in self._field_of_column:
            return self._field_of_column[column]
        field_name = self.layout.field_of(column)
        if field_name is None:
            return column
        return "" if field_name in self._chosen else field_name

    def keys_of(self, columns: Sequence[str], file_name: str) -> list[str]:
        """The keys of a header; raises FileRefused where a column is missing or stands twice."""
        keys = [self.key_of(column) for column in columns]
        named = [key for key in keys if key]
        doubled = sorted({key for key in named if named.count(key) > 1}) if len(set(named)) < len(named) else []
        if doubled:
            raise FileRefused(f"{file_name}: the header names {_listed(doubled)} twice. Rename or remove one.")
        absent = [f"{column} (--column {name}={column})" for name, column in self._chosen.items() if name not in named]
        missing = [name for name in self.layout.required if name not in named]
        if absent or missing:
            raise FileRefused(
                f"{file_name}: the header has no column {_listed(absent or missing)}. Its columns: "
                f"{_listed(columns)}. The first row must name the columns; --column FIELD=COLUMN says which is which."
            )
        return keys


def _listed(names: Sequence[str]) -> str:
    shown = [name if len(name) <= 40 else f"{name[:39]}…" for name in names[:20]]
    return ", ".join(shown) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
