"""Merging by ranks: worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.engine.rank_fusion import reciprocal_rank_fusion

RANKINGS = st.lists(st.lists(st.integers(1, 20), unique=True), max_size=4)


def test_scores_are_the_sums_of_reciprocal_ranks() -> None:
    merged = reciprocal_rank_fusion([[7, 3], [3, 9, 7]])
    assert [item_id for item_id, _score in merged] == [3, 7, 9]
    assert [score for _item_id, score in merged] == pytest.approx([1 / 62 + 1 / 61, 1 / 61 + 1 / 63, 1 / 62])


def test_constant_says_how_much_the_first_rank_is_worth() -> None:
    assert reciprocal_rank_fusion([[1, 2], [3, 2]], constant=0)[0] == (1, 1.0)
    assert reciprocal_rank_fusion([[1, 2], [3, 2]], constant=60)[0] == (2, 2 / 62)


def test_equal_scores_are_in_the_order_of_the_first_ranking() -> None:
    assert [item_id for item_id, _ in reciprocal_rank_fusion([[9], [1]])] == [9, 1]


def test_nothing_gives_nothing() -> None:
    assert reciprocal_rank_fusion([]) == []
    assert reciprocal_rank_fusion([[], []]) == []


def test_id_that_stands_twice_in_a_ranking_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        reciprocal_rank_fusion([[1, 2, 1]])


@given(RANKINGS)
def test_everything_that_is_ranked_comes_out_once_best_first(rankings: list[list[int]]) -> None:
    merged = reciprocal_rank_fusion(rankings)
    assert sorted(item_id for item_id, _ in merged) == sorted({item_id for ranking in rankings for item_id in ranking})
    scores = [score for _, score in merged]
    assert scores == sorted(scores, reverse=True)


@given(st.lists(st.integers(1, 20), unique=True))
def test_one_ranking_keeps_its_order(ranking: list[int]) -> None:
    assert [item_id for item_id, _ in reciprocal_rank_fusion([ranking])] == ranking
