"""One evaluation: split, learn, rank, judge, compare. Answers are read in `_judged` and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from zlib import crc32

import numpy as np

from recommender.evaluation import list_metrics, metrics
from recommender.evaluation.comparison import JudgedFold, compare
from recommender.evaluation.dataset import Dataset, FloatArray
from recommender.evaluation.folds import Fold
from recommender.evaluation.protocols import Rules, folds
from recommender.evaluation.report import Report, Result
from recommender.evaluation.systems.base import Ranking, System

# Longest list asked for: what `mrr` looks at, deeper than anything that is shown.
DEPTH = 100

Progress = Callable[[Result], None]


def evaluate(
    dataset: Dataset,
    protocol: str,
    systems: Sequence[System],
    *,
    seeds: Sequence[int] = (0,),
    rules: Rules | None = None,
    text_vectors: FloatArray | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge systems on a data set.

    Args:
        dataset: after `with_frequent_items`; its item rows are those that systems and vectors use.
        protocol: a key of `protocols.PROTOCOLS`.
        systems: each with a name of its own; in the order of the report.
        seeds: one split each; every system learns anew.
        rules: sizes and thresholds; None is the defaults.
        text_vectors: (n, d) centred embeddings of length 1, for the diversity of lists; None leaves it out.
        progress: is told each result as it comes.

    Returns:
        Results, means, intervals and comparisons. Deterministic by seeds where the systems are, save for seconds.

    Raises:
        ValueError: for two systems of one name, or none.
        NotApplicable: where the data set lacks what the protocol needs.
    """
    names = [system.name for system in systems]
    if not names or len(set(names)) < len(names):
        raise ValueError("one system or more is judged, each under a name of its own")
    results: list[Result] = []
    judged: list[JudgedFold] = []
    for seed in seeds:
        for number, fold in enumerate(folds(dataset, protocol, seed, rules)):
            by_system = {}
            for system in systems:
                rng = np.random.default_rng([seed, number, crc32(system.name.encode())])
                result, values = _run(system, fold, seed, rng, text_vectors)
                by_system[system.name] = values
                results.append(result)
                if progress is not None:
                    progress(result)
            judged.append(JudgedFold(fold.cases, by_system))
    return compare(protocol, results, judged, np.random.default_rng(list(seeds)))


def _run(
    system: System, fold: Fold, seed: int, rng: np.random.Generator, text_vectors: FloatArray | None
) -> tuple[Result, dict[str, FloatArray]]:
    started = perf_counter()
    system.fit(fold.train, rng)
    fitted = perf_counter()
    rankings = system.rank(fold.cases, DEPTH)
    ranked = perf_counter()
    values = _judged(fold, rankings, text_vectors)
    result = Result(
        system=system.name,
        seed=seed,
        fold=fold.name,
        metrics=_means(fold, rankings, values),
        settings=dict(system.settings),
        cases=len(fold.cases),
        train_seconds=fitted - started,
        rank_seconds=ranked - fitted,
    )
    return result, values


def _judged(fold: Fold, rankings: Sequence[Ranking], text_vectors: FloatArray | None) -> dict[str, FloatArray]:
    """By metric (c,) values, nan where a list is too short to have one."""
    values = metrics.judge(rankings, fold.relevant)
    values[list_metrics.NOVELTY] = list_metrics.novelty(rankings, list_metrics.self_information(fold.train))
    if text_vectors is not None:
        values[list_metrics.DIVERSITY] = list_metrics.intra_list_diversity(rankings, text_vectors)
    return values


def _means(fold: Fold, rankings: Sequence[Ranking], values: dict[str, FloatArray]) -> dict[str, float]:
    means: dict[str, float] = {}
    for group in dict.fromkeys(case.group for case in fold.cases):
        rows = [row for row, case in enumerate(fold.cases) if case.group == group]
        ending = f",{group}" if group else ""
        for name, by_case in values.items():
            known = by_case[rows][~np.isnan(by_case[rows])]
            means[name + ending] = float(known.mean()) if len(known) else float("nan")
        own = [rankings[row] for row in rows]
        coverage = list_metrics.catalog_coverage(own, [fold.cases[row] for row in rows], fold.train.n_items)
        means[list_metrics.COVERAGE + ending] = coverage
    return means
