from __future__ import annotations

import numpy as np
import pytest

from recommender.evaluation.protocols import NotApplicable, Rules, folds
from tests.recommender.evaluation.arranging import dataset_of

PEOPLE = [f"u{number:02}" for number in range(10)]
EVERYBODY_LIKES_ALL = [(user, f"i{time:02}", 1.0, float(time)) for user in PEOPLE for time in range(15)]
SMALL = Rules(cold_item_likes=10, cold_item_share=0.2, cold_user_share=0.2, history_lengths=(1, 3))


def test_cold_items_are_unknown_in_train_and_ranked_among_themselves() -> None:
    dataset = dataset_of(EVERYBODY_LIKES_ALL)
    (fold,) = folds(dataset, "cold-items", 0, SMALL)
    cold = fold.cases[0].candidates
    assert cold is not None
    assert len(cold) == 3
    assert fold.train.like_counts()[cold].tolist() == [0, 0, 0]
    assert fold.train.like_counts().sum() == 12 * 10
    assert len(fold.cases) == 10
    assert all(rows.tolist() == cold.tolist() for rows in fold.relevant)
    assert all(case.candidates is not None and case.candidates.tolist() == cold.tolist() for case in fold.cases)


def test_cold_items_are_validated_on_other_items() -> None:
    (fold,) = folds(dataset_of(EVERYBODY_LIKES_ALL), "cold-items", 0, SMALL)
    validation, cold = fold.train.validation, fold.cases[0].candidates
    assert validation is not None
    assert cold is not None
    others = validation.cases[0].candidates
    assert others is not None
    assert len(others) == 2
    assert not set(others.tolist()) & set(cold.tolist())
    assert validation.train.like_counts()[others].sum() == 0


def test_people_who_like_no_cold_item_are_not_asked() -> None:
    rows = [(user, "a", 5.0, 0.0) for user in PEOPLE] + [("zoe", "a", 1.0, 0.0), ("zoe", "b", 5.0, 0.0)]
    (fold,) = folds(dataset_of(rows), "cold-items", 0, SMALL)
    assert [case.key for case in fold.cases] == PEOPLE


def test_cold_items_need_an_item_that_is_liked_often_enough() -> None:
    with pytest.raises(NotApplicable, match="20 likes"):
        folds(dataset_of(EVERYBODY_LIKES_ALL), "cold-items", 0)


def test_cold_people_are_unknown_in_train() -> None:
    (fold,) = folds(dataset_of(EVERYBODY_LIKES_ALL), "cold-users", 0, SMALL)
    people = {case.user for case in fold.cases}
    assert len(people) == 2
    assert not people & set(fold.train.interactions.users.tolist())
    assert len(set(fold.train.interactions.users.tolist())) == 8
    validation = fold.train.validation
    assert validation is not None
    assert not {case.user for case in validation.cases} & (people | set(validation.train.interactions.users.tolist()))


def test_cold_people_are_asked_for_the_same_items_after_each_length_of_history() -> None:
    (fold,) = folds(dataset_of(EVERYBODY_LIKES_ALL), "cold-users", 0, SMALL)
    asked = [(case.group, case.history.items.tolist(), case.excluded.tolist()) for case in fold.cases[:2]]
    assert asked == [("k=1", [0], [0]), ("k=3", [0, 1, 2], [0, 1, 2])]
    assert all(rows.tolist() == list(range(3, 15)) for rows in fold.relevant)
    assert [case.key for case in fold.cases[:2]] == [
        f"{PEOPLE[fold.cases[0].user]},k=1",
        f"{PEOPLE[fold.cases[1].user]},k=3",
    ]


def test_only_likes_count_for_the_history_of_cold_people() -> None:
    rows = [("alice", f"i{time}", float(5 - 4 * (time % 2)), float(time)) for time in range(9)]
    (fold,) = folds(dataset_of(rows), "cold-users", 0, Rules(history_lengths=(1, 3)))
    assert [case.history.items.tolist() for case in fold.cases] == [[0], [0, 2, 4]]
    assert [answer.tolist() for answer in fold.relevant] == [[6, 8], [6, 8]]


def test_cold_people_need_more_likes_than_the_longest_history() -> None:
    rows = [(user, f"i{time}", 1.0, float(time)) for user in PEOPLE for time in range(3)]
    with pytest.raises(NotApplicable, match="more than 3 likes"):
        folds(dataset_of(rows), "cold-users", 0, SMALL)


@pytest.mark.parametrize("protocol", ["cold-items", "cold-users"])
def test_another_seed_holds_out_others(protocol: str) -> None:
    dataset = dataset_of(EVERYBODY_LIKES_ALL)
    drawn = [tuple(folds(dataset, protocol, seed, SMALL)[0].train.rows.tolist()) for seed in (0, 0, 1, 2, 3)]
    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 2


def test_validation_has_random_numbers_of_its_own() -> None:
    (fold,) = folds(dataset_of(EVERYBODY_LIKES_ALL), "cold-users", 0, SMALL)
    assert fold.train.validation is not None
    assert (
        np.intersect1d([case.user for case in fold.cases], [case.user for case in fold.train.validation.cases]).tolist()
        == []
    )
