"""How good a ranking is, by case, through ir-measures.

Relevance is binary. With rel the relevant items of a case, r_i = 1 where the item at rank i (1-based) is relevant:

- `ndcg@10`: sum_{i<=10} r_i / log2(i + 1), divided by the same sum for a perfect list, sum_{i<=min(10, |rel|)}
  1 / log2(i + 1). trec_eval's `ndcg_cut_10`.
- `recall@20`: sum_{i<=20} r_i / |rel|. Divided by all relevant items, not by min(20, |rel|). trec_eval's `recall_20`.
- `mrr`: 1 / rank of the first relevant item, 0 where none is within the depth that was asked for. trec_eval's
  `recip_rank`.
- `hit_rate@10`: 1 where one of the first ten is relevant, else 0. trec_eval's `success_10`.

Source: Jaervelin and Kekaelaeinen, TOIS 2002 (nDCG, here with the discount log2(i + 1) from rank 1 on); definitions
differ between libraries (arXiv 2407.13531), so they are computed by one: MacAvaney et al., "Streamlining Evaluation
with ir-measures", ECIR 2022.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import ir_measures
import numpy as np
from ir_measures import RR, R, Success, nDCG

from recommender.evaluation.dataset import FloatArray, IntArray
from recommender.evaluation.systems.base import Ranking

NDCG, RECALL, MRR, HIT_RATE = "ndcg@10", "recall@20", "mrr", "hit_rate@10"

MEASURES: Mapping[str, ir_measures.Measure] = MappingProxyType(
    {NDCG: nDCG @ 10, RECALL: R @ 20, MRR: RR, HIT_RATE: Success @ 10}
)


def judge(
    rankings: Sequence[Ranking], relevant: Sequence[IntArray], names: Sequence[str] = tuple(MEASURES)
) -> dict[str, FloatArray]:
    """Judge c rankings.

    Args:
        rankings: c lists of item rows, best first.
        relevant: by case the rows of the relevant items, one or more each.
        names: keys of `MEASURES`.

    Returns:
        By name (c,) values, 0..1. An empty list scores 0.
    """
    measures = {MEASURES[name]: name for name in names}
    values = {name: np.zeros(len(rankings)) for name in names}
    truth = {str(case): dict.fromkeys(map(str, rows.tolist()), 1) for case, rows in enumerate(relevant)}
    # Ranks instead of scores: trec_eval orders by score and breaks ties by id, which would undo the order given.
    run = {
        str(case): {str(row): float(-rank) for rank, row in enumerate(ranking.items.tolist())}
        for case, ranking in enumerate(rankings)
        if len(ranking.items)
    }
    if run:
        for metric in ir_measures.iter_calc(list(measures), truth, run):
            values[measures[metric.measure]][int(metric.query_id)] = metric.value
    return values


def mean_ndcg(rankings: Sequence[Ranking], relevant: Sequence[IntArray]) -> float:
    """The mean of `ndcg@10` over the cases, what hyperparameters are chosen by; 0 where there is no case."""
    return float(judge(rankings, relevant, [NDCG])[NDCG].mean()) if len(rankings) else 0.0
