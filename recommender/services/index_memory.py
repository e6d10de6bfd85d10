"""How much memory the build of an HNSW index is given: the whole graph fits it, or the build crawls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from recommender.services.database_settings import database_setting

# pgvector's own default for m, the links of a row on each layer; the lowest layer has twice as many.
LINKS = 16
# What a row and its links take beside its numbers, with so many links.
LINK_BYTES_A_ROW = 700
SMALLEST_BUILD_MEMORY, LARGEST_BUILD_MEMORY = 64 * 2**20, 2 * 2**30


def build_memory_bytes(*, rows: int, dimension: int, links: int = LINKS) -> int:
    """For an index over `rows` vectors of half precision."""
    graph = rows * (2 * dimension + LINK_BYTES_A_ROW * links // LINKS)
    return min(max(graph, SMALLEST_BUILD_MEMORY), LARGEST_BUILD_MEMORY)


@contextmanager
def memory_for_build(*, rows: int, dimension: int, links: int = LINKS) -> Iterator[None]:
    memory = build_memory_bytes(rows=rows, dimension=dimension, links=links)
    with database_setting("maintenance_work_mem", f"{memory // 1024}kB"):
        yield
