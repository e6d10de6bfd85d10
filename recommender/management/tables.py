"""Tables on a terminal: as wide as it is, and wide enough to be read in a file."""

from __future__ import annotations

from django.core.management.base import OutputWrapper
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

WIDTH_IN_A_FILE = 160


def new_table(*headers: str) -> Table:
    return Table(*headers, box=SIMPLE, header_style="bold", pad_edge=False)


def print_table(table: Table, out: OutputWrapper) -> None:
    # The terminal's own width where there is one; a file has none, and 80 columns would break every title.
    Console(file=out, width=None if out.isatty() else WIDTH_IN_A_FILE).print(table)  # type: ignore[arg-type]  # writes text, which is all that rich asks of a file
