"""The demonstration's catalogue, from the files in showcase/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from catalog.importing.outcome import Refuse
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions
from recommender.services.importing import import_dataset
from recommender.services.showcase import open_showcase


class Command(BaseCommand):
    help = "Load the showcase: real works with descriptions of GENRE's own, and simulated people. Repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        outcomes = import_dataset(
            catalog=open_showcase(),
            folder=Path(settings.BASE_DIR) / "showcase",
            options=ReadOptions(),
            kind=None,
            now=timezone.now(),
            refuse_for=_refuse_none,
            progress=Progress(),
        )
        for outcome in outcomes:
            for line in outcome.lines():
                self.stdout.write(line)


def _refuse_none(source: Path) -> Refuse:
    """The showcase is GENRE's own: a row that cannot be used is a fault in it, not something to go around."""

    def refuse(error: RowError) -> None:
        raise CommandError(f"{source}, row {error.row_number}, {error.column}: {error.reason}")

    return refuse
