"""import_interactions FILE --catalog SLUG: what people did, from CSV or JSON lines."""

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
from recommender.services.importing_interactions import import_interaction_file
from users.models import Way


class Command(ImportCommand):
    help = (
        "Insert and update interactions from a CSV or JSON lines file (plain or .gz). Columns: user_id, item_id; "
        "optional value, timestamp (Unix seconds or ISO 8601, UTC where no zone is given), kind, sequence (or seq), "
        "interaction_id. Without timestamp and sequence the order in the file counts."
    )
    path_help = "the file of interactions"

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--kind", help="the kind of rows that name none (default: rating, where the values look like ratings)"
        )
        add_consent_option(parser)

    def import_into_catalog(
        self, slug: str, path: Path, read_options: ReadOptions, progress: Progress, options: dict[str, Any]
    ) -> Sequence[ImportOutcome]:
        return [
            import_interaction_file(
                catalog=open_catalog(slug=slug),
                path=path,
                options=read_options,
                kind=options["kind"],
                now=timezone.now(),
                refuse=self.refuse_for(path),
                progress=progress,
                consent=Way.COMMAND if options["consent"] else None,
            )
        ]
