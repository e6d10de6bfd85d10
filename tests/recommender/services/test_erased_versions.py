"""What was trained knows the erased until the next training, and is never gone back to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Catalog
from recommender import tasks
from recommender.exceptions import VersionNotReady
from recommender.models import RankingModel
from recommender.services.erasing import erase_profile, is_known_to_versions
from recommender.services.ranking_models import activate_model
from recommender.services.receipts import receipt
from recommender.services.training import TrainingOptions, train_catalog
from tests.conftest import MakeProfile
from tests.recommender.trained import Clusters, train_again, train_clusters
from users.models import Erasure, Way

State = RankingModel.State


@pytest.fixture(autouse=True)
def _trainings_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is one transaction, which holds the lock of its trainings until the test is over."""
    monkeypatch.setattr("recommender.services.erasing.is_training", lambda _catalog_id: False)


@pytest.fixture
def trained(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, clusters=("orbit", "kitchen"), items_each=6, people_each=4, likes_each=3)


def states(catalog: Catalog) -> dict[int, str]:
    return dict(catalog.ranking_models.values_list("version", "state"))


def erase_somebody(trained: Clusters, number: int = 0) -> Erasure:
    return erase_profile(profile=trained.people["orbit"][number], way=Way.API)


class TestUntilTheNextTraining:
    def test_active_version_goes_on_and_the_receipt_stays_open(self, trained: Clusters) -> None:
        erasure = erase_somebody(trained)
        assert states(trained.catalog) == {1: State.ACTIVE}
        assert (erasure.first_version, erasure.trained_data_gone_after) == (1, None)
        assert "A training without them is asked for within the hour" in " ".join(receipt(erasure)["notes"])

    def test_receipt_promises_no_training_that_nobody_asks_for(self, trained: Clusters, settings: Settings) -> None:
        settings.GENRE_TRAIN_AFTER_ERASURE = False
        said = " ".join(receipt(erase_somebody(trained))["notes"])
        assert "The next training is made without them" in said
        assert "within the hour" not in said

    def test_training_completes_the_receipt_and_retires_what_knew_the_person(self, trained: Clusters) -> None:
        erasure = erase_somebody(trained)
        train_again(trained.catalog)
        assert states(trained.catalog) == {1: State.RETIRED, 2: State.ACTIVE}
        erasure.refresh_from_db()
        assert erasure.trained_data_gone_after is not None
        assert erasure.trained_data_gone_after > erasure.erased_at

    def test_the_hourly_look_asks_for_one_training_however_many_were_erased(
        self, trained: Clusters, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        monkeypatch.setattr(tasks, "send_training", asked.append)
        tasks.train_after_erasures()
        assert asked == []
        for number in range(3):
            erase_somebody(trained, number)
        tasks.train_after_erasures()
        assert asked == [trained.catalog.pk]
        train_again(trained.catalog)
        tasks.train_after_erasures()
        assert asked == [trained.catalog.pk]


class TestGoingBack:
    def test_to_a_version_that_knows_somebody_erased_is_refused(self, trained: Clusters) -> None:
        former = trained.trained
        train_again(trained.catalog)
        erase_somebody(trained)
        with pytest.raises(VersionNotReady, match="Version 1 has learned from somebody who was erased since"):
            activate_model(former)
        assert states(trained.catalog) == {1: State.READY, 2: State.ACTIVE}

    def test_is_open_where_nobody_was_erased_who_was_in_it(self, trained: Clusters, make_profile: MakeProfile) -> None:
        former = trained.trained
        train_again(trained.catalog)
        erasure = erase_profile(profile=make_profile("newcomer"), way=Way.SITE)
        assert erasure.first_version == 3
        assert erasure.trained_data_gone_after is not None
        activate_model(former)
        assert states(trained.catalog) == {1: State.ACTIVE, 2: State.READY}

    def test_is_open_to_versions_from_before_the_person_came(self, trained: Clusters) -> None:
        somebody = trained.people["orbit"][0]
        later = timezone.now() + timedelta(hours=1)
        type(somebody).objects.filter(pk=somebody.pk).update(created_at=later)
        somebody.interactions.update(created_at=later)
        RankingModel.objects.create(
            catalog=trained.catalog, version=7, dimension=4, state=State.READY, learned_from=later + timedelta(hours=1)
        )
        assert erase_somebody(trained).first_version == 7

    def test_other_catalogs_are_none_of_its_business(self, trained: Clusters, other_catalog: Catalog) -> None:
        other = train_clusters(other_catalog, clusters=("kitchen",), items_each=4, people_each=3, likes_each=2)
        train_again(other_catalog)
        erase_somebody(trained)
        activate_model(other.trained)
        assert states(other_catalog) == {1: State.ACTIVE, 2: State.READY}


class TestErasedWhileTrained:
    def test_version_in_the_making_answers_and_is_trained_again(self, trained: Clusters) -> None:
        """It knows no more than the one that answers meanwhile; refused, no training would ever end on a busy site."""
        model = train_catalog(trained.catalog, TrainingOptions(tune="never", activate=False))
        erasure = erase_somebody(trained)
        activate_model(model, just_trained=True)
        assert states(trained.catalog) == {1: State.RETIRED, 2: State.ACTIVE}
        erasure.refresh_from_db()
        assert erasure.trained_data_gone_after is None
        assert is_known_to_versions(trained.catalog.pk, now=timezone.now())
        train_again(trained.catalog)
        assert not is_known_to_versions(trained.catalog.pk, now=timezone.now())
        assert states(trained.catalog) == {1: State.RETIRED, 2: State.RETIRED, 3: State.ACTIVE}

    def test_nothing_is_said_to_be_forgotten_while_somebody_reads(
        self, trained: Clusters, make_profile: MakeProfile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("recommender.services.erasing.is_training", lambda _catalog_id: True)
        assert erase_profile(profile=make_profile("newcomer"), way=Way.SITE).trained_data_gone_after is None


def test_erased_before_any_training_is_known_to_none(catalog: Catalog, make_profile: MakeProfile) -> None:
    erasure = erase_profile(profile=make_profile("newcomer"), way=Way.SITE)
    assert erasure.trained_data_gone_after is not None
    assert receipt(erasure)["notes"] == [
        "The identifier is kept as a keyed hash, so that nobody brings the person back without consent."
    ]
