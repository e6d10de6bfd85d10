from __future__ import annotations

from math import log2, sqrt

import numpy as np
import pytest

from recommender.evaluation.folds import training_data
from recommender.evaluation.list_metrics import catalog_coverage, intra_list_diversity, novelty, self_information
from recommender.evaluation.systems.base import Ranking
from tests.recommender.evaluation.arranging import case_of, dataset_of, rows_of, train_on


def ranking_of(*items: int) -> Ranking:
    return Ranking(rows_of(*items), np.zeros(len(items)))


def test_coverage_counts_distinct_items_in_the_first_ten() -> None:
    rankings = [ranking_of(0, 1), ranking_of(1, 2), ranking_of(*range(1, 13))]
    assert catalog_coverage(rankings, [case_of()] * 3, 20) == 11 / 20


def test_coverage_is_of_the_candidates_where_there_are_some() -> None:
    cases = [case_of(candidates=rows_of(1, 2)), case_of(candidates=rows_of(2, 3, 4))]
    assert catalog_coverage([ranking_of(1), ranking_of(2)], cases, 100) == 2 / 4


def test_coverage_of_an_empty_catalogue_is_zero() -> None:
    assert catalog_coverage([], [], 0) == 0.0


def test_self_information_falls_with_the_share_of_people() -> None:
    train = train_on([[1, 1, 0], [1, 0, 0], [1, 0, 0]])
    assert self_information(train) == pytest.approx([-log2(4 / 4), -log2(2 / 4), -log2(1 / 4)])


def test_self_information_counts_a_person_once() -> None:
    dataset = dataset_of([("alice", "a", 1.0, 1.0), ("alice", "a", 1.0, 2.0), ("bob", "b", 1.0, 1.0)])
    train = training_data(dataset, np.ones(3, dtype=np.bool_), np.arange(3), None)
    assert self_information(train) == pytest.approx([-log2(2 / 3)] * 2)


def test_novelty_is_the_mean_of_the_first_ten() -> None:
    information = np.array([0.0, 1.0, 2.0, *[4.0] * 10])
    values = novelty([ranking_of(0, 2), ranking_of(*range(3, 13), 0), ranking_of()], information)
    assert values[:2].tolist() == [1.0, 4.0]
    assert np.isnan(values[2])


def test_diversity_is_one_minus_the_mean_cosine_of_pairs() -> None:
    vectors = np.array([[1.0, 0.0], [0.0, 1.0], [1 / sqrt(2), 1 / sqrt(2)], [-1.0, 0.0], [0.0, 0.0]])
    rankings = [ranking_of(0, 1), ranking_of(0, 1, 2), ranking_of(0, 3), ranking_of(0, 4)]
    pair = 1 / sqrt(2)
    assert intra_list_diversity(rankings, vectors) == pytest.approx([1, 1 - (0 + pair + pair) / 3, 2, 1])


def test_diversity_needs_two_items_and_looks_at_ten() -> None:
    vectors = np.eye(12)
    vectors[10:] = vectors[0]
    values = intra_list_diversity([ranking_of(3), ranking_of(*range(12))], vectors)
    assert np.isnan(values[0])
    assert values[1] == pytest.approx(1.0)
