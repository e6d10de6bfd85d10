"""The ways to an answer that are compared, each with nothing and with five hundred items seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from pgvector import HalfVector

from benchmarks.ranking_index_use import index_only, index_use
from benchmarks.ranking_measuring import Way
from benchmarks.ranking_people import Person
from benchmarks.ranking_references import AllVectors, GraphInProcess
from benchmarks.ranking_versions import Version
from recommender.engine.interest import FloatArray
from recommender.engine.settings import FilterSettings
from recommender.models import InterestCache
from recommender.selectors.halfvec import fetch_binary
from recommender.selectors.joint_vectors import ef_search, joint_candidates
from recommender.selectors.titles import item_labels
from recommender.services.recommending import recommend
from users.models import Profile

CANDIDATES, PAGE, SEEN = 200, 20, 500
RAW = "raw"
STATEMENT, STATEMENT_SEEN = "statement", f"statement, {SEEN} seen"
SERVICE, SERVICE_SEEN = "service", f"service, {SEEN} seen"
# The interest of a person who asks again is kept; this one is computed anew for each question.
SERVICE_ANEW = "service, interest anew"

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


QuestionWay = Way[Question]


def question(person: Person, vector: FloatArray, vectors: AllVectors) -> Question:
    rows, _ = vectors.exact(vector, SEEN)
    return Question(person, vector, HalfVector(vector).to_text(), vectors.item_ids[rows].tolist(), rows)


def same_settings(version: Version) -> None:
    """What the serving statement sets for itself holds for the raw one, too."""
    with connection.cursor() as cursor:
        cursor.execute("SET hnsw.iterative_scan = relaxed_order")
        cursor.execute(f"SET hnsw.ef_search = {ef_search(version.model, limit=CANDIDATES)}")


def served_ways(version: Version) -> dict[str, QuestionWay]:
    """Raw, statement and service; each returns how many items it found.

    Raw is what the index costs, so the planner must not choose otherwise; what is served is left to the planner.
    """
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

    def service(profile: Profile) -> int:
        return len(recommend(catalog=catalog, profile=profile, k=PAGE).results)

    return {
        RAW: Way(lambda asked: len(fetch_binary(raw, [asked.sent])), lambda _: index_only()),
        STATEMENT: Way(lambda asked: statement(asked, [])),
        STATEMENT_SEEN: Way(lambda asked: statement(asked, asked.nearest_ids)),
        SERVICE: Way(lambda asked: service(asked.person.unseen)),
        SERVICE_SEEN: Way(lambda asked: service(asked.person.seen)),
        SERVICE_ANEW: Way(lambda asked: service(asked.person.unseen), lambda asked: _forgotten(asked.person.unseen)),
    }


def index_shares(version: Version, ways: Mapping[str, QuestionWay], questions: Sequence[Question]) -> dict[str, float]:
    """By way the share of its answers for which the vector index was read; raw, the yardstick, must be 1."""
    shares = {}
    for name, way in ways.items():
        with index_use(version.model) as use:
            for question in questions:
                with way.around(question):
                    way.answer(question)
        shares[name] = use.share_of(len(questions))
    if shares[RAW] != 1.0:
        raise SystemExit(
            f"Raw reads the index for {shares[RAW]:.0%} of the questions: there is nothing to compare with."
        )
    return shares


def reference_ways(version: Version, vectors: AllVectors, graph: GraphInProcess | None) -> dict[str, QuestionWay]:
    """Every vector looked at by PostgreSQL and by numpy, and hnswlib in this process."""
    exact = _sql(EXACT_SQL, version)
    ways: dict[str, QuestionWay] = {
        "exact scan": Way(lambda asked: len(fetch_binary(exact, [[], asked.sent]))),
        f"exact scan, {SEEN} seen": Way(lambda asked: len(fetch_binary(exact, [asked.nearest_ids, asked.sent]))),
        "numpy": Way(lambda asked: len(vectors.nearest(asked.vector, CANDIDATES))),
        f"numpy, {SEEN} seen": Way(lambda asked: len(vectors.nearest(asked.vector, CANDIDATES, asked.nearest_rows))),
    }
    if graph is not None:
        ways["hnswlib"] = Way(lambda asked: len(graph.nearest(asked.vector, CANDIDATES)))
        ways[f"hnswlib, {SEEN} seen"] = Way(
            lambda asked: len(graph.nearest(asked.vector, CANDIDATES, asked.nearest_rows))
        )
    return ways


@contextmanager
def _forgotten(profile: Profile) -> Iterator[None]:
    InterestCache.objects.filter(profile=profile).delete()
    yield


def _sql(template: str, version: Version) -> str:
    return template.format(table=version.model.partition_name, dimension=version.model.dimension, limit=CANDIDATES)
