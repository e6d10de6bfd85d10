"""A catalog of 6,000 items with random vectors and a real index, made once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from django.db import connection
from numpy.typing import NDArray
from pgvector import HalfVector
from pytest_django import DjangoDbBlocker

from catalog.models import Catalog
from recommender.models import EmbeddingSpace
from recommender.services.catalogs import open_catalog
from recommender.services.spaces import build_index, change_recipe

ITEMS, DIMENSION = 6_000, 64

MAKE_ITEMS = """
INSERT INTO catalog_item (catalog_id, external_id, title, categories)
SELECT %s, 'item-' || number, 'Item ' || number, array_remove(ARRAY[
    CASE WHEN number %% 10 = 0 THEN 'tenth' END,
    CASE WHEN number %% 100 = 0 THEN 'hundredth' END,
    CASE WHEN number %% 1000 = 0 THEN 'thousandth' END
], NULL) FROM generate_series(1, %s) number ORDER BY number
"""
COPY_EMBEDDINGS = (
    "COPY recommender_itemembedding (catalog_id, space_id, item_id, vector, content_hash, recipe_hash) FROM STDIN"
)


@dataclass(frozen=True)
class LargeCatalog:
    """Item i of `item_ids` has row i of `vectors`, as it is stored (in half precision)."""

    catalog: Catalog
    space: EmbeddingSpace
    item_ids: NDArray[np.int64]
    vectors: NDArray[np.float64]
    query: NDArray[np.float64]

    def asked_for(self, query: NDArray[np.float64]) -> LargeCatalog:
        return replace(self, query=query)

    def exact(self, allowed: NDArray[np.bool_] | None = None) -> list[int]:
        """All allowed items, nearest to the query first, computed here."""
        similarities = self.vectors @ self.query / np.linalg.norm(self.vectors, axis=1)
        order = [int(row) for row in np.lexsort((self.item_ids, -similarities))]
        return [int(self.item_ids[row]) for row in order if allowed is None or allowed[row]]


def random_directions(count: int, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """(count, d) rows of length 1, up to the half precision that they are rounded to."""
    vectors = rng.normal(size=(count, DIMENSION))
    rounded = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    return np.asarray(rounded, dtype=np.float64)


@pytest.fixture(scope="package")
def large_catalog(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[LargeCatalog]:
    with django_db_blocker.unblock():
        catalog = open_catalog(slug=f"large-{os.getpid()}")
        space = catalog.embedding_spaces.get()
        change_recipe(space, backend="hashing", model="", dimension=DIMENSION)
        made = _fill(catalog, space)
        build_index(space, rows=ITEMS)
    yield made
    with django_db_blocker.unblock():
        catalog.delete()


def _fill(catalog: Catalog, space: EmbeddingSpace) -> LargeCatalog:
    rng = np.random.default_rng(20260301)
    vectors = random_directions(ITEMS, rng=rng)
    with connection.cursor() as cursor:
        cursor.execute(MAKE_ITEMS, [catalog.pk, ITEMS])
        item_ids = np.array(catalog.items.order_by("pk").values_list("pk", flat=True))
        with cursor.copy(COPY_EMBEDDINGS) as copy:
            for item_id, vector in zip(item_ids, vectors, strict=True):
                copy.write_row(
                    (catalog.pk, space.pk, int(item_id), HalfVector(vector).to_text(), "hash", space.recipe_hash)
                )
        cursor.execute("ANALYZE catalog_item")
    return LargeCatalog(catalog, space, item_ids, vectors, random_directions(1, rng=rng)[0])
