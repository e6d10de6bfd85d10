"""What an evaluation found, and its JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

Metrics = Mapping[str, float]


@dataclass(frozen=True)
class Result:
    """One system on one fold.

    Attributes:
        system: its id.
        seed: of the split and of the system's random numbers.
        fold: the fold's name, "" where there is one.
        metrics: means over the cases by metric, `ndcg@10` or with a group `ndcg@10,k=3`.
        settings: hyperparameters as chosen.
        cases: how many were judged.
        train_seconds: `fit`, choosing hyperparameters included.
        rank_seconds: answering all cases.
    """

    system: str
    seed: int
    fold: str
    metrics: Metrics
    settings: Mapping[str, float | str]
    cases: int
    train_seconds: float
    rank_seconds: float


@dataclass(frozen=True)
class PairedComparison:
    """How much better `system` is than `against` on the same cases, with a 95 % bootstrap interval over people."""

    system: str
    against: str
    metric: str
    difference: float
    interval: tuple[float, float]
    p_value: float


@dataclass(frozen=True)
class Report:
    """An evaluation.

    Attributes:
        protocol: its name.
        results: by seed, fold and system, in the order of the run.
        mean: by system, the mean over seeds and folds.
        intervals: by system and metric, a 95 % bootstrap interval over people of that mean.
        paired: every system against every one that was named before it.
    """

    protocol: str
    results: Sequence[Result]
    mean: Mapping[str, Metrics]
    intervals: Mapping[str, Mapping[str, tuple[float, float]]]
    paired: Sequence[PairedComparison]

    def as_json(self) -> dict[str, object]:
        """Plain lists, dicts and numbers; a number that does not exist is None."""
        return {
            "protocol": self.protocol,
            "results": [_result(result) for result in self.results],
            "mean": {system: _numbers(metrics) for system, metrics in self.mean.items()},
            "intervals": {
                system: {metric: [_number(end) for end in ends] for metric, ends in by_metric.items()}
                for system, by_metric in self.intervals.items()
            },
            "paired": [_comparison(comparison) for comparison in self.paired],
        }


def _result(result: Result) -> dict[str, object]:
    return {
        "system": result.system,
        "seed": result.seed,
        "fold": result.fold,
        "metrics": _numbers(result.metrics),
        "settings": dict(result.settings),
        "cases": result.cases,
        "train_seconds": result.train_seconds,
        "rank_seconds": result.rank_seconds,
    }


def _comparison(comparison: PairedComparison) -> dict[str, object]:
    return {
        "system": comparison.system,
        "against": comparison.against,
        "metric": comparison.metric,
        "difference": _number(comparison.difference),
        "interval": [_number(end) for end in comparison.interval],
        "p_value": _number(comparison.p_value),
    }


def _numbers(metrics: Metrics) -> dict[str, float | None]:
    return {name: _number(value) for name, value in metrics.items()}


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None
