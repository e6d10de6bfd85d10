"""The file of refused rows: made when the first one is, written as they come."""

from __future__ import annotations

import csv
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from catalog.importing.exceptions import FileRefused
from catalog.importing.row_error import RowError

COLUMNS = ("row", "column", "value", "reason")
# A spreadsheet runs a cell that begins so as a formula; an apostrophe makes it text again.
FORMULA_SIGNS = ("=", "+", "-", "@")


class ErrorFile:
    """Writes refused rows as CSV; use it in a `with` block, which closes the file.

    Raises FileRefused where it would overwrite the file that is imported, or cannot be written.
    """

    def __init__(self, path: Path, *, source: Path) -> None:
        if path.resolve() == source.resolve():
            raise FileRefused(f"{path} is the file to be imported; the refused rows need another one: --errors.")
        self.path = path
        self.count = 0
        self._file: TextIO | None = None

    def refuse(self, error: RowError) -> None:
        if self._file is None:
            self._file = self._opened()
        csv.writer(self._file, lineterminator="\n").writerow(
            (error.row_number, error.column, _as_text(error.value), error.reason)
        )
        self.count += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def _opened(self) -> TextIO:
        try:
            file = self.path.open("w", encoding="utf-8", newline="")
        except OSError as error:
            raise FileRefused(
                f"The refused rows cannot be written to {self.path}: {error.strerror}. Name another place: --errors."
            ) from error
        csv.writer(file, lineterminator="\n").writerow(COLUMNS)
        return file


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_SIGNS) else value
