"""What the index costs in quality: recall against the exact order, and nDCG of what people turned to next.

The planner is kept from looking at every row, which would be exact and say nothing about the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray
from pgvector import HalfVector

from benchmarks.ranking_index_use import index_only, index_use
from benchmarks.ranking_people import WEIGHTINGS, Person, interest_under, vector_under
from benchmarks.ranking_references import AllVectors, GraphInProcess
from benchmarks.ranking_versions import Version
from benchmarks.ranking_ways import CANDIDATES, Question
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import JointInterest
from recommender.engine.settings import FilterSettings, ScoringSettings
from recommender.evaluation.metrics import NDCG, judge
from recommender.evaluation.systems.base import Ranking
from recommender.selectors.history import excluded_item_ids
from recommender.selectors.joint_vectors import joint_candidates
from recommender.services.joint_ranking import rank_jointly

DEPTH, LIST = 100, 10
# Cosines that differ by less are a tie to PostgreSQL, which adds them up in single precision.
TIE = 2e-6


@dataclass(frozen=True)
class Recall:
    """Over the people: mean and least recall@100, the shortest list of 200, and how many came through the index."""

    mean: float
    least: float
    shortest: int
    through_index: float


@dataclass(frozen=True)
class Agreement:
    """Of the lists of ten through the index and by looking at every vector.

    ndcg, exact_ndcg: against the held-out items and the new items that take after them, which stand in their place
    among many more; same: the share of the exact ten that is among the other ten.
    """

    ndcg: float
    exact_ndcg: float
    same: float
    people: int


def recalls(version: Version, vectors: AllVectors, people: Sequence[Person]) -> dict[str, Recall]:
    """By weighting."""
    with index_only():
        return {weighting: _recall(version, vectors, people, weighting) for weighting in WEIGHTINGS}


def graph_recall(graph: GraphInProcess, vectors: AllVectors, questions: Sequence[Question]) -> float:
    """Mean recall@100 of the graph in the process, under the default weights."""
    found = [graph.nearest(question.vector, CANDIDATES) for question in questions]
    pairs = zip(questions, found, strict=True)
    return float(np.mean([_hits(vectors, question.vector, rows) for question, rows in pairs]))


def _recall(version: Version, vectors: AllVectors, people: Sequence[Person], weighting: str) -> Recall:
    vectors_of_people = [vector_under(version.model, person.unseen, weighting) for person in people]
    questions = [vector for vector in vectors_of_people if vector is not None]
    if not questions:
        raise SystemExit(f"Nothing is known of anybody that the weighting “{weighting}” could use.")
    with index_use(version.model) as use:
        answers = [_candidates(version, vector) for vector in questions]
    # The exact scan of the same question, which reaches PostgreSQL in half precision.
    asked = [np.asarray(HalfVector(vector).to_numpy(), dtype=np.float64) for vector in questions]
    values = [_hits(vectors, vector, vectors.rows(ids)) for vector, ids in zip(asked, answers, strict=True)]
    return Recall(float(np.mean(values)), min(values), min(map(len, answers)), use.share_of(len(questions)))


def _hits(vectors: AllVectors, vector: FloatArray, rows: NDArray[np.intp]) -> float:
    """Which share of the nearest hundred was found among the first hundred; those tied with the last one count."""
    _, cosines = vectors.exact(vector, DEPTH)
    return float((vectors.cosines(vector, rows[:DEPTH]) >= cosines[-1] - TIE).sum()) / DEPTH


def _candidates(version: Version, vector: FloatArray) -> list[int]:
    found = joint_candidates(
        version.model, vector, limit=CANDIDATES, with_vectors=0, filters=FilterSettings(), excluded_ids=()
    )
    return [item_id for item_id, _, _ in found]


def agreement(
    version: Version, vectors: AllVectors, people: Sequence[Person], held_out: Mapping[int, set[int]]
) -> Agreement:
    """The lists of people as they are, what they have seen left out, under the default weights."""
    settings = ScoringSettings()
    served, exact, relevant, same = [], [], [], []
    for person in people:
        interest = interest_under(version.model, person.profile)
        if interest is None or not held_out[person.profile.pk]:
            continue
        seen = excluded_item_ids(person.profile.pk, settings.seen, now=timezone.now())
        rows = vectors.rows(_list(version, interest, settings, seen))
        best, _ = vectors.exact(interest.vector, LIST, vectors.rows(sorted(seen)))
        served.append(_ranking(rows))
        exact.append(_ranking(best))
        liked = vectors.rows(sorted(held_out[person.profile.pk]))
        relevant.append(version.with_children(liked).astype(np.int64))
        same.append(len(np.intersect1d(rows, best)) / LIST)
    if not same:
        raise SystemExit("Nobody's held-out items speak for anything: nDCG cannot be measured.")
    return Agreement(
        ndcg=float(judge(served, relevant, [NDCG])[NDCG].mean()),
        exact_ndcg=float(judge(exact, relevant, [NDCG])[NDCG].mean()),
        same=float(np.mean(same)),
        people=len(same),
    )


def _list(version: Version, interest: JointInterest, settings: ScoringSettings, seen: set[int]) -> list[int]:
    with index_only():
        ranked = rank_jointly(
            version.model,
            interest,
            settings,
            excluded_ids=seen,
            length=LIST,
            now=timezone.now(),
            rng=np.random.default_rng(0),
        )
    return [item.item_id for item in ranked]


def _ranking(rows: NDArray[np.intp]) -> Ranking:
    return Ranking(rows.astype(np.int64), -np.arange(len(rows), dtype=np.float64))
