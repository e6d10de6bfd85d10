from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.evaluation.systems.base import best_first, liked_matrix
from recommender.evaluation.systems.popularity import Popularity
from tests.recommender.evaluation.arranging import case_of, history_of_items, rows_of, train_on


def test_best_comes_first_and_of_equals_the_lower_row() -> None:
    ranking = best_first(np.array([0.0, 2.0, 1.0, 2.0, 1.0]), case_of(), 4)
    assert ranking.items.tolist() == [1, 3, 2, 4]
    assert ranking.scores.tolist() == [2.0, 2.0, 1.0, 1.0]


def test_excluded_items_are_left_out_and_only_candidates_are_in() -> None:
    scores = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
    assert best_first(scores, case_of(0, 2), 10).items.tolist() == [1, 3, 4]
    assert best_first(scores, case_of(0, 2, candidates=rows_of(0, 3, 4)), 10).items.tolist() == [3, 4]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.integers(-2, 2), min_size=1, max_size=30),
    st.sets(st.integers(0, 29)),
    st.integers(1, 35),
)
def test_ranking_is_the_head_of_the_whole_order(scores: list[int], excluded: set[int], depth: int) -> None:
    excluded = {row for row in excluded if row < len(scores)}
    whole = sorted(set(range(len(scores))) - excluded, key=lambda row: (-scores[row], row))
    ranking = best_first(np.array(scores, dtype=np.float64), case_of(*sorted(excluded)), depth)
    assert ranking.items.tolist() == whole[:depth]


def test_liked_matrix_holds_likes_once() -> None:
    case = case_of()
    histories = [history_of_items(2, 0, 2), history_of_items(1, 0, likes=[False, True]), history_of_items()]
    cases = [type(case)(str(n), 0, history, rows_of()) for n, history in enumerate(histories)]
    assert liked_matrix(cases, 3).toarray().tolist() == [[1, 0, 1], [1, 0, 0], [0, 0, 0]]


def test_blocks_of_cases_do_not_change_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    system = Popularity()
    system.fit(train_on([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0]]), np.random.default_rng(0))
    cases = [case_of(row % 4) for row in range(5)]
    whole = [ranking.items.tolist() for ranking in system.rank(cases, 3)]
    monkeypatch.setattr("recommender.evaluation.systems.base.CASES_A_BLOCK", 2)
    assert [ranking.items.tolist() for ranking in system.rank(cases, 3)] == whole
    assert system.rank([], 3) == []
