from __future__ import annotations

from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.evaluation.metrics import judge, mean_ndcg
from recommender.evaluation.systems.base import Ranking
from tests.recommender.evaluation.arranging import rows_of


def ranking_of(*items: int) -> Ranking:
    return Ranking(rows_of(*items), -np.arange(len(items), dtype=np.float64))


def test_metrics_of_a_list_with_hits_at_ranks_two_and_three() -> None:
    values = judge([ranking_of(5, 3, 9)], [rows_of(3, 7, 9)])
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert values["ndcg@10"] == pytest.approx([(1 / log2(3) + 1 / log2(4)) / ideal])
    assert values["ndcg@10"] == pytest.approx([0.53072], abs=1e-5)
    assert values["recall@20"] == pytest.approx([2 / 3])
    assert values["mrr"] == pytest.approx([1 / 2])
    assert values["hit_rate@10"] == pytest.approx([1.0])


def test_each_metric_looks_as_deep_as_its_name_says() -> None:
    items = list(range(100, 130))
    relevant_at = {rank: rows_of(items[rank - 1]) for rank in (10, 11, 20, 21)}
    values = judge([ranking_of(*items)] * 4, list(relevant_at.values()))
    assert values["ndcg@10"] == pytest.approx([1 / log2(11), 0, 0, 0])
    assert values["hit_rate@10"].tolist() == [1, 0, 0, 0]
    assert values["recall@20"].tolist() == [1, 1, 1, 0]
    assert values["mrr"] == pytest.approx([1 / 10, 1 / 11, 1 / 20, 1 / 21])


def test_perfect_list_of_ten_has_ndcg_one_and_recall_of_all_that_is_relevant() -> None:
    values = judge([ranking_of(*range(20))], [np.arange(40)])
    assert values["ndcg@10"] == pytest.approx([1.0])
    assert values["recall@20"] == pytest.approx([0.5])


def test_order_is_the_ranking_s_and_neither_score_nor_id() -> None:
    equal = Ranking(rows_of(1, 9), np.zeros(2))
    upside_down = Ranking(rows_of(1, 9), np.array([0.0, 1.0]))
    assert judge([equal, upside_down], [rows_of(9)] * 2)["mrr"].tolist() == [0.5, 0.5]


def test_empty_list_scores_zero_beside_others() -> None:
    values = judge([ranking_of(), ranking_of(4)], [rows_of(4)] * 2)
    assert {name: by_case.tolist() for name, by_case in values.items()} == {
        "ndcg@10": [0, 1],
        "recall@20": [0, 1],
        "mrr": [0, 1],
        "hit_rate@10": [0, 1],
    }
    assert judge([ranking_of()], [rows_of(4)])["ndcg@10"].tolist() == [0]


def test_mean_ndcg_is_over_cases_and_zero_without_any() -> None:
    assert mean_ndcg([ranking_of(4), ranking_of(5)], [rows_of(4)] * 2) == 0.5
    assert mean_ndcg([], []) == 0.0


@settings(max_examples=50, deadline=None)
@given(st.permutations(range(30)), st.sets(st.integers(0, 40), min_size=1))
def test_metrics_lie_between_zero_and_one_and_a_hit_in_ten_shows_in_three_of_them(
    order: list[int], answer: set[int]
) -> None:
    values = judge([ranking_of(*order)], [rows_of(*sorted(answer))])
    assert all(0 <= by_case[0] <= 1 + 1e-12 for by_case in values.values())
    hit = bool(set(order[:10]) & answer)
    assert values["hit_rate@10"][0] == hit
    assert (values["ndcg@10"][0] > 0) == hit
    assert (values["mrr"][0] >= 0.1) == hit
    assert values["recall@20"][0] == pytest.approx(len(set(order[:20]) & answer) / len(answer))
