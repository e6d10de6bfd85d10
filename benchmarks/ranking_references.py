"""The same nearest items without PostgreSQL: all of them by numpy, and an HNSW graph in the process."""

from __future__ import annotations

import os
from collections.abc import Sequence

import hnswlib
import numpy as np
from numpy.typing import NDArray

from benchmarks.ranking_versions import Version
from recommender.engine.interest import FloatArray

# The best so many of single precision are scored again in double precision.
SPARE = 100


class AllVectors:
    """Every vector of a version, scaled to length 1."""

    def __init__(self, version: Version) -> None:
        self.item_ids = version.item_ids
        self.units = version.vectors / np.linalg.norm(version.vectors, axis=1, keepdims=True)
        self._row_of = {item_id: row for row, item_id in enumerate(version.item_ids.tolist())}

    def rows(self, item_ids: Sequence[int]) -> NDArray[np.intp]:
        return np.array([self._row_of[item_id] for item_id in item_ids], dtype=np.intp)

    def nearest(self, vector: FloatArray, limit: int, excluded: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """Rows, best first: what numpy needs for an answer, in single precision."""
        scores = self.units @ vector.astype(np.float32)
        if excluded is not None:
            scores[excluded] = -np.inf
        best = np.argpartition(-scores, min(limit, len(scores) - 1))[:limit]
        return best[np.argsort(-scores[best], kind="stable")]

    def exact(
        self, vector: FloatArray, limit: int, excluded: NDArray[np.intp] | None = None
    ) -> tuple[NDArray[np.intp], FloatArray]:
        """Rows and cosines, best first, ties by row, in double precision."""
        rows = np.sort(self.nearest(vector, limit + SPARE, excluded))
        cosines = self.cosines(vector, rows)
        order = np.argsort(-cosines, kind="stable")[:limit]
        return rows[order], cosines[order]

    def cosines(self, vector: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
        units = self.units[rows].astype(np.float64)
        cosines: FloatArray = units @ vector / (np.linalg.norm(units, axis=1) * np.linalg.norm(vector))
        return cosines


class GraphInProcess:
    """hnswlib with the links and the width of the version's own index."""

    def __init__(self, vectors: AllVectors, *, links: int, ef_construction: int, ef_search: int) -> None:
        count, dimension = vectors.units.shape
        self._ef_search = ef_search
        self._index = hnswlib.Index("ip", dimension)
        self._index.init_index(count, M=links, ef_construction=ef_construction)
        self._index.set_num_threads(len(os.sched_getaffinity(0)))
        self._index.add_items(vectors.units)

    def nearest(self, vector: FloatArray, limit: int, excluded: NDArray[np.intp] | None = None) -> NDArray[np.intp]:
        """Rows, best first; those that are excluded are asked for, too, and left out."""
        wanted = limit + (0 if excluded is None else len(excluded))
        self._index.set_ef(max(self._ef_search, wanted))
        labels, _ = self._index.knn_query(vector.astype(np.float32)[None], k=wanted, num_threads=1)
        rows: NDArray[np.intp] = labels[0].astype(np.intp)
        return rows if excluded is None else rows[~np.isin(rows, excluded)][:limit]
