"""From judged cases to means, intervals and paired comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from recommender.evaluation.dataset import FloatArray, IntArray
from recommender.evaluation.folds import Case
from recommender.evaluation.report import PairedComparison, Report, Result
from recommender.evaluation.statistics import bootstrap_intervals, paired_p_values, person_sums


@dataclass(frozen=True)
class JudgedFold:
    """c cases and, by system and metric, their (c,) values."""

    cases: Sequence[Case]
    values: Mapping[str, Mapping[str, FloatArray]]


@dataclass(frozen=True)
class _Pool:
    """All cases of one group, over seeds and folds, each fold weighing as much as any other.

    Attributes:
        people: (c,) rows of the people asked.
        weights: (c,) 1 / cases of the fold.
        values: by system and metric (c,).
    """

    people: IntArray
    weights: FloatArray
    values: Mapping[str, Mapping[str, FloatArray]]


def compare(protocol: str, results: Sequence[Result], judged: Sequence[JudgedFold], rng: np.random.Generator) -> Report:
    """Put a report together.

    Args:
        protocol: its name.
        results: of all systems, seeds and folds.
        judged: the folds behind them, by seed and fold; the same people have the same rows in all of them.
        rng: draws the resamples.

    Returns:
        Means over seeds and folds. Intervals and comparisons are of these means, over people; coverage has none,
        since it is no mean over cases.
    """
    systems = list(dict.fromkeys(result.system for result in results))
    intervals: dict[str, dict[str, tuple[float, float]]] = {system: {} for system in systems}
    paired: list[PairedComparison] = []
    for group in dict.fromkeys(case.group for fold in judged for case in fold.cases):
        pool, ending = _pooled(judged, systems, group), f",{group}" if group else ""
        for system, metric, ends in _intervals(pool, rng):
            intervals[system][metric + ending] = ends
        paired += _comparisons(pool, ending, rng)
    means = {system: _mean([result for result in results if result.system == system]) for system in systems}
    return Report(protocol, results, means, intervals, paired)


def _mean(results: Sequence[Result]) -> dict[str, float]:
    names = dict.fromkeys(name for result in results for name in result.metrics)
    return {name: float(np.mean([r.metrics[name] for r in results if name in r.metrics])) for name in names}


def _pooled(judged: Sequence[JudgedFold], systems: Sequence[str], group: str) -> _Pool:
    rows = [np.array([case.group == group for case in fold.cases], dtype=np.bool_) for fold in judged]
    asked = [case.user for fold in judged for case in fold.cases if case.group == group]
    weights = [np.full(own.sum(), 1 / max(1, own.sum())) for own in rows]
    names = list(judged[0].values[systems[0]])
    values = {
        system: {
            name: np.concatenate([fold.values[system][name][own] for fold, own in zip(judged, rows, strict=True)])
            for name in names
        }
        for system in systems
    }
    return _Pool(np.array(asked, dtype=np.int64), np.concatenate(weights), values)


def _intervals(pool: _Pool, rng: np.random.Generator) -> list[tuple[str, str, tuple[float, float]]]:
    keys = [(system, metric) for system, by_metric in pool.values.items() for metric in by_metric]
    columns = np.column_stack([pool.values[system][metric] for system, metric in keys])
    ends = bootstrap_intervals(person_sums(columns, pool.people, pool.weights), rng)
    return [(*key, (float(low), float(high))) for key, low, high in zip(keys, *ends, strict=True)]


def _comparisons(pool: _Pool, ending: str, rng: np.random.Generator) -> list[PairedComparison]:
    keys = [
        (system, against, metric) for against, system in combinations(pool.values, 2) for metric in pool.values[system]
    ]
    if not keys:
        return []
    columns = np.column_stack(
        [pool.values[system][name] - pool.values[against][name] for system, against, name in keys]
    )
    sums = person_sums(columns, pool.people, pool.weights)
    rows = zip(keys, sums.means, bootstrap_intervals(sums, rng).T, paired_p_values(sums), strict=True)
    return [
        PairedComparison(*key[:2], key[2] + ending, float(mean), (float(ends[0]), float(ends[1])), float(p_value))
        for key, mean, ends, p_value in rows
    ]
