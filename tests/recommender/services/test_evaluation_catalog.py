"""Catalogs that exist while a fold is judged."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from catalog.models import Catalog, Item
from recommender.evaluation.dataset import Dataset
from recommender.models import Interaction, InteractionKind, ItemEmbedding
from recommender.services.evaluation_catalog import kind_of, scratch_catalog
from recommender.services.evaluation_data import EvaluationData
from tests.recommender.services.elsewhere import elsewhere
from tests.recommender.services.evaluation_arranging import read_world, source_of, write_world
from users.models import Profile


@pytest.fixture
def world(tmp_path: Path) -> EvaluationData:
    return read_world(write_world(tmp_path))


@pytest.fixture
def train(world: EvaluationData) -> Dataset:
    """Everything but what sea-0 did."""
    dataset = world.dataset
    return dataset.take(np.flatnonzero(dataset.users != dataset.user_ids.index("sea-0")))


def rows_stored() -> list[int]:
    return [model.objects.count() for model in (Catalog, Item, Profile, Interaction, ItemEmbedding)]


@pytest.mark.django_db
def test_catalog_holds_the_items_and_the_training_rows_alone(world: EvaluationData, train: Dataset) -> None:
    with scratch_catalog(source_of(world), train) as scratch:
        stored = Item.objects.in_bulk(scratch.item_ids.tolist())
        assert [stored[item_id].external_id for item_id in scratch.item_ids] == train.item_ids
        assert sorted(stored) == scratch.item_ids.tolist()
        assert Item.objects.filter(catalog=scratch.catalog).count() == 16
        assert Interaction.objects.filter(catalog=scratch.catalog).count() == len(train.users) == 88
        assert "sea-0" not in {profile.external_id for profile in scratch.profiles.values()}
        assert scratch.profiles[train.user_ids.index("wood-3")].external_id == "wood-3"
        own = Interaction.objects.filter(profile__external_id="wood-3", kind__name="rating").order_by("occurred_at")
        assert own.values_list("item__external_id", "value").first() == ("sea3", 1.0)


@pytest.mark.django_db
def test_items_have_the_vectors_that_were_made_once(world: EvaluationData, train: Dataset) -> None:
    source = source_of(world)
    with scratch_catalog(source, train) as scratch:
        stored = dict(ItemEmbedding.objects.filter(space__serving=True).values_list("item_id", "vector"))
        vectors = np.array([stored[item_id] for item_id in scratch.item_ids])
        np.testing.assert_allclose(vectors, source.vectors, atol=1e-3)


@pytest.mark.django_db
def test_planner_knows_how_many_items_there_are(world: EvaluationData, train: Dataset) -> None:
    """Else it passes by the index of vectors, and another way than the product's is judged."""
    with scratch_catalog(source_of(world), train) as scratch:
        plan = json.loads(Item.objects.filter(catalog=scratch.catalog).explain(format="json"))
        assert plan[0]["Plan"]["Plan Rows"] == 16


@pytest.mark.django_db
def test_nothing_remains(world: EvaluationData, train: Dataset, catalog: Catalog) -> None:
    before = rows_stored()
    with scratch_catalog(source_of(world), train):
        assert rows_stored() != before
    assert rows_stored() == before


@pytest.mark.django_db
def test_nothing_remains_after_a_failure(world: EvaluationData, train: Dataset) -> None:
    with pytest.raises(ZeroDivisionError), scratch_catalog(source_of(world), train):
        1 / 0  # noqa: B018 - raises
    assert rows_stored() == [0, 0, 0, 0, 0]


@pytest.mark.django_db(transaction=True)
def test_other_sessions_see_nothing(world: EvaluationData, train: Dataset) -> None:
    seen: list[list[int]] = []
    with scratch_catalog(source_of(world), train), elsewhere(lambda: seen.append(rows_stored())):
        assert seen == [[0, 0, 0, 0, 0]]
    assert rows_stored() == [0, 0, 0, 0, 0]


@pytest.mark.django_db
@pytest.mark.parametrize(("relevant_from", "neutral", "spread"), [(4.0, 3.0, 2.0), (8.0, 6.0, 4.0)])
def test_ratings_are_read_on_the_scale_of_the_data_set(
    world: EvaluationData, train: Dataset, relevant_from: float, neutral: float, spread: float
) -> None:
    with scratch_catalog(source_of(world, relevant_from=relevant_from), train) as scratch:
        kind = InteractionKind.objects.get(catalog=scratch.catalog, name="rating")
        assert (kind.neutral_value, kind.value_spread) == (neutral, spread)


def test_kind_is_rating_where_an_import_would_say_so(tmp_path: Path) -> None:
    assert kind_of(read_world(write_world(tmp_path)).dataset) == "rating"
    assert kind_of(read_world(write_world(tmp_path, rated=False)).dataset) == "purchase"
