"""import_dataset FOLDER --catalog SLUG: items, profiles and interactions that belong together."""

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
from recommender.management.consent_option import add_consent_option
from recommender.services.catalogs import open_catalog
from recommender.services.importing import import_dataset
from users.models import Way


class Command(ImportCommand):
    help = (
        "Import a folder: items.csv, profiles.csv and interactions.csv (also .jsonl, each also .gz; see import_items "
        "and import_interactions), or MovieLens as GroupLens publishes it (movies.csv, ratings.csv, tags.csv, "
        "links.csv)."
    )
    path_help = "the folder"
    errors_metavar = "FOLDER"
    errors_help = "where refused rows are written, as <file>.errors.csv (default: the current folder)"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--kind", help="the kind of interactions that name none (default: rating, where the values look like it)"
        )
        add_consent_option(parser)

    def errors_path(self, source: Path) -> Path:
        return (self.errors or Path()) / f"{source.name}.errors.csv"

    def import_into_catalog(
        self, slug: str, path: Path, read_options: ReadOptions, progress: Progress, options: dict[str, Any]
    ) -> Sequence[ImportOutcome]:
        return import_dataset(
            catalog=open_catalog(slug=slug),
            folder=path,
            options=read_options,
            kind=options["kind"],
            now=timezone.now(),
            refuse_for=self.refuse_for,
            progress=progress,
            consent=Way.COMMAND if options["consent"] else None,
        )
