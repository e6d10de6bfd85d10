from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.evaluation.folds import Fold
from recommender.evaluation.protocols import Rules, folds
from tests.recommender.evaluation.arranging import dataset_of

RATINGS = [("alice", f"{time:02}", float(1 + time % 5), float(time)) for time in range(20)] + [
    ("bob", f"{time:02}", 5.0, float(time)) for time in range(5)
]


def test_last_asks_for_the_newest_fifth_and_validates_on_the_newest_of_the_rest() -> None:
    (fold,) = folds(dataset_of(RATINGS), "last", 0)
    assert [case.key for case in fold.cases] == ["alice", "bob"]
    # Of alice's newest four, two are rated 4 and 5.
    assert [rows.tolist() for rows in fold.relevant] == [[18, 19], [4]]
    assert fold.cases[0].history.items.tolist() == list(range(16))
    assert fold.train.validation is not None
    validation = fold.train.validation
    assert validation.cases[0].history.items.tolist() == list(range(13))
    assert [rows.tolist() for rows in validation.relevant] == [[13, 14], [3]]


@pytest.mark.parametrize("seed", [1, 2])
def test_last_is_the_same_for_every_seed(seed: int) -> None:
    dataset = dataset_of(RATINGS)
    assert _signature(folds(dataset, "last", seed)) == _signature(folds(dataset, "last", 0))


def test_random_is_the_same_for_one_seed_and_another_for_another() -> None:
    dataset = dataset_of(RATINGS)
    assert _signature(folds(dataset, "random", 3)) == _signature(folds(dataset, "random", 3))
    assert len({_signature(folds(dataset, "random", seed)) for seed in range(5)}) == 5


def test_the_share_of_the_rules_is_held_out() -> None:
    (fold,) = folds(dataset_of(RATINGS), "last", 0, Rules(test_share=0.5))
    assert fold.cases[0].history.items.tolist() == list(range(10))


def test_the_threshold_of_the_rules_says_what_is_to_be_found() -> None:
    (fold,) = folds(dataset_of(RATINGS), "last", 0, Rules(relevant_from=2.0))
    assert fold.relevant[0].tolist() == [16, 17, 18, 19]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["alice", "bob", "charlie"]),
            st.sampled_from("abcdefgh"),
            st.sampled_from([1.0, 5.0]),
            st.integers(0, 9),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from(["random", "last"]),
    st.integers(0, 5),
)
def test_no_answer_is_known_and_validation_stays_inside_train(
    rows: list[tuple[str, str, float, float]], protocol: str, seed: int
) -> None:
    (fold,) = folds(dataset_of(rows), protocol, seed)
    train = set(fold.train.rows.tolist())
    for case, answer in zip(fold.cases, fold.relevant, strict=True):
        assert len(answer)
        assert not np.isin(answer, case.excluded).any()
        assert set(case.history.items.tolist()) == set(case.excluded.tolist())
    validation = fold.train.validation
    assert validation is not None
    assert set(validation.train.rows.tolist()) <= train
    assert validation.train.validation is None


def _signature(made: list[Fold]) -> tuple[object, ...]:
    (fold,) = made
    assert fold.train.validation is not None
    return (
        tuple(fold.train.rows.tolist()),
        tuple(tuple(rows.tolist()) for rows in fold.relevant),
        tuple(fold.train.validation.train.rows.tolist()),
    )
