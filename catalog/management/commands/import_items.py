"""import_items FILE --catalog SLUG: items from CSV or JSON lines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from catalog.importing.import_command import ImportCommand
from catalog.importing.item_import import import_item_file
from catalog.importing.outcome import ImportOutcome
from catalog.importing.progress import Progress
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog


class Command(ImportCommand):
    help = (
        "Insert and update items from a CSV or JSON lines file (plain or .gz). Columns: item_id, title; optional "
        "description, year, categories and tags (separated by |), language, kind, image_url, hidden, published_at, "
        "title_zh, description_zh, categories_zh, tags_zh; any other column becomes an attribute."
    )
    path_help = "the file of items"

    def import_into_catalog(
        self, slug: str, path: Path, read_options: ReadOptions, progress: Progress, options: dict[str, Any]
    ) -> Sequence[ImportOutcome]:
        catalog, _ = Catalog.objects.get_or_create(slug=slug, defaults={"name": slug})
        return [
            import_item_file(
                catalog=catalog,
                path=path,
                options=read_options,
                refuse=self.refuse_for(path),
                progress=progress,
            )
        ]
