"""Quotas: who is passed over, and what happens to a list that they leave short."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.engine.quotas import Quota, QuotaList, within_quotas

CATEGORIES = [["drama"], ["drama"], ["drama", "comedy"], ["comedy"], [], ["drama"]]


def limited(*quotas: Quota, order: list[int] | None = None, length: int, fill: bool = False) -> QuotaList:
    positions = np.array(range(6) if order is None else order, dtype=np.intp)
    return within_quotas(positions, quotas, length=length, fill=fill)


def test_items_beyond_the_quota_are_passed_over() -> None:
    result = limited(Quota(CATEGORIES, 2), length=3)
    assert result.order.tolist() == [0, 1, 3]
    assert result.beyond_quota.tolist() == [False, False, False]


def test_item_in_several_groups_counts_in_each() -> None:
    # 2 is the first drama and the first comedy: one comedy more and one drama more may follow.
    result = limited(Quota(CATEGORIES, 2), order=[2, 3, 0, 1, 5, 4], length=6)
    assert result.order.tolist() == [2, 3, 0, 4]


def test_group_named_twice_counts_once() -> None:
    result = limited(Quota([["a", "a"], ["a"]], 2), order=[0, 1], length=2)
    assert result.order.tolist() == [0, 1]


def test_item_without_a_group_is_never_limited() -> None:
    assert limited(Quota([[], [], ["a"], ["a"], [], []], 1), length=6).order.tolist() == [0, 1, 2, 4, 5]


def test_short_list_stays_short_unless_filling_is_asked_for() -> None:
    result = limited(Quota(CATEGORIES, 1), length=4)
    assert result.order.tolist() == [0, 3, 4]
    assert result.beyond_quota.tolist() == [False, False, False]


def test_filling_appends_the_best_of_what_was_passed_over_and_marks_it() -> None:
    result = limited(Quota(CATEGORIES, 1), length=5, fill=True)
    assert result.order.tolist() == [0, 3, 4, 1, 2]
    assert result.beyond_quota.tolist() == [False, False, False, True, True]
    assert result.reserve.tolist() == []


def test_filling_changes_nothing_where_enough_fits() -> None:
    result = limited(Quota(CATEGORIES, 1), length=3, fill=True)
    assert result.order.tolist() == [0, 3, 4]
    assert result.beyond_quota.tolist() == [False, False, False]


def test_several_quotas_are_kept_together() -> None:
    # One after the other, 1 would take the only place of comedy before the second quota passes it over.
    categories = [["drama"], ["comedy"], ["comedy"]]
    creators = [["ann"], ["ann"], ["ben"]]
    result = limited(Quota(categories, 1), Quota(creators, 1), order=[0, 1, 2], length=3)
    assert result.order.tolist() == [0, 2]


def test_reserve_fits_below_the_list() -> None:
    result = limited(Quota(CATEGORIES, 2), length=2)
    assert result.order.tolist() == [0, 1]
    assert result.reserve.tolist() == [3, 4]


def test_without_quotas_the_order_is_cut() -> None:
    result = limited(length=4, order=[3, 1, 5, 0, 2, 4])
    assert result.order.tolist() == [3, 1, 5, 0]
    assert result.reserve.tolist() == [2, 4]


@pytest.mark.parametrize(("order", "length"), [([], 3), ([0, 1], 0)])
def test_nothing_to_list_gives_an_empty_list(order: list[int], length: int) -> None:
    result = limited(Quota(CATEGORIES, 1), order=order, length=length, fill=True)
    assert (result.order.tolist(), result.beyond_quota.tolist()) == ([], [])


def test_quota_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at_most"):
        Quota(CATEGORIES, 0)


def test_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        limited(length=-1)


def test_candidate_of_unknown_groups_is_refused() -> None:
    with pytest.raises(ValueError, match="groups of fewer"):
        limited(Quota(CATEGORIES[:3], 1), length=2)
