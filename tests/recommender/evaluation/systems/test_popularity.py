from __future__ import annotations

import numpy as np

from recommender.evaluation.systems.popularity import Popularity
from tests.recommender.evaluation.arranging import case_of, train_on


def test_popularity_ranks_by_likes_in_train() -> None:
    system = Popularity()
    system.fit(train_on([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0]]), np.random.default_rng(0))
    (ranking,) = system.rank([case_of(1)], 10)
    assert ranking.items.tolist() == [0, 2, 3]
    assert ranking.scores.tolist() == [2.0, 2.0, 0.0]
