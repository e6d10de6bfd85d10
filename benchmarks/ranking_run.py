"""The benchmark of the ranking from its data set to its targets."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.ranking_catalog import Trained, hold_out, import_folder, some_people, train
from benchmarks.ranking_changes import changes, medians_by_size, see_the_nearest
from benchmarks.ranking_measuring import Call, cpu_ratio, measure, percentile, wall_ratio
from benchmarks.ranking_people import DEFAULT, Person, stand_ins, vector_under
from benchmarks.ranking_quality import Agreement, Recall, agreement, graph_recall, recalls
from benchmarks.ranking_references import AllVectors, GraphInProcess
from benchmarks.ranking_report import (
    report_calls,
    report_quality,
    report_targets,
    report_training,
    report_version,
)
from benchmarks.ranking_target import Target
from benchmarks.ranking_versions import Version, enlarged_version
from benchmarks.ranking_ways import (
    CANDIDATES,
    RAW,
    SERVICE,
    SERVICE_ANEW,
    STATEMENT,
    Question,
    index_shares,
    question,
    reference_ways,
    same_settings,
    served_ways,
)
from recommender.selectors.joint_vectors import ef_search
from recommender.services.ranking_models import activate_model

STATEMENT_TIMES_RAW, SERVICE_TIMES_RAW = 2.5, 6.0
RECALL_DEFAULT, RECALL_ANY, NDCG_LOST = 0.99, 0.97, 0.001
TIMES_SMALLER, CHANGE_MILLISECONDS, TRAINING_SECONDS = 2.0, 50.0, 20.0
# Looking at every vector is slow and hardly varies.
REFERENCE_PEOPLE, REFERENCE_ROUNDS = 25, 1


@dataclass(frozen=True)
class Options:
    folder: Path
    sizes: Sequence[int]
    people: int
    rounds: int
    search: bool
    graph_in_process: bool
    seed: int


@dataclass(frozen=True)
class Measured:
    """Of one version."""

    version: Version
    questions: list[Question]
    calls: Mapping[str, Sequence[Call]]
    index_shares: Mapping[str, float]
    recalls: Mapping[str, Recall]
    agreement: Agreement
    changes: Sequence[Call]


def run(options: Options) -> None:
    rng = np.random.default_rng(options.seed)
    catalog = import_folder(options.folder)
    people = some_people(catalog, options.people, rng)
    if not people:
        raise SystemExit("The data set has nobody with a history.")
    held_out = hold_out(people)
    trained = train(catalog, os.environ, search=options.search)
    report_training(trained, sum(len(items) for items in held_out.values()), len(people))
    asking = stand_ins(catalog, people)
    measured = [
        measure_size(trained, size, asking, held_out, options, rng)
        for size in options.sizes
        if size >= trained.model.item_count
    ]
    report_targets([*_targets(measured), *_growth(measured, options.rounds), _training_target(trained)])


def measure_size(
    trained: Trained,
    size: int,
    people: Sequence[Person],
    held_out: Mapping[int, set[int]],
    options: Options,
    rng: np.random.Generator,
) -> Measured:
    version = enlarged_version(trained.model, size, rng)
    width = ef_search(version.model, limit=CANDIDATES)
    report_version(version, ef_search=width)
    activate_model(version.model)
    same_settings(version)
    vectors = AllVectors(version)
    vectors_of_people = [(person, vector_under(version.model, person.unseen, DEFAULT)) for person in people]
    questions = [question(person, vector, vectors) for person, vector in vectors_of_people if vector is not None]
    see_the_nearest(questions)
    ways = served_ways(version)
    calls = measure(ways, questions, rounds=options.rounds, rng=rng)
    shares = index_shares(version, ways, questions[:REFERENCE_PEOPLE])
    report_calls(f"{size} items", calls, raw=calls[RAW], index_shares=shares)
    changed = changes(trained.model.catalog, people)
    report_calls(f"{size} items, a like recorded and the next list", {"like and service": changed})
    graph = None
    if options.graph_in_process:
        links, ef_construction = version.graph
        graph = GraphInProcess(vectors, links=links, ef_construction=ef_construction, ef_search=width)
    references = measure(
        reference_ways(version, vectors, graph), questions[:REFERENCE_PEOPLE], rounds=REFERENCE_ROUNDS, rng=rng
    )
    report_calls(f"{size} items, for reference", references)
    found = recalls(version, vectors, people)
    agreed = agreement(version, vectors, people, held_out)
    report_quality(found, agreed, None if graph is None else graph_recall(graph, vectors, questions))
    return Measured(version, questions, calls, shares, found, agreed, changed)


def _targets(measured: Sequence[Measured]) -> list[Target]:
    targets = []
    for one in measured:
        items, raw = f"{one.version.size} items: ", one.calls[RAW]
        lost = one.agreement.exact_ndcg - one.agreement.ndcg
        for way, ratio, kind, bound in (
            (STATEMENT, cpu_ratio, "CPU", STATEMENT_TIMES_RAW),
            (SERVICE, wall_ratio, "wall", SERVICE_TIMES_RAW),
            (SERVICE_ANEW, wall_ratio, "wall", SERVICE_TIMES_RAW),
        ):
            what = f"{items}{way} / raw, {kind}"
            targets.append(Target(what, ratio(one.calls[way], raw), bound, remark=_remark(one.index_shares[way])))
        targets += [
            *_recall_targets(items, one.recalls),
            Target(f"{items}nDCG@10 lost to the index", lost, NDCG_LOST, remark=_nothing_to_lose(one.agreement)),
            Target(f"{items}like to changed answer, p95", percentile(one.changes, 95), CHANGE_MILLISECONDS, unit=" ms"),
        ]
    return targets


def _recall_targets(items: str, recalls: Mapping[str, Recall]) -> list[Target]:
    worst = min(recalls, key=lambda weighting: recalls[weighting].mean)
    bounds = ((DEFAULT, "default weights", RECALL_DEFAULT), (worst, f"worst of all weights ({worst})", RECALL_ANY))
    return [
        Target(
            f"{items}recall@100, {what}",
            recalls[weighting].mean,
            bound,
            at_least=True,
            remark=_remark(recalls[weighting].through_index),
        )
        for weighting, what, bound in bounds
    ]


def _remark(index_share: float) -> str:
    """An answer by looking at every row says nothing about the index, however good it is."""
    return "" if index_share >= 1 else f" - but only {index_share:.0%} went through the index"


def _nothing_to_lose(agreement: Agreement) -> str:
    return "" if agreement.exact_ndcg > 0 else " - but not even the exact lists hold anything relevant"


def _growth(measured: Sequence[Measured], rounds: int) -> list[Target]:
    """From each size to the next, which is ten times as large where nothing else was asked for."""
    if len(measured) < 2:
        return []
    versions, questions = [one.version for one in measured], [one.questions for one in measured]
    targets = []
    for way in (SERVICE, STATEMENT):
        medians = medians_by_size(versions, questions, way, rounds=rounds)
        for index in range(1, len(versions)):
            what = f"{way}, p50 at {versions[index].size} / p50 at {versions[index - 1].size}"
            targets.append(Target(what, medians[index] / medians[index - 1], TIMES_SMALLER))
    return targets


def _training_target(trained: Trained) -> Target:
    return Target("training without the search", trained.seconds, TRAINING_SECONDS, unit=" s")
