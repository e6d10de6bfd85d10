"""Hyperparameters are picked by what was held back, and kept where there is nothing to judge by."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from recommender.engine import hyperparameters as grids
from recommender.engine import tuning as module
from recommender.engine.hyperparameters import Hyperparameters
from recommender.engine.training import TrainingData
from recommender.engine.tuning import Tuning, simplest_as_good, tune
from recommender.engine.validation import Order
from tests.recommender.engine.planted_catalogues import RULES, likes, planted_catalogue

START = Hyperparameters(factor_dimension=6, text_dimension=12, lexical_dimension=6)


def tuned(data: TrainingData, *, order: Order = "last", seed: int = 0, start: Hyperparameters = START) -> Tuning:
    return tune(data, start, order=order, rng=np.random.default_rng(seed))


def figures(tuning: Tuning) -> list[float]:
    found = [row["quality"] for row in tuning.trail if "quality" in row]
    assert all(isinstance(figure, float) for figure in found)
    return [float(str(figure)) for figure in found]


@pytest.fixture(scope="module")
def on_planted() -> Tuning:
    return tuned(planted_catalogue(items=20).data)


def test_planted_tastes_are_found_again(on_planted: Tuning) -> None:
    # One of some 50 items is to be found by everybody; in any order its nDCG@10 would be about .09.
    assert max(figures(on_planted)) > 0.25


def test_every_choice_is_one_of_its_grid(on_planted: Tuning) -> None:
    chosen = on_planted.chosen
    matrix = {name: getattr(chosen, name) for name in ("presence", "item_power", "user_power")}
    assert matrix in grids.MATRIX_GRID
    assert chosen.ridge in grids.RIDGE_GRID
    assert chosen.side_weight in grids.SIDE_GRID
    assert chosen.rank in grids.RANK_GRID
    assert chosen.regularisation in grids.REGULARISATION_GRID
    assert chosen.half_life_interactions in grids.HALF_LIFE_GRID
    assert chosen.factors_weight in grids.FACTORS_GRID
    assert chosen.text_weight in grids.TEXT_GRID
    assert chosen.map_ridge in grids.MAP_RIDGE_GRID


def test_what_is_not_searched_stays_as_it_was(on_planted: Tuning) -> None:
    for name in ("factor_dimension", "text_dimension", "lexical_dimension", "unobserved_weight"):
        assert getattr(on_planted.chosen, name) == getattr(START, name)


def test_same_generator_gives_the_same_choice(on_planted: Tuning) -> None:
    again = tuned(planted_catalogue(items=20).data)
    assert again.chosen == on_planted.chosen
    assert again.trail == on_planted.trail


def test_another_generator_holds_others_back() -> None:
    data = planted_catalogue(items=20).data
    first, second = (tuned(data, order="random", seed=seed) for seed in (1, 2))
    assert figures(first) != figures(second)


def test_recency_is_searched_where_the_newest_are_held_back_alone(on_planted: Tuning) -> None:
    assert "half-life" in {row["stage"] for row in on_planted.trail}
    at_random = tuned(planted_catalogue(items=20).data, order="random")
    assert "half-life" not in {row["stage"] for row in at_random.trail}
    assert at_random.chosen.half_life_interactions is None


@pytest.mark.parametrize("order", ["last", "random"])
def test_what_is_held_back_is_not_learned_from(order: Order) -> None:
    # Likes without any taste in them: whoever had seen the held-out pairs would find them again, others cannot. In any
    # order, two of 52 items have an nDCG@10 of about .1, and an nDCG@50 of about .3: .2 is chance, found again is 1.
    rng = np.random.default_rng(4)
    pairs = [(user, int(item)) for user in range(120) for item in rng.permutation(60)[:10]]
    encoded = rng.normal(size=(60, 6))
    encoded /= np.linalg.norm(encoded, axis=1, keepdims=True)
    data = TrainingData(120, likes(pairs), RULES, encoded, [str(rng.random()) for _ in range(60)])
    assert max(figures(tuned(data, order=order))) < 0.3


def test_recency_is_found_where_tastes_change() -> None:
    # Everybody liked nine items of one group first and then turned to another.
    rng = np.random.default_rng(6)
    pairs = []
    for user in range(60):
        before, now = rng.permutation(4)[:2]
        pairs += [(user, int(before) * 20 + int(item)) for item in rng.permutation(20)[:9]]
        pairs += [(user, int(now) * 20 + int(item)) for item in rng.permutation(20)[:6]]
    data = TrainingData(60, likes(pairs), RULES, np.zeros((80, 0)), [""] * 80)
    assert tuned(data).chosen.half_life_interactions == 5.0


def test_texts_are_used_where_they_tell_what_interactions_cannot() -> None:
    # Forty people, each with a taste of their own: six of the eight items that are described alike.
    rng = np.random.default_rng(7)
    encoded = np.repeat(rng.normal(size=(40, 24)), 8, axis=0) + rng.normal(0, 0.2, (320, 24))
    encoded /= np.linalg.norm(encoded, axis=1, keepdims=True)
    pairs = [(user, user * 8 + int(item)) for user in range(40) for item in rng.permutation(8)[:6]]
    data = TrainingData(40, likes(pairs), RULES, encoded, [""] * 320)
    tuning = tuned(data, order="random", start=START.with_values(text_dimension=24))
    assert tuning.chosen.side_weight > 0
    # Without texts, nobody else leads to what was held back; with them, two others are as near as it is.
    without = tuned(replace(data, encoded=np.zeros((320, 0))), order="random")
    assert max(figures(without)) < 0.2
    assert max(figures(tuning)) > 0.5


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(planted_catalogue(likes_each=3).data, id="nobody has five pairs"),
        pytest.param(planted_catalogue().without_events(), id="no interactions"),
        pytest.param(TrainingData(0, likes([]), (), np.zeros((0, 0)), []), id="nothing at all"),
    ],
)
def test_start_is_kept_where_there_is_too_little_to_judge_by(data: TrainingData) -> None:
    start = START.with_values(ridge=3.21, map_ridge=0.77)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tuning = tuned(data, start=start)
    assert tuning.chosen == start
    assert tuning.trail == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(planted_catalogue(items=20).without_texts(), id="no texts"),
        pytest.param(replace(planted_catalogue().data, encoded=np.zeros((36, 0))), id="no encoder"),
        # One of six items is held back and nothing else is left to rank.
        pytest.param(planted_catalogue(groups=2, items=3, people=5, likes_each=3).data, id="small"),
        pytest.param(
            TrainingData(1, likes([(0, item) for item in range(5)]), RULES, np.zeros((5, 0)), [""] * 5), id="one person"
        ),
    ],
)
def test_tuning_with_parts_missing_finds_finite_figures(data: TrainingData) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tuning = tuned(data)
    assert np.isfinite(figures(tuning)).all()


def test_map_is_searched_where_enough_items_are_known(on_planted: Tuning, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = [row["stage"] for row in on_planted.trail]
    assert stages.index("matrix") < stages.index("side information") < stages.index("rank")
    assert "map" not in stages
    assert on_planted.chosen.map_ridge == START.map_ridge
    monkeypatch.setattr(module, "FEWEST_ITEMS_FOR_MAP", 20)
    again = tuned(planted_catalogue(items=20).data)
    assert [row["value"] for row in again.trail if row["stage"] == "map"] == list(grids.MAP_RIDGE_GRID)
    cosines = {row["value"]: row["cosine"] for row in again.trail if row["stage"] == "map"}
    assert cosines[again.chosen.map_ridge] == max(cosines.values(), key=lambda cosine: float(str(cosine)))


class TestSimplestAsGood:
    def test_gain_within_two_standard_errors_is_chance(self) -> None:
        simple = np.array([0.1, 0.2, 0.3, 0.4])
        # The mean difference is .015 with a standard error of .0083.
        better_by_chance = simple + np.array([0.03, -0.01, 0.03, 0.01])
        assert simplest_as_good([simple, better_by_chance]) == 0

    def test_gain_of_everybody_is_taken(self) -> None:
        simple = np.array([0.1, 0.2, 0.3, 0.4])
        assert simplest_as_good([simple, simple + 0.01, simple + 0.02]) == 2

    def test_best_of_one_person(self) -> None:
        assert simplest_as_good([np.array([0.1]), np.array([0.2])]) == 1
