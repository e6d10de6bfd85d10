"""The ways to an answer that are compared, each with nothing and with five hundred items seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from pgvector import HalfVector

from benchmarks.ranking_people import Person
from benchmarks.ranking_references import AllVectors, GraphInProcess
from benchmarks.ranking_versions import Version
from recommender.engine.interest import FloatArray
from recommender.engine.settings import FilterSettings
from recommender.selectors.halfvec import fetch_binary
from recommender.selectors.joint_vectors import ef_search, joint_candidates
from recommender.selectors.titles import item_labels
from recommender.services.recommending import recommend

CANDIDATES, PAGE, SEEN = 200, 20, 500
RAW = "raw"
STATEMENT, STATEMENT_SEEN = "statement", f"statement, {SEEN} seen"
SERVICE, SERVICE_SEEN = "service", f"service, {SEEN} seen"

RAW_SQL = "SELECT item_id FROM {table} ORDER BY vector::halfvec({dimension}) <=> %s LIMIT {limit}"
# Adding 0 makes the order one that no index offers.
EXACT_SQL = (
    "SELECT item_id FROM {table} WHERE item_id <> ALL(%s::bigint[]) "
    "ORDER BY (vector::halfvec({dimension}) <=> %s) + 0 LIMIT {limit}"
)


@dataclass(frozen=True)
class Question:
    """A person, the vector that their history makes in a version, and the items nearest to it."""

    person: Person
    vector: FloatArray
    sent: str
    """The vector as PostgreSQL reads it."""
    nearest_ids: list[int]
    nearest_rows: NDArray[np.intp]


Way = Callable[[Question], int]


def question(person: Person, vector: FloatArray, vectors: AllVectors) -> Question:
    rows, _ = vectors.exact(vector, SEEN)
    return Question(person, vector, HalfVector(vector).to_text(), vectors.item_ids[rows].tolist(), rows)


def same_settings(version: Version) -> None:
    """What the serving statement sets for itself holds for the raw one, too."""
    with connection.cursor() as cursor:
        cursor.execute("SET hnsw.iterative_scan = relaxed_order")
        cursor.execute(f"SET hnsw.ef_search = {ef_search(version.model, limit=CANDIDATES)}")


def served_ways(version: Version) -> dict[str, Way]:
    """Raw, statement and service; each returns how many items it found."""
    catalog, model = version.model.catalog, version.model
    raw = _sql(RAW_SQL, version)

    def statement(question: Question, excluded: list[int]) -> int:
        found = joint_candidates(
            model,
            question.vector,
            limit=CANDIDATES,
            with_vectors=PAGE,
            filters=FilterSettings(),
            excluded_ids=excluded,
        )
        item_labels([item_id for item_id, _, _ in found[:PAGE]], language="en")
        return len(found)

    return {
        RAW: lambda asked: len(fetch_binary(raw, [asked.sent])),
        STATEMENT: lambda asked: statement(asked, []),
        STATEMENT_SEEN: lambda asked: statement(asked, asked.nearest_ids),
        SERVICE: lambda asked: len(recommend(catalog=catalog, profile=asked.person.unseen, k=PAGE).results),
        SERVICE_SEEN: lambda asked: len(recommend(catalog=catalog, profile=asked.person.seen, k=PAGE).results),
    }


def reference_ways(version: Version, vectors: AllVectors, graph: GraphInProcess | None) -> dict[str, Way]:
    """Every vector looked at by PostgreSQL and by numpy, and hnswlib in this process."""
    exact = _sql(EXACT_SQL, version)
    ways: dict[str, Way] = {
        "exact scan": lambda asked: len(fetch_binary(exact, [[], asked.sent])),
        f"exact scan, {SEEN} seen": lambda asked: len(fetch_binary(exact, [asked.nearest_ids, asked.sent])),
        "numpy": lambda asked: len(vectors.nearest(asked.vector, CANDIDATES)),
        f"numpy, {SEEN} seen": lambda asked: len(vectors.nearest(asked.vector, CANDIDATES, asked.nearest_rows)),
    }
    if graph is not None:
        ways["hnswlib"] = lambda asked: len(graph.nearest(asked.vector, CANDIDATES))
        ways[f"hnswlib, {SEEN} seen"] = lambda asked: len(graph.nearest(asked.vector, CANDIDATES, asked.nearest_rows))
    return ways


def _sql(template: str, version: Version) -> str:
    return template.format(table=version.model.partition_name, dimension=version.model.dimension, limit=CANDIDATES)
