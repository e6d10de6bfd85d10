"""What the import commands share: their options, their transaction, their report."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from catalog.importing.byte_source import ReadLimits
from catalog.importing.error_file import ErrorFile
from catalog.importing.exceptions import FileRefused
from catalog.importing.outcome import ImportOutcome, Refuse
from catalog.importing.progress import Progress, TerminalProgress
from catalog.importing.row_file import ReadOptions
from catalog.models import CATALOG_SLUG


class ImportCommand(BaseCommand):
    """Imports what `path` names in one transaction, and says what became of each row.

    Exit code 0: rows were taken, or there were none; the refused ones are counted and listed. Exit code 1: a file
    was refused as a whole, or not one of its rows could be used; then nothing is kept.
    """

    path_help = ""
    errors_metavar = "FILE"
    errors_help = "where refused rows are written (default: <file>.errors.csv in the current folder)"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help=self.path_help)
        parser.add_argument(
            "--catalog", required=True, type=catalog_slug, metavar="SLUG", help="the catalog; made when it is new"
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            type=field_and_column,
            metavar="FIELD=COLUMN",
            help="the field stands in this column of the file, such as title=name; can be repeated",
        )
        parser.add_argument("--encoding", default="utf-8", help="the text encoding of the file (default: utf-8)")
        parser.add_argument(
            "--max-bytes",
            type=positive_number,
            metavar="N",
            help=f"the most that a file may hold, unpacked (default: {ReadLimits().max_bytes})",
        )
        parser.add_argument("--errors", type=Path, metavar=self.errors_metavar, help=self.errors_help)
        parser.add_argument("--dry-run", action="store_true", help="do everything and keep nothing")
        parser.add_argument("--all-or-nothing", action="store_true", help="keep nothing when any row is refused")

    def handle(self, *args: Any, **options: Any) -> None:
        self.error_files: list[ErrorFile] = []
        try:
            with ExitStack() as self.open_files, TerminalProgress() as progress:
                outcomes, keep = self._import(progress, options)
        except FileRefused as error:
            self._list_error_files()
            raise CommandError(f"{error} Nothing was imported.") from error
        for outcome in outcomes:
            for line in outcome.lines():
                self.stdout.write(line)
        self._list_error_files()
        if options["dry_run"]:
            self.stdout.write("dry run: nothing was kept")
        if any(outcome.nothing_usable for outcome in outcomes):
            raise CommandError("Not one row of a file could be used. Nothing was imported.")
        if not keep and not options["dry_run"]:
            raise CommandError("Rows were refused, and all or nothing was asked for. Nothing was imported.")

    def import_into_catalog(
        self, slug: str, path: Path, read_options: ReadOptions, progress: Progress, options: dict[str, Any]
    ) -> Sequence[ImportOutcome]:
        """Open or make the catalog and import; runs inside the command's transaction."""
        raise NotImplementedError

    def refuse_for(self, source: Path) -> Refuse:
        """Where refused rows of this file go."""
        error_file = self.open_files.enter_context(ErrorFile(self.errors_path(source), source=source))
        self.error_files.append(error_file)
        return error_file.refuse

    def errors_path(self, source: Path) -> Path:
        return self.errors or Path(f"{source.name}.errors.csv")

    def _import(self, progress: Progress, options: dict[str, Any]) -> tuple[Sequence[ImportOutcome], bool]:
        """What became of the rows, and whether it was kept."""
        self.errors: Path | None = options["errors"]
        max_bytes = options["max_bytes"]
        limits = ReadLimits(max_bytes=max_bytes, largest_expansion=None) if max_bytes else ReadLimits()
        read_options = ReadOptions(columns=dict(options["column"]), encoding=options["encoding"], limits=limits)
        with transaction.atomic():
            outcomes = self.import_into_catalog(options["catalog"], options["path"], read_options, progress, options)
            refused = any(outcome.refused for outcome in outcomes)
            useless = any(outcome.nothing_usable for outcome in outcomes)
            keep = not (options["dry_run"] or useless or (refused and options["all_or_nothing"]))
            if not keep:
                transaction.set_rollback(True)
        return outcomes, keep

    def _list_error_files(self) -> None:
        for error_file in self.error_files:
            if error_file.count:
                self.stdout.write(f"refused rows: {error_file.path}")


def catalog_slug(text: str) -> str:
    try:
        CATALOG_SLUG(text)
    except ValidationError as error:
        raise ArgumentTypeError(f"{text!r}: {' '.join(error.messages)}") from error
    return text


def field_and_column(text: str) -> tuple[str, str]:
    field, separator, column = text.partition("=")
    if not (field and separator and column):
        raise ArgumentTypeError(f"{text!r} is not FIELD=COLUMN")
    return field, column


def positive_number(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a number of bytes")
    return int(text)
