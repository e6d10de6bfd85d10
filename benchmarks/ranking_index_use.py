"""Whether PostgreSQL answered through the vector index: the planner may look at every row instead, and say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from recommender.models import RankingModel


@dataclass
class IndexUse:
    """Scans of a version's HNSW index within a `with` block; known when it has ended."""

    scans: int = 0

    def share_of(self, queries: int) -> float:
        """1: each query was answered through the index."""
        return self.scans / queries if queries else 0.0


@contextmanager
def index_use(model: RankingModel) -> Iterator[IndexUse]:
    """Counted by PostgreSQL itself; nobody else may ask this version meanwhile."""
    use, before = IndexUse(), _scans(model)
    yield use
    use.scans = _scans(model) - before


@contextmanager
def index_only() -> Iterator[None]:
    """Let the planner look at every row only where there is no other way."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            yield
        finally:
            cursor.execute("RESET enable_seqscan")


def _scans(model: RankingModel) -> int:
    with connection.cursor() as cursor:
        # Counts reach the view with some delay, unless they are told to.
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = %s", [model.index_name])
        return int(cursor.fetchone()[0])
