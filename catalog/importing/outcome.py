"""What an import did, in numbers and in lines that people and programs can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from catalog.importing.row_error import RowError

# Takes each row that is not used.
Refuse = Callable[[RowError], None]


@dataclass(frozen=True)
class MergeCounts:
    """Rows of a file by what became of them in the database."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class ImportOutcome:
    """The result for one kind of row; `name` is what the rows are: items, interactions, profiles."""

    name: str
    counts: MergeCounts
    refused: int = 0
    empty_rows: int = 0
    attribute_columns: tuple[str, ...] = ()
    unused_columns: tuple[str, ...] = ()

    @property
    def taken(self) -> int:
        return self.counts.new + self.counts.changed + self.counts.unchanged

    @property
    def nothing_usable(self) -> bool:
        """Whether there were rows and not one of them could be used."""
        return self.refused > 0 and self.taken == 0

    def lines(self) -> list[str]:
        counts = self.counts
        told = f"{counts.new} new, {counts.changed} changed, {counts.unchanged} unchanged, {self.refused} refused"
        lines = [f"{self.name}: {told}"]
        if self.attribute_columns:
            lines.append(f"{self.name}: columns kept as attributes: {', '.join(self.attribute_columns)}")
        if self.unused_columns:
            lines.append(f"{self.name}: columns not used: {', '.join(self.unused_columns)}")
        if self.empty_rows:
            lines.append(f"{self.name}: {self.empty_rows} empty rows")
        return lines
