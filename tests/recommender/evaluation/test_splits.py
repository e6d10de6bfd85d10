"""What holds for every split, looked for by search, and what it holds out, by example."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.evaluation.dataset import Dataset, IntArray
from recommender.evaluation.splits import (
    cold_users,
    held_out_counts,
    last_rows,
    random_rows,
    remaining,
    rows_of_cold_items,
)
from tests.recommender.evaluation.arranging import dataset_of, rows_of

searched = settings(max_examples=60, deadline=None)

events = st.lists(
    st.tuples(st.sampled_from(["alice", "bob", "charlie"]), st.sampled_from("abcdef"), st.just(1.0), st.integers(0, 5)),
    min_size=1,
    max_size=40,
)
datasets = events.map(dataset_of)
shares = st.floats(0.0, 1.0)


def _everything(dataset: Dataset) -> IntArray:
    return np.arange(len(dataset.users))


def _by_person(dataset: Dataset, rows: IntArray) -> list[int]:
    counts: list[int] = np.bincount(dataset.users[rows], minlength=dataset.n_users).tolist()
    return counts


@pytest.mark.parametrize(("length", "count"), [(0, 0), (1, 1), (4, 1), (5, 1), (9, 1), (10, 2), (14, 2), (15, 3)])
def test_a_fifth_of_a_person_is_held_out_rounded_down_but_at_least_one(length: int, count: int) -> None:
    assert held_out_counts(rows_of(length), 0.2).tolist() == [count]


@searched
@given(datasets, shares, st.integers(0, 9))
def test_random_split_is_a_partition_of_the_stated_sizes(dataset: Dataset, share: float, seed: int) -> None:
    rows = _everything(dataset)
    test = random_rows(dataset, rows, share, np.random.default_rng(seed))
    train = remaining(rows, test)
    assert sorted([*test, *train]) == rows.tolist()
    lengths = np.array(_by_person(dataset, rows))
    assert _by_person(dataset, test) == held_out_counts(lengths, share).tolist()


@searched
@given(datasets, st.integers(0, 9), st.randoms(use_true_random=False))
def test_random_split_is_decided_by_seed_and_not_by_the_order_asked_in(
    dataset: Dataset, seed: int, shuffle: object
) -> None:
    rows = _everything(dataset)
    first = random_rows(dataset, rows, 0.3, np.random.default_rng(seed))
    again = random_rows(dataset, rows[::-1], 0.3, np.random.default_rng(seed))
    assert first.tolist() == again.tolist()


def test_another_seed_gives_another_split() -> None:
    dataset = dataset_of([("alice", f"{number:02}", 1.0, 0.0) for number in range(50)])
    rows = _everything(dataset)
    splits = {tuple(random_rows(dataset, rows, 0.2, np.random.default_rng(seed)).tolist()) for seed in range(5)}
    assert len(splits) == 5


def test_every_row_can_be_held_out() -> None:
    dataset = dataset_of([("alice", item, 1.0, 0.0) for item in "abcde"])
    drawn = [random_rows(dataset, _everything(dataset), 0.2, np.random.default_rng(seed)) for seed in range(60)]
    assert {int(row) for rows in drawn for row in rows} == {0, 1, 2, 3, 4}


@searched
@given(datasets, shares)
def test_nothing_held_out_as_last_is_older_than_what_stays(dataset: Dataset, share: float) -> None:
    rows = _everything(dataset)
    test = last_rows(dataset, rows, share)
    train = remaining(rows, test)
    assert _by_person(dataset, test) == held_out_counts(np.array(_by_person(dataset, rows)), share).tolist()
    for user in range(dataset.n_users):
        held_out = dataset.timestamps[test][dataset.users[test] == user]
        kept = dataset.timestamps[train][dataset.users[train] == user]
        assert not len(kept) or not len(held_out) or kept.max() <= held_out.min()


def test_equal_times_are_split_by_order() -> None:
    dataset = dataset_of([("alice", item, 1.0, 7.0) for item in "abcde"])
    assert last_rows(dataset, _everything(dataset), 0.2).tolist() == [4]
    assert last_rows(replace(dataset, order=rows_of(0, 9, 1, 2, 3)), _everything(dataset), 0.2).tolist() == [1]


def test_only_the_given_rows_are_split() -> None:
    dataset = dataset_of([("alice", item, 1.0, float(time)) for time, item in enumerate("abcdef")])
    assert last_rows(dataset, rows_of(0, 2, 3), 0.4).tolist() == [3]
    assert random_rows(dataset, rows_of(2), 0.2, np.random.default_rng(0)).tolist() == [2]


def test_cold_items_are_held_out_whole_and_only_if_liked_often_enough() -> None:
    dataset = dataset_of(
        [(user, item, 1.0, 0.0) for user in ("alice", "bob") for item in "abcd"] + [("charlie", "e", 1.0, 0.0)]
    )
    likes = dataset.items != 3
    drawn = set()
    for seed in range(30):
        cold, rows = rows_of_cold_items(
            dataset, likes, _everything(dataset), least_likes=2, share=0.34, rng=np.random.default_rng(seed)
        )
        assert len(cold) == 1
        assert rows.tolist() == np.flatnonzero(np.isin(dataset.items, cold)).tolist()
        drawn.update(cold.tolist())
    # d has no likes and e one, so neither can be judged.
    assert drawn == {0, 1, 2}


def test_no_item_is_cold_where_none_is_liked_often_enough() -> None:
    dataset = dataset_of([("alice", "a", 1.0, 0.0)])
    cold, rows = rows_of_cold_items(
        dataset, rows_of(1) == 1, rows_of(0), least_likes=2, share=0.5, rng=np.random.default_rng(0)
    )
    assert len(cold) == len(rows) == 0


@searched
@given(datasets, st.floats(0.01, 1.0), st.integers(0, 9))
def test_a_share_of_the_people_but_at_least_one_is_cold(dataset: Dataset, share: float, seed: int) -> None:
    people = cold_users(dataset, _everything(dataset), share=share, rng=np.random.default_rng(seed))
    assert len(people) == max(1, round(share * dataset.n_users))
    assert people.tolist() == sorted(set(people.tolist()))
