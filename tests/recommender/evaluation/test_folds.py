from __future__ import annotations

import numpy as np

from recommender.evaluation.dataset import relevant
from recommender.evaluation.folds import split_fold, training_data
from tests.recommender.evaluation.arranging import dataset_of, history_of_items, rows_of

RATINGS = [
    ("alice", "a", 5.0, 2.0),
    ("alice", "b", 2.0, 1.0),
    ("alice", "c", 4.0, 3.0),
    ("alice", "d", 1.0, 4.0),
    ("bob", "a", 5.0, 1.0),
    ("bob", "b", 2.0, 2.0),
]


def test_case_knows_the_training_rows_and_not_the_answer() -> None:
    dataset = dataset_of(RATINGS)
    fold = split_fold(dataset, relevant(dataset.values, 4.0), train=rows_of(0, 1, 4), test=rows_of(2, 3, 5))
    (case,) = fold.cases
    assert (case.key, case.user, case.group, case.candidates) == ("alice", 0, "", None)
    assert case.history.items.tolist() == [1, 0]
    assert case.history.likes.tolist() == [False, True]
    assert case.history.values.tolist() == [2.0, 5.0]
    assert case.history.timestamps.tolist() == [1.0, 2.0]
    assert case.excluded.tolist() == [0, 1]
    # Of the test rows only the like is to be found; bob's only test row is none, so he is not asked.
    assert [rows.tolist() for rows in fold.relevant] == [[2]]


def test_item_that_is_in_train_too_is_not_to_be_found() -> None:
    dataset = dataset_of([("alice", "a", 1.0, 1.0), ("alice", "a", 1.0, 2.0), ("alice", "b", 1.0, 3.0)])
    likes = relevant(dataset.values, 4.0)
    fold = split_fold(dataset, likes, train=rows_of(0), test=rows_of(1, 2))
    assert [rows.tolist() for rows in fold.relevant] == [[1]]
    assert not split_fold(dataset, likes, train=rows_of(0), test=rows_of(1)).cases


def test_person_without_training_rows_is_asked_with_an_empty_history() -> None:
    dataset = dataset_of(RATINGS)
    fold = split_fold(dataset, relevant(dataset.values, 4.0), train=rows_of(0, 1), test=rows_of(4))
    (case,) = fold.cases
    assert case.key == "bob"
    assert len(case.history.items) == len(case.excluded) == 0


def test_training_data_counts_likes_and_holds_each_pair_once() -> None:
    dataset = dataset_of(
        [("alice", "a", 1.0, 1.0), ("alice", "a", 1.0, 2.0), ("bob", "b", 1.0, 1.0), ("bob", "a", 1.0, 2.0)]
    )
    train = training_data(dataset, relevant(dataset.values, 4.0), rows_of(3, 0, 1), None)
    assert train.rows.tolist() == [0, 1, 3]
    assert train.like_counts().tolist() == [3, 0]
    assert train.like_matrix().toarray().tolist() == [[1.0, 0.0], [1.0, 0.0]]


def test_ratings_below_the_threshold_are_no_likes_in_training() -> None:
    dataset = dataset_of(RATINGS)
    train = training_data(dataset, relevant(dataset.values, 4.0), np.arange(6), None)
    assert train.like_counts().tolist() == [2, 0, 1, 0]
    assert train.like_matrix().toarray().tolist() == [[1.0, 0.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]]


def test_liked_items_stand_once_at_their_last_use() -> None:
    history = history_of_items(3, 1, 3, 2, likes=[True, True, True, False])
    assert history.liked_items.tolist() == [1, 3]
