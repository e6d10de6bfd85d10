"""Candidates and vectors of a trained version, out of its partition."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from pgvector import HalfVector
from pgvector.django import CosineDistance, HalfVectorField

from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import JointItem
from recommender.engine.settings import FilterSettings
from recommender.models import RankingModel, RankingVector
from recommender.selectors.eligible import eligible, narrows
from recommender.selectors.halfvec import fetch_binary, halfvec, halfvecs
from recommender.selectors.nearest import EXACT_ROWS

# Rows of an index up to which the smaller beam and graph keep the recall that was measured.
SMALL_CATALOGUE = 20_000
SMALL_EF_SEARCH, LARGE_EF_SEARCH, LARGEST_EF_SEARCH = 200, 400, 1_000

SOURCES = """
SELECT item_id, source_gain::float8, vector FROM recommender_rankingvector WHERE model_id = %s AND item_id = ANY(%s)
"""


def joint_items(model: RankingModel, item_ids: Collection[int]) -> dict[int, JointItem]:
    """Stored vectors and source gains by item id; items without one are absent. One query."""
    if not item_ids:
        return {}
    rows = fetch_binary(SOURCES, [model.pk, list(item_ids)])
    return {item_id: JointItem(halfvec(vector).astype(np.float64), gain) for item_id, gain, vector in rows}


def joint_candidates(
    model: RankingModel,
    vector: FloatArray,
    *,
    limit: int,
    with_vectors: int,
    filters: FilterSettings,
    excluded_ids: Collection[int],
    within: Collection[int] | None = None,
) -> list[tuple[int, float, FloatArray | None]]:
    """The eligible items nearest to a person's vector: (item id, cosine similarity, vector of the first ones).

    Args:
        model: the version.
        vector: U(u), (D,), not all zeros.
        limit: how many at most.
        with_vectors: so many of them bring their stored vector, which is most of the bytes.
        filters, excluded_ids: what must not be among them.
        within: only these items, where given.

    The HNSW index answers first. A filter that leaves few rows, a list of items to choose from, and an answer that came
    out short go to the exact scan: with an iterative index scan the list runs dry without a word.

    Cost: one or two vector queries, and a bounded count where there are filters.
    """
    condition = eligible(model.catalog_id, filters, excluded_ids, prefix="item__")
    candidates = RankingVector.objects.filter(condition, model_id=model.pk)
    if within is not None:
        candidates = candidates.filter(item_id__in=list(within))
    if within is not None or (narrows(filters) and candidates[: EXACT_ROWS + 1].count() <= EXACT_ROWS):
        return _nearest(candidates, model, vector, limit=limit, with_vectors=with_vectors, exact=True)
    found = _nearest(candidates, model, vector, limit=limit, with_vectors=with_vectors, exact=False)
    if len(found) == limit:
        return found
    return _nearest(candidates, model, vector, limit=limit, with_vectors=with_vectors, exact=True)


def vectors_of(model: RankingModel, item_ids: Sequence[int]) -> FloatArray:
    """(n, D) stored vectors in the order of the ids, all of which the version has. One query."""
    items = joint_items(model, item_ids)
    return np.stack([items[item_id].vector for item_id in item_ids])


def ef_search(model: RankingModel, *, limit: int) -> int:
    """The width of the search: larger in larger graphs, and never narrower than twice the answer."""
    usual = SMALL_EF_SEARCH if model.item_count <= SMALL_CATALOGUE else LARGE_EF_SEARCH
    return min(max(usual, 2 * limit), LARGEST_EF_SEARCH)


def _nearest(
    candidates: QuerySet[RankingVector],
    model: RankingModel,
    vector: FloatArray,
    *,
    limit: int,
    with_vectors: int,
    exact: bool,
) -> list[tuple[int, float, FloatArray | None]]:
    """One statement; the order is made anew outside, since iterative scans return nearly sorted rows."""
    # Of length 1: cosine does not see a length, and half precision would not hold a large one. The cast is the
    # expression of the partition's index: without it the planner does not see the index. Adding 0
    # makes the order one that no index offers.
    distance: Combinable = CosineDistance(
        Cast("vector", HalfVectorField(dimensions=model.dimension)), HalfVector(vector / np.linalg.norm(vector))
    )
    if exact:
        distance = distance + 0.0
    nearest = candidates.annotate(distance=distance).order_by("distance").values_list("item_id", "distance", "vector")
    inner, parameters = nearest[:limit].query.sql_with_params()
    # Compiled by Django: values are parameters.
    sql = (
        f"WITH near (item_id, distance, vector) AS MATERIALIZED ({inner}), "  # noqa: S608
        "placed AS (SELECT *, row_number() OVER (ORDER BY distance + 0, item_id) AS place FROM near) "
        "SELECT item_id, distance, CASE WHEN place <= %s THEN vector END FROM placed ORDER BY place"
    )
    with transaction.atomic():
        if not exact:
            with connection.cursor() as cursor:
                # The planner takes the index for dearer than it is, and reads small catalogues whole.
                cursor.execute(
                    "SELECT set_config('hnsw.ef_search', %s, true), "
                    "set_config('hnsw.iterative_scan', 'relaxed_order', true), "
                    "set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)",
                    [str(ef_search(model, limit=limit))],
                )
        rows = fetch_binary(sql, [*parameters, with_vectors])
    sent = [row[2] for row in rows[:with_vectors]]
    stored = halfvecs(sent, dimension=model.dimension).astype(np.float64) if sent else np.zeros((0, model.dimension))
    return [
        (item_id, 1.0 - distance, stored[place] if place < len(stored) else None)
        for place, (item_id, distance, _) in enumerate(rows)
    ]
