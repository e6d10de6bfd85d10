"""What Gorse is told of rows that were written."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from recommender.exceptions import GenreError
from recommender.services.written_rows import WrittenRow


class NothingStored(GenreError):
    """Rows that were well formed, and not one of which could be stored: those of people who were erased."""


def count_written(rows: Sequence[WrittenRow]) -> int:
    """How many rows are stored. Raises NothingStored where there were some and none could be."""
    stored = [row for row in rows if not row.was_refused]
    if rows and not stored:
        raise NothingStored("; ".join(mistake.detail for mistake in rows[0].mistakes) or _("Nothing was stored."))
    return len(stored)
