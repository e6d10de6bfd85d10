"""Shows how far a file has been read; on a terminal only, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from catalog.importing.row_error import RowError
from catalog.importing.row_file import Record, RowFile

ROWS_BETWEEN_UPDATES = 1_000


class Progress:
    """Follows the reading of files; this one shows nothing."""

    def reading(self, rows: RowFile) -> Iterator[tuple[int, Record] | RowError]:
        return iter(rows)


class TerminalProgress(Progress):
    """A bar for each file, gone when its `with` block ends; nothing where standard error is no terminal."""

    def __init__(self) -> None:
        self._bars = RichProgress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )

    def reading(self, rows: RowFile) -> Iterator[tuple[int, Record] | RowError]:
        bar = self._bars.add_task(f"reading {rows.name}", total=rows.position.size_bytes)
        for index, row in enumerate(rows):
            if index % ROWS_BETWEEN_UPDATES == 0:
                self._bars.update(bar, completed=rows.position.position_bytes)
            yield row
        self._bars.update(bar, completed=rows.position.size_bytes, description=f"storing {rows.name}")

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
