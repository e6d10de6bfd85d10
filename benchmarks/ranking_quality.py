"""What the index costs in quality: recall against the exact order, and nDCG of what people turned to next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from django.utils import timezone
from pgvector import HalfVector

from benchmarks.ranking_people import WEIGHTINGS, Person, interest_under, vector_under
from benchmarks.ranking_references import AllVectors
from benchmarks.ranking_versions import Version
from benchmarks.ranking_ways import CANDIDATES
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
    """Over the people: mean and least recall@100, and the shortest list of 200."""

    mean: float
    least: float
    shortest: int


@dataclass(frozen=True)
class Agreement:
    """Of the lists of ten through the index and by looking at every vector.

    ndcg, exact_ndcg: against the held-out items; same: the share of the exact ten that is among the other ten.
    """

    ndcg: float
    exact_ndcg: float
    same: float
    people: int


def recalls(version: Version, vectors: AllVectors, people: Sequence[Person]) -> dict[str, Recall]:
    """By weighting."""
    return {weighting: _recall(version, vectors, people, weighting) for weighting in WEIGHTINGS}


def _recall(version: Version, vectors: AllVectors, people: Sequence[Person], weighting: str) -> Recall:
    values, shortest = [], CANDIDATES
    for person in people:
        vector = vector_under(version.model, person.unseen, weighting)
        if vector is None:
            continue
        # The exact scan of the same question, which reaches PostgreSQL in half precision.
        asked = np.asarray(HalfVector(vector).to_numpy(), dtype=np.float64)
        _, cosines = vectors.exact(asked, DEPTH)
        found = joint_candidates(
            version.model, vector, limit=CANDIDATES, with_vectors=0, filters=FilterSettings(), excluded_ids=()
        )
        rows = vectors.rows([item_id for item_id, _, _ in found[:DEPTH]])
        values.append(float((vectors.cosines(asked, rows) >= cosines[-1] - TIE).sum()) / DEPTH)
        shortest = min(shortest, len(found))
    return Recall(float(np.mean(values)), min(values), shortest)


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
        ranked = rank_jointly(
            version.model,
            interest,
            settings,
            excluded_ids=seen,
            length=LIST,
            now=timezone.now(),
            rng=np.random.default_rng(0),
        )
        rows = vectors.rows([item.item_id for item in ranked])
        best, _ = vectors.exact(interest.vector, LIST, vectors.rows(sorted(seen)))
        served.append(_ranking(rows))
        exact.append(_ranking(best))
        relevant.append(vectors.rows(sorted(held_out[person.profile.pk])).astype(np.int64))
        same.append(len(np.intersect1d(rows, best)) / LIST)
    if not same:
        raise SystemExit("Nobody's held-out items speak for anything: nDCG cannot be measured.")
    return Agreement(
        ndcg=float(judge(served, relevant, [NDCG])[NDCG].mean()),
        exact_ndcg=float(judge(exact, relevant, [NDCG])[NDCG].mean()),
        same=float(np.mean(same)),
        people=len(same),
    )


def _ranking(rows: np.typing.NDArray[np.intp]) -> Ranking:
    return Ranking(rows.astype(np.int64), -np.arange(len(rows), dtype=np.float64))
