from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pytest

from recommender.evaluation.folds import Case, Fold, TrainingData
from recommender.evaluation.systems.base import Ranking
from recommender.evaluation.systems.tuned import Tuned
from tests.recommender.evaluation.arranging import case_of, rows_of, train_on

RIGHT = 2


@dataclass
class Constant:
    """Always recommends one item, and remembers what it was given."""

    item: int
    fitted: list[tuple[int, float]] = field(default_factory=list)
    name: str = "constant"

    @property
    def settings(self) -> Mapping[str, float | str]:
        return {"item": self.item}

    def fit(self, train: TrainingData, rng: np.random.Generator) -> None:
        self.fitted.append((len(train.rows), float(rng.random())))

    def rank(self, cases: Sequence[Case], depth: int) -> list[Ranking]:
        return [Ranking(rows_of(self.item), np.zeros(1)) for _ in cases]


def validation_fold() -> Fold:
    return Fold("validation", train_on([[1, 0, 0]]), [case_of(0)], [rows_of(RIGHT)])


def constants(*items: int) -> tuple[list[Constant], Tuned]:
    made: list[Constant] = []

    def make(item: int) -> Constant:
        made.append(Constant(item))
        return made[-1]

    return made, Tuned("constant", [partial(make, item) for item in items])


def test_the_best_on_validation_is_fitted_to_everything() -> None:
    made, tuned = constants(1, RIGHT, 0)
    train = train_on([[1, 1, 0], [0, 1, 1]], validation_fold())
    tuned.fit(train, np.random.default_rng(0))
    assert tuned.settings == {"item": RIGHT}
    assert [system.fitted[0][0] for system in made] == [1, 1, 1, 4]
    # All candidates were given the same random numbers.
    assert len({system.fitted[0][1] for system in made[:3]}) == 1
    assert tuned.rank([case_of(0)], 5)[0].items.tolist() == [RIGHT]


def test_of_equal_candidates_the_first_is_kept() -> None:
    _, tuned = constants(1, 0)
    tuned.fit(train_on([[1, 1, 0]], validation_fold()), np.random.default_rng(0))
    assert tuned.settings == {"item": 1}


def test_without_a_validation_fold_the_first_is_kept() -> None:
    made, tuned = constants(1, RIGHT)
    tuned.fit(train_on([[1, 1, 0]]), np.random.default_rng(0))
    assert tuned.settings == {"item": 1}
    assert [system.fitted[0][0] for system in made] == [2]


def test_nothing_is_ranked_before_fitting() -> None:
    _, tuned = constants(1)
    assert tuned.settings == {}
    with pytest.raises(RuntimeError, match="has not been fitted"):
        tuned.rank([case_of(0)], 5)
