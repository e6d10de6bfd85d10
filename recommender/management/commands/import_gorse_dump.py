"""import_gorse_dump FILE... --catalog SLUG: what Gorse exported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from catalog.importing.import_command import ImportCommand
from catalog.importing.outcome import ImportOutcome
from catalog.importing.progress import Progress
from catalog.importing.row_file import ReadOptions
from recommender.gorse.dump import DumpImport, Rows, import_dump
from recommender.management.consent_option import add_consent_option
from recommender.services.catalogs import open_catalog
from users.models import Way


class Command(ImportCommand):
    help = (
        "Insert and update users, items and feedback from Gorse's export (JSON lines, plain or .gz), in this order. "
        "What a file holds is told by its keys. Types of feedback, users and items that are named and not known are "
        "made. See docs/gorse.md."
    )
    path_help = "a file of users, items or feedback"
    errors_metavar = "FOLDER"
    errors_help = "where refused rows are written, as <file>.errors.csv (default: the current folder)"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("more", nargs="*", type=Path, metavar="path", help="more of them")
        parser.add_argument("--rows", choices=[*Rows], help="what the files hold (default: what their keys say)")
        add_consent_option(parser)

    def errors_path(self, source: Path) -> Path:
        return (self.errors or Path()) / f"{source.name}.errors.csv"

    def import_into_catalog(
        self, slug: str, path: Path, read_options: ReadOptions, progress: Progress, options: dict[str, Any]
    ) -> Sequence[ImportOutcome]:
        shared = DumpImport(
            catalog=open_catalog(slug=slug),
            options=read_options,
            now=timezone.now(),
            refuse_for=self.refuse_for,
            progress=progress,
            consent=Way.COMMAND if options["consent"] else None,
        )
        return import_dump([path, *options["more"]], shared, rows=Rows(options["rows"]) if options["rows"] else None)
