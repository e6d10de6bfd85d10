"""Versions of the benchmark's catalog with as many items as are wanted, made from the trained one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.utils import timezone
from numpy.typing import NDArray

from benchmarks.enlarging import Drift, drift, enlarge, first_parents
from catalog.models import Item
from recommender.engine.joint_space import Block
from recommender.models import RankingArtifact, RankingModel
from recommender.selectors.halfvec import fetch_binary, halfvecs
from recommender.selectors.joint_models import joint_space_of
from recommender.services.ranking_models import begin_version, finish_version, store_artifacts, write_vectors
from recommender.services.ranking_partitions import GRAPHS
from recommender.services.ranking_rows import RankingRows

PREFIX = "enlarged-"

# New items read like their parents: the texts of an item are part of what a page costs.
INSERT_ITEMS = """
INSERT INTO catalog_item
    (catalog_id, external_id, kind, title, description, language, categories, tags, attributes, published_at)
SELECT parent.catalog_id, %(prefix)s || (wanted.place + %(from)s - 1), parent.kind, parent.title, parent.description,
    parent.language, parent.categories, parent.tags, parent.attributes, parent.published_at
FROM unnest(%(parents)s::bigint[]) WITH ORDINALITY AS wanted (item_id, place)
JOIN catalog_item parent ON parent.id = wanted.item_id ORDER BY wanted.place
"""

TRAINED_ROWS = """
SELECT item_id, source_gain::float8, popularity::float8, popularity_score::float8, learned::float8, vector
FROM recommender_rankingvector WHERE model_id = %s ORDER BY item_id
"""


@dataclass(frozen=True)
class Version:
    """A version, its item ids (n,) and their vectors (n, D) as they are stored; how it was made.

    parents: of the last so many items, the rows of the trained ones that they take after.
    """

    model: RankingModel
    item_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    parents: NDArray[np.intp]
    drift: dict[Block, Drift]
    write_seconds: float

    @property
    def size(self) -> int:
        return len(self.item_ids)

    def with_children(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Trained items, and the new ones that take after them."""
        return np.concatenate([rows, self.size - len(self.parents) + np.flatnonzero(np.isin(self.parents, rows))])

    @property
    def graph(self) -> tuple[int, int]:
        """m and ef_construction of its index."""
        links, ef_construction = next(graph[1:] for graph in GRAPHS if self.size >= graph[0])
        return links, ef_construction


def trained_rows(model: RankingModel) -> RankingRows:
    rows = fetch_binary(TRAINED_ROWS, [model.pk])
    numbers = np.array([row[1:5] for row in rows], dtype=np.float32)
    return RankingRows(
        np.array([row[0] for row in rows], dtype=np.int64),
        halfvecs([row[5] for row in rows], dimension=model.dimension),
        *np.ascontiguousarray(numbers.T),
    )


def enlarged_version(trained: RankingModel, size: int, rng: np.random.Generator) -> Version:
    """A version of `size` items, ready to be activated; the catalog has at least as many afterwards."""
    space, rows = joint_space_of(trained), trained_rows(trained)
    parents = first_parents(len(rows), size, rng)
    item_ids = np.concatenate([rows.item_ids, _new_items(trained.catalog_id, rows.item_ids[parents])])
    enlarged = enlarge(space, rows, parents, item_ids, rng)
    model = begin_version(
        catalog=trained.catalog, space=trained.space, learned_from=timezone.now(), note=f"enlarged to {size}"
    )
    started = time.perf_counter()
    write_vectors(model, enlarged)
    write_seconds = time.perf_counter() - started
    artifacts = RankingArtifact.objects.filter(model=trained).values_list("name", "content")
    store_artifacts(model, {name: bytes(content) for name, content in artifacts})
    finish_version(model, hyperparameters=trained.hyperparameters, figures={}, interaction_count=0)
    stored = np.concatenate(
        [enlarged.half_vectors(block).astype(np.float32) for block in _blocks(len(enlarged), 20_000)]
    )
    return Version(model, item_ids, stored, parents, drift(space, rows, enlarged), write_seconds)


def _new_items(catalog_id: int, parent_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ids of as many items as there are parents: those that an earlier version made, and new ones."""
    present = _enlarged_ids(catalog_id)
    missing = parent_ids[len(present) :].tolist()
    if missing:
        parameters = {"prefix": PREFIX, "from": len(present), "parents": missing}
        with connection.cursor() as cursor:
            cursor.execute(INSERT_ITEMS, parameters)
            cursor.execute("VACUUM ANALYZE catalog_item")
        present = _enlarged_ids(catalog_id)
    return np.array(present[: len(parent_ids)], dtype=np.int64)


def _enlarged_ids(catalog_id: int) -> Sequence[int]:
    items = Item.objects.filter(catalog_id=catalog_id, external_id__startswith=PREFIX)
    return sorted(items.values_list("pk", flat=True))


def _blocks(count: int, size: int) -> list[slice]:
    return [slice(start, start + size) for start in range(0, count, size)]
