"""GENRE as a system that is judged, through its own database."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from catalog.models import Catalog
from recommender.engine.settings import FilterSettings, ScoringSettings
from recommender.evaluation.dataset import Dataset, IntArray
from recommender.evaluation.folds import NOTHING, Case, Fold, History, split_fold, training_data
from recommender.models import Scenario, Slate
from recommender.services.evaluation_catalog import CatalogSource
from recommender.services.evaluation_data import EvaluationData
from recommender.services.evaluation_systems import ConfigSystem, GenreSystem
from recommender.services.scoring_configs import create_version
from tests.recommender.services.evaluation_arranging import read_world, rows_of_items, source_of, write_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(tmp_path: Path) -> EvaluationData:
    return read_world(write_world(tmp_path))


@pytest.fixture
def source(world: EvaluationData) -> CatalogSource:
    return source_of(world)


@pytest.fixture
def fold(world: EvaluationData) -> Fold:
    """Asks each person of the sea for what the others like, which is the one item that the person has not used."""
    dataset = world.dataset
    likes = dataset.values >= 4
    rows = np.arange(len(dataset.users))
    asked = split_fold(dataset, likes, train=rows, test=rows)
    cases = [
        Case(f"sea-{n}", user, asked_history(dataset, user), np.unique(dataset.items[dataset.users == user]))
        for n in range(6)
        for user in [dataset.user_ids.index(f"sea-{n}")]
    ]
    relevant = [rows_of_items(dataset, f"sea{n}") for n in range(6)]
    return Fold("", asked.train, cases, relevant)


def asked_history(dataset: Dataset, user: int) -> History:
    rows = dataset.oldest_first()
    own = rows[dataset.users[rows] == user]
    return History(dataset.items[own], dataset.values[own] >= 4, dataset.values[own], dataset.timestamps[own])


def history_of(items: IntArray, values: float = np.nan) -> History:
    known = np.full(len(items), values)
    return History(items, np.ones(len(items), dtype=np.bool_), known, np.full(len(items), np.nan))


def fitted(system: GenreSystem, fold: Fold) -> GenreSystem:
    system.fit(fold.train, np.random.default_rng(1))
    return system


def test_people_get_what_those_of_their_taste_like_and_nothing_that_is_excluded(
    source: CatalogSource, fold: Fold
) -> None:
    rankings = fitted(GenreSystem(source, order="random"), fold).rank(fold.cases, 5)
    assert [ranking.items[0] for ranking in rankings] == [rows[0] for rows in fold.relevant]
    for ranking, case in zip(rankings, fold.cases, strict=True):
        assert len(ranking.items) == len(np.unique(ranking.items)) == 5
        assert not np.isin(ranking.items, case.excluded).any()
        assert (np.diff(ranking.scores) <= 0).all()


def test_candidates_are_what_is_chosen_from(world: EvaluationData, source: CatalogSource, fold: Fold) -> None:
    wood = rows_of_items(world.dataset, "wood4", "wood5", "wood6")
    case = fold.cases[0]
    asked = Case(case.key, case.user, case.history, case.excluded, candidates=wood)
    ranking = fitted(GenreSystem(source, order="random"), fold).rank([asked], 5)[0]
    assert sorted(ranking.items.tolist()) == sorted(wood.tolist())


def test_history_that_is_given_is_read_as_a_stored_one(source: CatalogSource, fold: Fold) -> None:
    """A person who is not in the training data, with the history of one who is, gets the same list."""
    stranger = [Case("new", 10_000, case.history, case.excluded) for case in fold.cases[:1]]
    known, unknown = fitted(GenreSystem(source, order="random"), fold).rank([fold.cases[0], *stranger], 5)
    np.testing.assert_array_equal(known.items, unknown.items)
    np.testing.assert_allclose(known.scores, unknown.scores, rtol=1e-6)


def test_history_of_a_question_replaces_what_the_person_did(
    world: EvaluationData, source: CatalogSource, fold: Fold
) -> None:
    wood = rows_of_items(world.dataset, "wood1", "wood2", "wood3")
    case = Case("asked", fold.cases[0].user, history_of(wood), wood)
    ranking = fitted(GenreSystem(source, order="last"), fold).rank([case], 5)[0]
    assert {world.dataset.item_ids[row][:4] for row in ranking.items} == {"wood"}


def test_items_of_the_history_return_where_the_case_lets_them(
    world: EvaluationData, source: CatalogSource, fold: Fold
) -> None:
    sea = rows_of_items(world.dataset, "sea1", "sea2", "sea3")
    asked = [Case("excluded", 0, history_of(sea), sea), Case("allowed", 0, history_of(sea), NOTHING)]
    excluded, allowed = fitted(GenreSystem(source, order="last"), fold).rank(asked, 16)
    assert np.isin(sea, allowed.items).all()
    assert not np.isin(sea, excluded.items).any()
    assert len(allowed.items) == 16


def test_nobody_known_gets_what_is_popular(world: EvaluationData, source: CatalogSource) -> None:
    dataset = world.dataset
    woodless = np.flatnonzero([not dataset.user_ids[user].startswith("wood") for user in dataset.users])
    nobody = Case("new", 10_000, history_of(NOTHING), NOTHING)
    system = GenreSystem(source, order="random")
    system.fit(training_data(dataset, dataset.values >= 4, woodless, None), np.random.default_rng(1))
    ranking = system.rank([nobody], 8)[0]
    assert {dataset.item_ids[row][:3] for row in ranking.items} == {"sea"}
    # Nobody lacks these two.
    assert set(ranking.items[:2].tolist()) == set(rows_of_items(dataset, "sea6", "sea7").tolist())


def test_catalog_is_gone_once_everybody_was_answered(source: CatalogSource, fold: Fold) -> None:
    system = fitted(GenreSystem(source, order="random"), fold)
    assert Catalog.objects.count() == 1
    system.rank(fold.cases, 5)
    assert Catalog.objects.count() == Slate.objects.count() == 0
    with pytest.raises(RuntimeError, match="genre has not been fitted"):
        system.rank(fold.cases, 5)


def test_catalog_that_nobody_asked_is_closed(source: CatalogSource, fold: Fold) -> None:
    system = fitted(GenreSystem(source, order="random"), fold)
    system.fit(fold.train, np.random.default_rng(2))
    assert Catalog.objects.count() == 1
    system.close()
    assert Catalog.objects.count() == 0


def test_chosen_hyperparameters_are_the_settings(source: CatalogSource, fold: Fold) -> None:
    system = GenreSystem(source, order="random")
    assert system.settings == {}
    assert {"ridge", "text_weight"} <= set(fitted(system, fold).settings)
    assert all(isinstance(value, float | int | str) for value in system.settings.values())
    system.close()


def test_configuration_answers_with_its_own_settings(
    world: EvaluationData, source: CatalogSource, fold: Fold, catalog: Catalog
) -> None:
    scenario = Scenario.objects.get(catalog=catalog, name=Scenario.HOME)
    config = create_version(scenario=scenario, settings=ScoringSettings(filters=FilterSettings(categories=["wood"])))
    system = ConfigSystem(config, source, order="random")
    assert system.name == f"config:{config.pk}"
    ranking = fitted(system, fold).rank(fold.cases[:1], 5)[0]
    assert {world.dataset.item_ids[row][:4] for row in ranking.items} == {"wood"}
    assert list(Catalog.objects.all()) == [catalog]
