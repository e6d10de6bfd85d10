from __future__ import annotations

import pytest

from recommender.evaluation.dataset import EvalCase
from recommender.evaluation.protocols import NotApplicable, Rules, folds
from tests.recommender.evaluation.arranging import dataset_of

EVENTS = [
    ("alice", "a", 1.0, 1.0),
    ("alice", "b", 1.0, 2.0),
    ("alice", "c", 1.0, 3.0),
    ("bob", "a", 1.0, 1.0),
    ("bob", "c", 1.0, 2.0),
    ("bob", "d", 1.0, 3.0),
]
QUESTIONS = (
    EvalCase("valid", 0, (0,), 1),
    EvalCase("test", 0, (0, 1), 2),
    EvalCase("test", 1, (0, 2), 3),
    EvalCase("test", 1, (0, 2, 3), 2),
)


def test_each_fold_is_test_once_while_the_others_train() -> None:
    dataset = dataset_of(EVENTS, fold=["1", "2", "10", "1", "2", ""])
    made = folds(dataset, "column", 0)
    assert [fold.name for fold in made] == ["1", "2", "10"]
    assert [fold.train.rows.tolist() for fold in made] == [[1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 3, 4, 5]]
    assert [[rows.tolist() for rows in fold.relevant] for fold in made] == [[[0], [0]], [[1], [2]], [[2]]]


def test_a_fold_is_validated_on_the_next_one() -> None:
    made = folds(dataset_of(EVENTS, fold=["1", "2", "10", "1", "2", ""]), "column", 0)
    held_out = []
    for fold in made:
        assert fold.train.validation is not None
        held_out.append(sorted(set(fold.train.rows.tolist()) - set(fold.train.validation.train.rows.tolist())))
    assert held_out == [[1, 4], [2], [0, 3]]


def test_one_fold_alone_is_validated_on_a_random_share() -> None:
    (fold,) = folds(dataset_of(EVENTS, fold=["", "", "1", "", "", "1"]), "column", 0)
    assert fold.train.rows.tolist() == [0, 1, 3, 4]
    assert fold.train.validation is not None
    assert len(fold.train.validation.train.rows) == 2


def test_split_column_trains_on_train_and_valid_after_choosing_on_valid() -> None:
    split = ["train", "valid", "test", "train", "train", "test"]
    (fold,) = folds(dataset_of(EVENTS, split=split), "column", 0)
    assert fold.train.rows.tolist() == [0, 1, 3, 4]
    assert [rows.tolist() for rows in fold.relevant] == [[2], [3]]
    assert fold.train.validation is not None
    assert fold.train.validation.train.rows.tolist() == [0, 3, 4]
    assert [rows.tolist() for rows in fold.train.validation.relevant] == [[1]]


def test_split_column_without_valid_rows_is_validated_on_the_newest() -> None:
    split = ["train", "train", "test", "train", "train", "test"]
    (fold,) = folds(dataset_of(EVENTS, split=split), "column", 0)
    assert fold.train.validation is not None
    assert fold.train.validation.train.rows.tolist() == [0, 3]


def test_published_questions_are_asked_one_by_one_with_their_own_histories() -> None:
    split = ["train", "valid", "test", "train", "train", "test"]
    (fold,) = folds(dataset_of(EVENTS, split=split, eval_cases=QUESTIONS), "column", 0)
    assert fold.train.rows.tolist() == [0, 1, 3, 4]
    assert [case.key for case in fold.cases] == ["alice,0", "bob,1", "bob,2"]
    assert [case.user for case in fold.cases] == [0, 1, 1]
    assert [case.history.items.tolist() for case in fold.cases] == [[0, 1], [0, 2], [0, 2, 3]]
    assert [rows.tolist() for rows in fold.relevant] == [[2], [3], [2]]
    # bob's last target is in his history: repeats may be recommended.
    assert all(len(case.excluded) == 0 for case in fold.cases)
    assert fold.train.validation is not None
    assert fold.train.validation.train.rows.tolist() == [0, 3, 4]
    assert [case.history.items.tolist() for case in fold.train.validation.cases] == [[0]]


def test_published_questions_without_repeats_leave_repeated_targets_out() -> None:
    dataset = dataset_of(EVENTS, eval_cases=QUESTIONS)
    (fold,) = folds(dataset, "column", 0, Rules(repeats_allowed=False))
    assert [case.key for case in fold.cases] == ["alice,0", "bob,1"]
    assert [case.excluded.tolist() for case in fold.cases] == [[0, 1], [0, 2]]


def test_published_questions_without_a_split_column_keep_their_targets_out_of_train() -> None:
    (fold,) = folds(dataset_of(EVENTS, eval_cases=QUESTIONS), "column", 0)
    assert fold.train.rows.tolist() == [0, 1, 3]
    assert fold.train.validation is not None
    assert fold.train.validation.train.rows.tolist() == [0, 3]


def test_data_set_without_any_published_split_is_refused() -> None:
    with pytest.raises(NotApplicable, match="no published questions"):
        folds(dataset_of(EVENTS), "column", 0)


def test_unknown_protocol_is_refused() -> None:
    with pytest.raises(KeyError):
        folds(dataset_of(EVENTS), "first", 0)
