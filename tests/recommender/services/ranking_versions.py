"""Versions of a ranking model whose vectors stand where a test puts them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import connection
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import RankingModel
from recommender.services.ranking_models import activate_model, begin_version, finish_version, write_vectors
from recommender.services.ranking_rows import RankingRows

NEAREST = """
SELECT vector.item_id FROM recommender_rankingvector vector JOIN catalog_item item ON item.id = vector.item_id
WHERE vector.model_id = %s AND NOT item.hidden
ORDER BY vector.vector::halfvec({dimension}) <=> %s::halfvec LIMIT {limit}
"""


def some_items(catalog: Catalog, count: int) -> list[Item]:
    return Item.objects.bulk_create(
        [Item(catalog=catalog, external_id=f"film-{number}", title=f"Film {number}") for number in range(count)]
    )


def ranking_rows(items: Sequence[Item], *, dimension: int = 4, seed: int = 0, **columns: object) -> RankingRows:
    """Rows of the items with vectors by chance; each other column may be given as one number or as n of them."""
    rng = np.random.default_rng(seed)
    count = len(items)
    given = {"source_gains": 1.0, "popularity": 0.5, "popularity_scores": 0.0, "learned": 1.0, **columns}
    vectors = np.asarray(given.pop("vectors", rng.standard_normal((count, dimension))), dtype=np.float32)
    numbers = {name: np.full(count, value, dtype=np.float32) for name, value in given.items()}
    return RankingRows(np.array([item.pk for item in items], dtype=np.int64), vectors, **numbers)


def begun(catalog: Catalog) -> RankingModel:
    return begin_version(catalog=catalog, space=catalog.embedding_spaces.get(), learned_from=timezone.now())


def finished(catalog: Catalog, rows: RankingRows) -> RankingModel:
    """A version that is ready to be activated."""
    model = begun(catalog)
    write_vectors(model, rows)
    finish_version(model, hyperparameters={"lambda": 240.0}, figures={"seconds": 1.5}, interaction_count=7)
    return model


def activated(catalog: Catalog, rows: RankingRows) -> RankingModel:
    model = finished(catalog, rows)
    activate_model(model)
    return model


def nearest(model: RankingModel, vector: Sequence[float], *, limit: int = 10) -> list[int]:
    """The ids of a version's items nearest to a vector, read as answers are read: through the table of all versions."""
    with connection.cursor() as cursor:
        cursor.execute(NEAREST.format(dimension=model.dimension, limit=limit), [model.pk, str(list(vector))])
        return [row[0] for row in cursor.fetchall()]


def ranked_items(model: RankingModel) -> set[int]:
    return set(model.vectors.values_list("item_id", flat=True))
