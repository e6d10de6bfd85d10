from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from recommender.evaluation.systems.itemknn import ItemKNN, nearest_similarities
from tests.recommender.evaluation.arranging import case_of, train_on

# |U_0| = 3, |U_1| = 2, |U_2| = 1: sim(0, 1) = 2 / sqrt(6), sim(0, 2) = 1 / sqrt(3), sim(1, 2) = 0.
TRAIN = train_on([[1, 1, 0], [1, 1, 0], [1, 0, 1]])


def test_similarities_are_cosines_without_the_diagonal() -> None:
    similarities = nearest_similarities(TRAIN.like_matrix(), 2, 0.0).toarray()
    near, far = 2 / sqrt(6), 1 / sqrt(3)
    assert similarities == pytest.approx(np.array([[0, near, far], [near, 0, 0], [far, 0, 0]]))


def test_shrinkage_is_added_below() -> None:
    similarities = nearest_similarities(TRAIN.like_matrix(), 2, 1.5).toarray()
    assert similarities[0] == pytest.approx([0, 2 / (sqrt(6) + 1.5), 1 / (sqrt(3) + 1.5)])


def test_each_item_keeps_its_own_nearest() -> None:
    similarities = nearest_similarities(TRAIN.like_matrix(), 1, 0.0).toarray()
    # 2 is not among the nearest of 0, but 0 is the nearest of 2.
    assert similarities == pytest.approx(np.array([[0, 2 / sqrt(6), 0], [2 / sqrt(6), 0, 0], [1 / sqrt(3), 0, 0]]))


def test_each_like_votes_with_its_similarity() -> None:
    system = ItemKNN(neighbours=2, shrinkage=0.0)
    system.fit(TRAIN, np.random.default_rng(0))
    assert system.score([case_of(1, 2)])[0] == pytest.approx([2 / sqrt(6) + 1 / sqrt(3), 0, 0])
    assert system.settings == {"neighbours": 2, "shrinkage": 0.0}


def test_blocks_of_items_do_not_change_the_similarities(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.random.default_rng(0).integers(0, 2, (9, 7))
    likes = train_on(table.tolist()).like_matrix()
    whole = nearest_similarities(likes, 3, 1.0).toarray()
    monkeypatch.setattr("recommender.evaluation.systems.itemknn.ITEMS_A_BLOCK", 3)
    assert nearest_similarities(likes, 3, 1.0).toarray().tolist() == whole.tolist()
    assert ((whole > 0).sum(axis=1) <= 3).all()


def test_items_that_nobody_likes_are_near_to_none() -> None:
    similarities = nearest_similarities(train_on([[1, 1, 0]]).like_matrix(), 2, 0.0).toarray()
    assert similarities.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
