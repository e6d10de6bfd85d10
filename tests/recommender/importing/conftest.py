"""Importing interactions from text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.importing.outcome import MergeCounts
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError
from catalog.importing.row_file import ReadOptions
from catalog.models import Catalog
from recommender.services.importing_interactions import import_interaction_file
from tests.catalog.importing.reading import write
from tests.conftest import MakeItem

NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Import:
    """Imports interactions into a catalog and keeps what was refused."""

    def __init__(self, catalog: Catalog, folder: Path) -> None:
        self.catalog = catalog
        self.folder = folder
        self.refused: list[RowError] = []

    def __call__(
        self, content: str, *, catalog: Catalog | None = None, kind: str | None = "rating", name: str = "i.csv"
    ) -> MergeCounts:
        self.refused = []
        outcome = import_interaction_file(
            catalog=catalog or self.catalog,
            path=write(self.folder / name, content),
            options=ReadOptions(),
            kind=kind,
            now=NOW,
            refuse=self.refused.append,
            progress=Progress(),
        )
        assert outcome.refused == len(self.refused)
        return outcome.counts


@pytest.fixture
def imported(catalog: Catalog, make_item: MakeItem, tmp_path: Path) -> Import:
    """Into a catalog of the items 1, 2 and 3."""
    for external_id in "123":
        make_item(external_id)
    return Import(catalog, tmp_path)
