"""Trainings by the worker: which catalogs, one at a time, not twice for one wish; and one by a real worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from kombu.exceptions import OperationalError

from catalog.models import Catalog
from recommender import tasks
from recommender.exceptions import InvalidRequest
from recommender.models import RankingModel
from recommender.services.catalogs import open_catalog
from recommender.services.ranking_partitions import partitions
from recommender.services.training_lock import AlreadyTraining
from recommender.tasks import maintain_ranking_models, send_training, train_ranking_model, train_ranking_models
from tests.conftest import MakeItem, act
from tests.recommender.services.ranking_versions import begun, finished, ranking_rows, some_items
from tests.recommender.trained import train_clusters
from tests.recommender.worker.brokers import Broker
from tests.recommender.worker.conftest import StartWorker
from tests.recommender.worker.processes import wait_until
from users.models import Profile

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The catalogs for which messages went out; none reaches a broker."""
    catalog_ids: list[int] = []
    monkeypatch.setattr(train_ranking_model, "apply_async", lambda args, **_: catalog_ids.append(args[0]))
    tasks.pause.end()
    yield catalog_ids
    tasks.pause.end()


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Catalog]:
    """Catalogs that were trained, by a stand-in that finishes a version of nothing much."""
    catalogs: list[Catalog] = []

    def train(catalog: Catalog) -> RankingModel:
        catalogs.append(catalog)
        return finished(catalog, ranking_rows(list(catalog.items.all())))

    monkeypatch.setattr(tasks, "train_catalog", train)
    return catalogs


@pytest.mark.django_db
class TestEveryNight:
    def test_catalogs_with_interactions_are_trained_and_no_others(
        self, catalog: Catalog, other_catalog: Catalog, make_item: MakeItem, alice: Profile, asked: list[int]
    ) -> None:
        act(alice, make_item("quiet-piano"))
        make_item("dish", catalog=other_catalog)
        train_ranking_models()
        assert asked == [catalog.pk]


@pytest.mark.django_db
class TestOneTraining:
    def test_is_of_the_catalog_that_was_asked_for(
        self, catalog: Catalog, other_catalog: Catalog, trained: list[Catalog]
    ) -> None:
        some_items(catalog, 2)
        train_ranking_model(catalog.pk, LONG_AGO)
        assert trained == [catalog]

    def test_message_that_is_doubled_or_older_than_the_last_version_trains_nothing(
        self, catalog: Catalog, trained: list[Catalog]
    ) -> None:
        some_items(catalog, 2)
        now = time.time()
        for asked_at in (now, now, LONG_AGO):
            train_ranking_model(catalog.pk, asked_at)
        assert len(trained) == 1
        train_ranking_model(catalog.pk, time.time())
        assert len(trained) == 2

    def test_version_that_failed_does_not_count_as_trained(self, catalog: Catalog, trained: list[Catalog]) -> None:
        some_items(catalog, 2)
        begun(catalog)
        train_ranking_model(catalog.pk, LONG_AGO)
        assert len(trained) == 1

    def test_of_a_catalog_that_is_gone_ends_without_a_word(self, catalog: Catalog, trained: list[Catalog]) -> None:
        catalog_id = catalog.pk
        catalog.delete()
        train_ranking_model(catalog_id, LONG_AGO)
        assert trained == []

    @pytest.mark.parametrize("error", [AlreadyTraining("by somebody"), InvalidRequest("no items")])
    def test_that_cannot_be_says_so_and_ends(
        self,
        catalog: Catalog,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        error: Exception,
    ) -> None:
        def refuse(_catalog: Catalog) -> None:
            raise error

        monkeypatch.setattr(tasks, "train_catalog", refuse)
        train_ranking_model(catalog.pk, LONG_AGO)
        assert f"catalog {catalog.pk} is not trained: {type(error).__name__}" in caplog.text

    def test_that_cannot_be_asked_for_says_so(self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**_: object) -> None:
            raise OperationalError("no route")

        monkeypatch.setattr(train_ranking_model, "apply_async", fail)
        tasks.pause.end()
        assert send_training(catalog.pk) is False
        tasks.pause.end()


@pytest.mark.django_db(transaction=True)
def test_partition_that_was_being_read_when_its_version_ended_goes_later(transactional_db: None) -> None:
    catalog = open_catalog(slug="films")
    model = finished(catalog, ranking_rows(some_items(catalog, 2)))
    RankingModel.objects.filter(pk=model.pk).update(state=RankingModel.State.RETIRED, space=None)
    assert model.partition_name in partitions()
    maintain_ranking_models()
    assert model.partition_name not in partitions()


@pytest.mark.django_db(transaction=True)
def test_real_worker_trains_embeds_and_trains_again(broker: Broker, start_worker: StartWorker) -> None:
    catalog = open_catalog(slug="films")
    made = train_clusters(catalog, train=False)
    worker = start_worker()

    assert send_training(catalog.pk)
    wait_until(lambda: catalog.ranking_models.filter(state=RankingModel.State.ACTIVE).exists(), 120.0)
    model = catalog.ranking_models.get()
    assert (model.item_count, model.interaction_count) == (48, 3 * 24 * 9)

    # What it stored vectors with does not keep its process from reading vectors to train from.
    item = made.items["orbit"][0]
    item.description = "a lighthouse"
    item.save()
    item.refresh_from_db()
    embedded = made.space.embeddings.filter(item=item, content_hash=item.content_hash)
    wait_until(embedded.exists, 20.0)
    assert send_training(catalog.pk)
    wait_until(lambda: catalog.ranking_models.filter(version=2, state=RankingModel.State.ACTIVE).exists(), 120.0)
    assert "Traceback" not in worker.log_text()
