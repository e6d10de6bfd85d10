"""No item is missing from the version that answers, whatever came between its embedding and its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, ItemEmbedding, RankingArtifact, RankingModel, RankingVector
from recommender.selectors.joint_vectors import vectors_of
from recommender.services import new_item_upkeep
from recommender.services.new_item_upkeep import CAUGHT_UP, STORING_SECONDS, place_embedded, place_waiting
from recommender.services.ranking_models import activate_model
from recommender.tasks import embed_stale_items
from tests.conftest import MakeItem, embed_all
from tests.recommender.trained import WORDS, Clusters, make_newcomer, train_again, train_clusters


@pytest.fixture
def made(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, items_each=6, people_each=6, likes_each=3)


@pytest.fixture
def break_placing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    def break_placing(error: Exception) -> None:
        def fail(*_: object) -> int:
            raise error

        monkeypatch.setattr(new_item_upkeep, "place_items", fail)

    return break_placing


def active(made: Clusters) -> RankingModel:
    return RankingModel.objects.get(catalog=made.catalog, state=RankingModel.State.ACTIVE)


def look(made: Clusters, *, later_seconds: float = STORING_SECONDS + 1) -> int:
    """The periodic look at the active version, some time after its activation."""
    model = active(made)
    assert model.activated_at is not None
    return place_waiting(model, now=model.activated_at + timedelta(seconds=later_seconds))


def describe(item: Item, cluster: str) -> None:
    Item.objects.filter(pk=item.pk).update(description=" ".join(WORDS[cluster]))


def vector(made: Clusters, item: Item) -> list[float]:
    return [float(number) for number in vectors_of(active(made), [item.pk])[0]]


class TestEmbedding:
    def test_costs_one_query_without_a_version(self, space: EmbeddingSpace, make_item: MakeItem) -> None:
        item = make_item("quiet-piano")
        with CaptureQueriesContext(connection) as captured:
            assert place_embedded(space, [item.pk]) == 0
        assert len(captured) == 1

    def test_of_another_space_than_the_versions_places_nothing(self, made: Clusters) -> None:
        other = EmbeddingSpace.objects.create(catalog=made.catalog, name="other", backend="hashing", dimension=64)
        item = make_newcomer(made.catalog, "orbit")
        embed_all(other)
        assert ItemEmbedding.objects.filter(item=item, space=other).exists()
        assert not RankingVector.objects.filter(item=item).exists()

    @pytest.mark.parametrize(
        "error", [OperationalError("deadlock"), RankingArtifact.DoesNotExist(), ValueError("shapes"), KeyError("map")]
    )
    def test_outlives_a_failure_of_placing_and_the_next_look_makes_it_good(
        self,
        made: Clusters,
        break_placing: Callable[[Exception], None],
        monkeypatch: pytest.MonkeyPatch,
        error: Exception,
    ) -> None:
        look(made)
        changed, before = made.items["orbit"][0], vector(made, made.items["orbit"][0])
        describe(changed, "harbour")
        item = make_newcomer(made.catalog, "orbit")
        break_placing(error)
        embed_all(made.space)

        assert made.space.embeddings.filter(item=item).exists()
        assert not RankingVector.objects.filter(item=item).exists()
        monkeypatch.undo()
        assert look(made) == 2
        assert RankingVector.objects.get(item=item).learned == 0
        assert vector(made, changed) != before
        assert look(made) == 0

    def test_is_lost_with_the_transaction_when_the_process_ends_while_placing(
        self, made: Clusters, break_placing: Callable[[Exception], None]
    ) -> None:
        """Else a changed text could be embedded and never placed."""
        item = make_newcomer(made.catalog, "orbit")
        break_placing(MemoryError())
        with pytest.raises(MemoryError):
            embed_all(made.space)
        assert not made.space.embeddings.filter(item=item).exists()


class TestLook:
    def test_of_the_periodic_task_places_what_is_missing(self, made: Clusters) -> None:
        item = made.items["kitchen"][0]
        RankingVector.objects.filter(item=item).delete()
        embed_stale_items()
        assert RankingVector.objects.get(item=item).model == made.model

    def test_places_a_limited_number_at_a_time(self, made: Clusters, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(new_item_upkeep, "MOST_ITEMS_A_LOOK", 2)
        items = made.items["kitchen"][:3]
        RankingVector.objects.filter(item__in=items).delete()
        assert [look(made), look(made), look(made)] == [2, 1, 0]
        assert RankingVector.objects.filter(item__in=items).count() == 3

    def test_after_a_training_compares_what_changed_meanwhile_once(self, made: Clusters) -> None:
        changed = made.items["orbit"][0]
        model = train_again(made.catalog)
        # As if the former version had answered while this one was made.
        activate_model(made.trained)
        describe(changed, "harbour")
        embed_all(made.space)
        activate_model(model)
        before = vector(made, changed)

        assert look(made, later_seconds=1) == 0
        assert look(made) == 1
        assert vector(made, changed) != before
        assert look(made) == 0
        assert RankingArtifact.objects.get(model=model, name=CAUGHT_UP)

    def test_after_going_back_compares_again(self, made: Clusters) -> None:
        look(made)
        train_again(made.catalog)
        changed = made.items["orbit"][0]
        describe(changed, "harbour")
        embed_all(made.space)
        activate_model(made.trained)
        assert look(made) == 1

    def test_that_fails_is_logged_and_leaves_the_rest_alone(
        self,
        made: Clusters,
        break_placing: Callable[[Exception], None],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        break_placing(ValueError("shapes"))
        assert place_waiting(active(made), now=timezone.now() + timedelta(days=1)) == 0
        assert f"version {made.trained.pk}: new items not placed: ValueError" in caplog.text
        assert not RankingArtifact.objects.filter(name=CAUGHT_UP).exists()
