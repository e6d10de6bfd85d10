from __future__ import annotations

import numpy as np
import pytest

from recommender.evaluation.folds import Fold
from recommender.evaluation.systems.baselines import BASELINES, baseline
from tests.recommender.evaluation.arranging import case_of, rows_of, train_on


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_answers_to_its_id(name: str) -> None:
    vectors = np.random.default_rng(0).normal(size=(5, 4))
    system = baseline(name, encode=lambda texts: np.ones((len(texts), 4)), item_vectors=vectors)
    assert system.name == name
    table = np.random.default_rng(1).integers(0, 2, (6, 5)).tolist()
    system.fit(
        train_on(table, Fold("validation", train_on(table), [case_of(0)], [rows_of(3)])), np.random.default_rng(0)
    )
    (ranking,) = system.rank([case_of(0, 1)], 10)
    assert sorted(ranking.items.tolist()) == [2, 3, 4]


def test_unknown_baseline_is_refused() -> None:
    with pytest.raises(KeyError):
        baseline("best", encode=lambda texts: np.ones((len(texts), 4)), item_vectors=np.ones((5, 4)))
