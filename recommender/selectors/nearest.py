"""Items in the order of cosine similarity to a vector, out of pgvector, and never fewer than there are."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from pgvector import HalfVector
from pgvector.django import CosineDistance, HalfVectorField

from recommender.engine.interest import FloatArray
from recommender.engine.settings import FilterSettings
from recommender.models import EmbeddingSpace, ItemEmbedding
from recommender.selectors.eligible import eligible, narrows
from recommender.selectors.pools import EVERYTHING, Pool

# When a filter leaves at most so many rows, reading them all is cheaper than wading through the index, and exact.
EXACT_ROWS = 5_000
SMALLEST_EF_SEARCH, LARGEST_EF_SEARCH = 200, 1_000


def nearest_item_ids(
    space: EmbeddingSpace,
    vector: FloatArray,
    *,
    limit: int,
    filters: FilterSettings,
    excluded_ids: Collection[int],
    pool: Pool = EVERYTHING,
) -> list[int]:
    """The ids of the eligible items nearest to a vector, nearest first, ties by id.

    The HNSW index answers first. With a filter or many exclusions it can run dry long before the catalogue does,
    and says nothing: a short answer, and a filter that leaves few rows, go to the exact scan.

    With boosts, cosine and boosts together make the order. Items without one are looked for as ever, those with one
    are all read: however the boosts overlap, the first `limit` of each are there, and so are the first of all. Those
    with one stand behind those without.

    Cost: one or two vector queries in a transaction of their own, and a bounded count where there are filters; one
    more vector query where there are boosts, as dear as there are boosted items.
    """
    condition = Q(space_id=space.pk) & eligible(space.catalog_id, filters, excluded_ids, prefix="item__")
    candidates = ItemEmbedding.objects.filter(condition, pool.q("item__"))
    if not pool.boosts:
        return _nearest(candidates, space, vector, limit=limit, pool=pool, filtered=narrows(filters) or pool.narrows)
    boosted = pool.boosted("item__")
    order = _distance(space, vector) - pool.boost("item__")
    return [
        *_nearest(candidates.exclude(boosted), space, vector, limit=limit, pool=pool, filtered=True),
        *_ids(candidates.filter(boosted), order, limit),
    ]


def _nearest(
    candidates: QuerySet[ItemEmbedding],
    space: EmbeddingSpace,
    vector: FloatArray,
    *,
    limit: int,
    pool: Pool,
    filtered: bool,
) -> list[int]:
    if pool.within is not None or (filtered and candidates[: EXACT_ROWS + 1].count() <= EXACT_ROWS):
        return exact_nearest(candidates, space, vector, limit=limit)
    found = _indexed_nearest(candidates, space, vector, limit=limit)
    return found if len(found) == limit else exact_nearest(candidates, space, vector, limit=limit)


def exact_nearest(
    candidates: QuerySet[ItemEmbedding], space: EmbeddingSpace, vector: FloatArray, *, limit: int
) -> list[int]:
    """The same by reading every candidate. Adding 0 makes the order one that no index offers."""
    return _ids(candidates, _distance(space, vector) + 0.0, limit)


def _indexed_nearest(
    candidates: QuerySet[ItemEmbedding], space: EmbeddingSpace, vector: FloatArray, *, limit: int
) -> list[int]:
    ef_search = min(max(SMALLEST_EF_SEARCH, 2 * limit), LARGEST_EF_SEARCH)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('hnsw.ef_search', %s, true), "
                "set_config('hnsw.iterative_scan', 'relaxed_order', true)",
                [str(ef_search)],
            )
        return _ids(candidates, _distance(space, vector), limit, tie_by_id=False)


def _distance(space: EmbeddingSpace, vector: FloatArray) -> CosineDistance:
    # The cast is the expression of the space's index: without it the planner does not see the index.
    return CosineDistance(Cast("vector", HalfVectorField(dimensions=space.dimension)), HalfVector(vector))


def _ids(candidates: QuerySet[ItemEmbedding], distance: Combinable, limit: int, *, tie_by_id: bool = True) -> list[int]:
    order = ("distance", "item_id") if tie_by_id else ("distance",)
    rows = list(candidates.annotate(distance=distance).order_by(*order).values_list("item_id", "distance")[:limit])
    # Iterative scans return nearly sorted rows.
    return [item_id for item_id, _ in sorted(rows, key=lambda row: (row[1], row[0]))]
