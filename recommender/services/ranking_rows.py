"""Items as a version ranks them, column by column, and in the form that PostgreSQL's binary COPY takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.embeddings.exceptions import VectorsRejected
from recommender.embeddings.vectors import check_vectors

COPY_COLUMNS = {
    "model_id": ">i8",
    "catalog_id": ">i8",
    "item_id": ">i8",
    "source_gain": ">f4",
    "popularity": ">f4",
    "popularity_score": ">f4",
    "learned": ">f4",
}
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_TRAILER = b"\xff\xff"
# A few megabytes at a time, however many rows there are.
ROWS_A_BLOCK = 2_048


@dataclass(frozen=True)
class RankingRows:
    """n items of one version, none of them twice, in any order; each column has the shape (n,).

    Raises ValueError for columns of different lengths and for repeated items, VectorsRejected for vectors that cannot
    be compared by cosine: not finite, or nothing but zeros.
    """

    item_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    """(n, d)."""
    source_gains: NDArray[np.float32]
    popularity: NDArray[np.float32]
    """From 0 to 1."""
    popularity_scores: NDArray[np.float32]
    learned: NDArray[np.float32]
    """From 0, predicted from text, to 1, learned from interactions."""

    def __post_init__(self) -> None:
        for column in (self.source_gains, self.popularity, self.popularity_scores, self.learned):
            if column.shape != self.item_ids.shape:
                raise ValueError(f"a column has the shape {column.shape}, the items have {self.item_ids.shape}")
        if len(np.unique(self.item_ids)) != len(self.item_ids):
            raise ValueError("an item is there twice")
        check_vectors(self.vectors, count=len(self.item_ids), dimension=self.dimension)

    def __len__(self) -> int:
        return len(self.item_ids)

    @property
    def dimension(self) -> int:
        return int(self.vectors.shape[-1])

    def where(self, chosen: NDArray[np.bool_]) -> RankingRows:
        return RankingRows(
            self.item_ids[chosen],
            self.vectors[chosen],
            self.source_gains[chosen],
            self.popularity[chosen],
            self.popularity_scores[chosen],
            self.learned[chosen],
        )

    def half_vectors(self, block: slice = slice(None)) -> NDArray[np.float16]:
        """The vectors of some rows as they are stored; raises VectorsRejected for numbers that halfvec cannot hold."""
        with np.errstate(over="ignore"):
            half = self.vectors[block].astype(np.float16)
        if not np.isfinite(half).all():
            raise VectorsRejected(f"a number beyond {np.finfo(np.float16).max:g} does not fit half precision")
        return half


def copy_blocks(rows: RankingRows, *, model_id: int, catalog_id: int) -> Iterator[bytes]:
    """The rows as `COPY ... (COPY_COLUMNS, vector) FROM STDIN WITH (FORMAT binary)` reads them.

    A record is the number of its columns, then for each its length in bytes and its value, all big-endian; the value
    of a halfvec is its dimension, a zero, and its numbers.
    """
    record = _record(rows.dimension)
    yield COPY_HEADER
    for start in range(0, len(rows), ROWS_A_BLOCK):
        block = slice(start, start + ROWS_A_BLOCK)
        values = (
            model_id,
            catalog_id,
            rows.item_ids[block],
            rows.source_gains[block],
            rows.popularity[block],
            rows.popularity_scores[block],
            rows.learned[block],
        )
        records = np.zeros(len(rows.item_ids[block]), dtype=record)
        records["columns"] = len(COPY_COLUMNS) + 1
        for name, value in zip(COPY_COLUMNS, values, strict=True):
            records[name]["length"] = record[name]["value"].itemsize
            records[name]["value"] = value
        records["vector"]["length"] = record["vector"].itemsize - record["vector"]["length"].itemsize
        records["vector"]["dimension"] = rows.dimension
        records["vector"]["numbers"] = rows.half_vectors(block)
        yield records.tobytes()
    yield COPY_TRAILER


def _record(dimension: int) -> np.dtype[np.void]:
    return np.dtype(
        [
            ("columns", ">i2"),
            *((name, [("length", ">i4"), ("value", kind)]) for name, kind in COPY_COLUMNS.items()),
            (
                "vector",
                [("length", ">i4"), ("dimension", ">u2"), ("zero", ">u2"), ("numbers", ">f2", (dimension,))],
            ),
        ]
    )
