"""Candidates and vectors of a trained version, out of its partition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from django.db import connection, transaction
from django.db.models import FloatField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from pgvector import HalfVector
from pgvector.django import CosineDistance, HalfVectorField, MaxInnerProduct

from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import JointItem
from recommender.engine.settings import FilterSettings
from recommender.models import RankingModel, RankingVector
from recommender.selectors.eligible import eligible, none_of
from recommender.selectors.filter_language import ItemFilter
from recommender.selectors.halfvec import fetch_binary, halfvec, halfvecs
from recommender.selectors.nearest import EXACT_ROWS
from recommender.selectors.pools import EVERYTHING, Pool
from recommender.selectors.statements import Later, Statement

# Rows of an index up to which the smaller beam and graph keep the recall that was measured.
SMALL_CATALOGUE = 20_000
SMALL_EF_SEARCH, LARGE_EF_SEARCH, LARGEST_EF_SEARCH = 200, 400, 1_000

# Of catalogs, lengths and filters; programs ask for the same ones again and again.
STATEMENTS_IN_MEMORY = 256

# Item id, cosine similarity, and the stored vector of the first ones.
Candidate = tuple[int, float, FloatArray | None]

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
    pool: Pool = EVERYTHING,
) -> list[Candidate]:
    """The eligible items nearest to a person's vector: (item id, cosine similarity, vector of the first ones).

    Args:
        model: the version.
        vector: U(u), (D,), not all zeros.
        limit: how many at most.
        with_vectors: so many of them bring their stored vector, which is most of the bytes.
        filters, excluded_ids, pool: what must not be among them, and what is lifted.

    The HNSW index answers first. A filter that leaves few rows, a list of items to choose from, and an answer that came
    out short go to the exact scan: with an iterative index scan the list runs dry without a word.

    With boosts, scores and boosts together make the order. Items without one are looked for as ever, those with one
    are all read: however the boosts overlap, the first `limit` of each are there, and so are the first of all. Those
    with one stand behind those without.

    Cost: one or two vector queries, and a bounded count where there are filters; one more vector query where there are
    boosts, as dear as there are boosted items.
    """
    scope = _Scope(
        model.pk,
        model.catalog_id,
        model.dimension,
        tuple(filters.kinds),
        tuple(filters.categories),
        tuple(filters.languages),
        pool.condition,
    )
    search = _Search(model, vector, limit, with_vectors, sorted(excluded_ids))
    if pool.within is None and not pool.boosts:
        exact = scope.narrows and _few(scope.candidates(), excluded_ids)
        return search.near(partial(_plain_statement, scope, limit), exact=exact)
    candidates = scope.candidates()
    if pool.within is not None:
        candidates = candidates.filter(item_id__in=list(pool.within))
    others = candidates.exclude(pool.boosted("item__")) if pool.boosts else candidates
    exact = pool.within is not None or _few(others, excluded_ids)
    found = search.near(partial(_statement, others, model.dimension, limit), exact=exact)
    return found + search.boosted(candidates, pool) if pool.boosts else found


@dataclass(frozen=True)
class _Scope:
    """Where to look: all that a statement's text depends on, so that it is written once."""

    model_id: int
    catalog_id: int
    dimension: int
    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    languages: tuple[str, ...]
    condition: ItemFilter | None

    @property
    def narrows(self) -> bool:
        return bool(self.kinds or self.categories or self.languages or self.condition)

    def candidates(self) -> QuerySet[RankingVector]:
        filters = FilterSettings(
            kinds=list(self.kinds), categories=list(self.categories), languages=list(self.languages)
        )
        condition = eligible(self.catalog_id, filters, (), prefix="item__") & Pool(condition=self.condition).q("item__")
        return RankingVector.objects.filter(condition, model_id=self.model_id)


def _few(candidates: QuerySet[RankingVector], excluded_ids: Collection[int]) -> bool:
    """Whether reading them all is cheaper than wading through the index. One bounded count."""
    left = candidates.filter(none_of("item__id", excluded_ids)) if excluded_ids else candidates
    return left[: EXACT_ROWS + 1].count() <= EXACT_ROWS


@dataclass(frozen=True)
class _Search:
    """What differs from request to request."""

    model: RankingModel
    vector: FloatArray
    limit: int
    with_vectors: int
    excluded_ids: list[int]

    def near(self, statement: Callable[[bool], Statement], *, exact: bool) -> list[Candidate]:
        """By the index, and by reading all where it runs dry; one statement, or two."""
        if exact:
            return self._fetched(statement(True), exact=True)
        found = self._fetched(statement(False), exact=False)
        return found if len(found) == self.limit else self._fetched(statement(True), exact=True)

    def boosted(self, candidates: QuerySet[RankingVector], pool: Pool) -> list[Candidate]:
        """The boosted items of highest <U, v> + boosts, by reading them all; one statement."""
        length = float(np.linalg.norm(self.vector))
        asked = HalfVector(self.vector / length)
        column = Cast("vector", HalfVectorField(dimensions=self.model.dimension))
        # pgvector's operator gives the negative product, of which the smallest is the best.
        against = MaxInnerProduct(column, asked) * Value(length, FloatField()) - pool.boost("item__")
        rows = (
            candidates.filter(pool.boosted("item__"), none_of("item__id", self.excluded_ids))
            .annotate(distance=CosineDistance(column, asked), against=against)
            .order_by("against", "item_id")
            .values_list("item_id", "distance", "vector")[: self.with_vectors]
        )
        found = fetch_binary(*rows.query.sql_with_params())
        return [(item_id, 1.0 - distance, halfvec(sent).astype(np.float64)) for item_id, distance, sent in found]

    def _fetched(self, statement: Statement, *, exact: bool) -> list[Candidate]:
        # Of length 1: cosine does not see a length, and half precision would not hold a large one.
        asked = HalfVector(self.vector / np.linalg.norm(self.vector)).to_text()
        values = {"vector": asked, "excluded": self.excluded_ids, "with_vectors": self.with_vectors}
        with transaction.atomic():
            if not exact:
                with connection.cursor() as cursor:
                    # The planner takes the index for dearer than it is, and reads small catalogues whole.
                    cursor.execute(
                        "SELECT set_config('hnsw.ef_search', %s, true), "
                        "set_config('hnsw.iterative_scan', 'relaxed_order', true), "
                        "set_config('enable_seqscan', 'off', true), set_config('enable_sort', 'off', true)",
                        [str(ef_search(self.model, limit=self.limit))],
                    )
            rows = fetch_binary(statement.sql, statement.with_values(values))
        sent = [row[2] for row in rows[: self.with_vectors]]
        dimension = self.model.dimension
        stored = halfvecs(sent, dimension=dimension).astype(np.float64) if sent else np.zeros((0, dimension))
        return [
            (item_id, 1.0 - distance, stored[place] if place < len(stored) else None)
            for place, (item_id, distance, _) in enumerate(rows)
        ]


@lru_cache(maxsize=STATEMENTS_IN_MEMORY)
def _plain_statement(scope: _Scope, limit: int, exact: bool) -> Statement:
    return _statement(scope.candidates(), scope.dimension, limit, exact)


def _statement(candidates: QuerySet[RankingVector], dimension: int, limit: int, exact: bool) -> Statement:
    """The nearest ones; the order is made anew outside, since iterative scans return nearly sorted rows."""
    # The cast is the expression of the partition's index: without it the planner does not see the index. Adding 0
    # makes the order one that no index offers.
    distance: Combinable = CosineDistance(
        Cast("vector", HalfVectorField(dimensions=dimension)), Later("vector", "halfvec")
    )
    if exact:
        distance = distance + 0.0
    nearest = (
        candidates.filter(none_of("item__id", Later("excluded", "bigint[]")))
        .annotate(distance=distance)
        .order_by("distance")
        .values_list("item_id", "distance", "vector")
    )
    inner, parameters = nearest[:limit].query.sql_with_params()
    # Compiled by Django: values are parameters.
    sql = (
        f"WITH near (item_id, distance, vector) AS MATERIALIZED ({inner}), "  # noqa: S608
        "placed AS (SELECT *, row_number() OVER (ORDER BY distance + 0, item_id) AS place FROM near) "
        "SELECT item_id, distance, CASE WHEN place <= %s THEN vector END FROM placed ORDER BY place"
    )
    return Statement(sql, (*parameters, Later("with_vectors")))


def vectors_of(model: RankingModel, item_ids: Sequence[int]) -> FloatArray:
    """(n, D) stored vectors in the order of the ids, all of which the version has. One query."""
    items = joint_items(model, item_ids)
    return np.stack([items[item_id].vector for item_id in item_ids])


def ef_search(model: RankingModel, *, limit: int) -> int:
    """The width of the search: larger in larger graphs, and never narrower than twice the answer."""
    usual = SMALL_EF_SEARCH if model.item_count <= SMALL_CATALOGUE else LARGE_EF_SEARCH
    return min(max(usual, 2 * limit), LARGEST_EF_SEARCH)
