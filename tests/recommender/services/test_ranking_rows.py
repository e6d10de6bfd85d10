"""Rows of a version: what is refused before it reaches the database, and the bytes of PostgreSQL's binary COPY."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from pgvector import HalfVector

from recommender.embeddings.exceptions import VectorsRejected
from recommender.services import ranking_rows
from recommender.services.ranking_rows import RankingRows, copy_blocks

TWO = np.ones(2, dtype=np.float32)
IDS = np.array([5, 7])
VECTORS = np.array([[1.0, -2.5, 0.25], [0.0, 3.0, -1.0]], dtype=np.float32)


def two_rows(**columns: np.ndarray) -> RankingRows:
    whole = {
        "item_ids": IDS,
        "vectors": VECTORS,
        "source_gains": 2 * TWO,
        "popularity": 0.5 * TWO,
        "popularity_scores": -1.5 * TWO,
        "learned": TWO,
    }
    return RankingRows(**{**whole, **columns})


def test_record_is_what_postgresql_describes() -> None:
    """PostgreSQL's manual, COPY, "Binary Format"; the vector as pgvector's own client writes it."""
    rows = two_rows()
    records = b""
    for item_id, vector in zip((5, 7), VECTORS, strict=True):
        records += struct.pack(">h", 8)
        for key in (3, 4, item_id):
            records += struct.pack(">iq", 8, key)
        for number in (2.0, 0.5, -1.5, 1.0):
            records += struct.pack(">if", 4, number)
        stored = HalfVector(vector).to_binary()
        records += struct.pack(">i", len(stored)) + stored
    header = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
    assert b"".join(copy_blocks(rows, model_id=3, catalog_id=4)) == header + records + struct.pack(">h", -1)


@pytest.mark.parametrize("rows_a_block", [1, 2, 3])
def test_bytes_are_the_same_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch, rows_a_block: int) -> None:
    whole = b"".join(copy_blocks(two_rows(), model_id=3, catalog_id=4))
    monkeypatch.setattr(ranking_rows, "ROWS_A_BLOCK", rows_a_block)
    blocks = list(copy_blocks(two_rows(), model_id=3, catalog_id=4))
    assert b"".join(blocks) == whole
    assert len(blocks) == 2 + -(-2 // rows_a_block)


def test_rows_of_some_items_keep_all_their_columns() -> None:
    chosen = two_rows(learned=np.array([0.25, 0.75], dtype=np.float32)).where(np.array([False, True]))
    assert (chosen.item_ids.tolist(), chosen.vectors.tolist()) == ([7], [[0.0, 3.0, -1.0]])
    assert (chosen.learned.tolist(), chosen.source_gains.tolist()) == ([0.75], [2.0])
    assert (chosen.popularity.tolist(), chosen.popularity_scores.tolist()) == ([0.5], [-1.5])


@pytest.mark.parametrize("column", ["source_gains", "popularity", "popularity_scores", "learned"])
def test_column_of_another_length_is_refused(column: str) -> None:
    with pytest.raises(ValueError, match=r"a column has the shape \(3,\), the items have \(2,\)"):
        two_rows(**{column: np.ones(3, dtype=np.float32)})


def test_item_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        two_rows(item_ids=np.array([5, 5]))


@pytest.mark.parametrize(
    ("vectors", "reason"),
    [
        (VECTORS[:1], "2 texts were encoded"),
        (VECTORS * np.float32("nan"), "not finite"),
        (np.zeros_like(VECTORS), "nothing but zeros"),
    ],
)
def test_vectors_that_cannot_be_compared_are_refused(vectors: np.ndarray, reason: str) -> None:
    with pytest.raises(VectorsRejected, match=reason):
        two_rows(vectors=vectors)


def test_number_beyond_half_precision_is_refused() -> None:
    rows = two_rows(vectors=VECTORS * 30_000)
    with pytest.raises(VectorsRejected, match="a number beyond 65504 does not fit half precision"):
        list(copy_blocks(rows, model_id=3, catalog_id=4))
