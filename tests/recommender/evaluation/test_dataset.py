from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.evaluation.dataset import EvalCase, relevant, with_frequent_items
from tests.recommender.evaluation.arranging import dataset_of, rows_of

RATINGS = [
    ("alice", "a", 5.0, 3.0),
    ("alice", "b", 2.0, 1.0),
    ("bob", "a", 4.0, 2.0),
    ("bob", "c", 4.0, 2.0),
    ("charlie", "c", 3.0, float("nan")),
]


def test_ratings_are_likes_from_the_threshold_on() -> None:
    values = np.array([3.5, 4.0, 5.0, np.nan])
    assert relevant(values, 4.0).tolist() == [False, True, True, False]
    assert relevant(values, 3.5).tolist() == [True, True, True, False]


@pytest.mark.parametrize("value", [1.0, 3.0, float("nan")])
def test_every_event_is_a_like_where_values_are_no_ratings(value: float) -> None:
    assert relevant(np.array([value, value]), 4.0).tolist() == [True, True]


def test_values_are_ratings_when_more_than_one_occurs() -> None:
    dataset = dataset_of(RATINGS)
    assert dataset.has_ratings
    assert not replace(dataset, values=np.array([1.0, 1.0, np.nan, 1.0, 1.0])).has_ratings


def test_oldest_first_goes_by_person_time_and_order_with_unknown_times_in_front() -> None:
    dataset = dataset_of([*RATINGS, ("charlie", "a", 3.0, 0.0)])
    assert dataset.oldest_first().tolist() == [1, 0, 2, 3, 4, 5]
    assert replace(dataset, order=rows_of(0, 1, 3, 2, 4, 5)).oldest_first().tolist() == [1, 0, 3, 2, 4, 5]


def test_rare_items_are_dropped_and_the_others_renumbered() -> None:
    questions = (
        EvalCase("test", 0, (1, 0, 2), 2),
        EvalCase("test", 1, (0,), 1),
    )
    kept = with_frequent_items(dataset_of(RATINGS, eval_cases=questions), 2)
    assert kept.item_ids == ["a", "c"]
    assert kept.item_titles == ["The a", "The c"]
    assert kept.item_texts == ["About a", "About c"]
    assert kept.users.tolist() == [0, 1, 1, 2]
    assert kept.items.tolist() == [0, 0, 1, 1]
    assert kept.values.tolist() == [5.0, 4.0, 4.0, 3.0]
    # The question about the dropped item is gone, and so is that item in the other one's history.
    assert kept.eval_cases == (EvalCase("test", 0, (0, 1), 1),)


def test_rare_items_stay_where_values_are_no_ratings() -> None:
    dataset = dataset_of([("alice", "a", 1.0, 0.0), ("bob", "b", 1.0, 0.0), ("bob", "a", 1.0, 0.0)])
    assert with_frequent_items(dataset, 2) is dataset


def test_taken_rows_keep_people_items_and_labels() -> None:
    dataset = dataset_of(RATINGS, fold=["1", "2", "", "1", "2"], split=["train", "test", "train", "valid", "test"])
    taken = dataset.take(rows_of(4, 1))
    assert taken.items.tolist() == [2, 1]
    assert taken.fold == ["2", "2"]
    assert taken.split == ["test", "test"]
    assert taken.n_items == 3
    assert taken.user_ids == ["alice", "bob", "charlie"]


def test_columns_of_unequal_length_are_refused() -> None:
    dataset = dataset_of(RATINGS)
    with pytest.raises(ValueError, match="one entry an interaction"):
        replace(dataset, values=np.array([1.0]))
    with pytest.raises(ValueError, match="one entry an item"):
        replace(dataset, item_texts=["About a"])


@pytest.mark.parametrize(("column", "count"), [("users", 3), ("items", 3)])
def test_rows_that_point_outside_are_refused(column: str, count: int) -> None:
    dataset = dataset_of(RATINGS)
    with pytest.raises(ValueError, match=r"0\.\.2"):
        replace(dataset, **{column: rows_of(0, 0, 0, 0, count)})  # type: ignore[arg-type] # the name is a parameter
