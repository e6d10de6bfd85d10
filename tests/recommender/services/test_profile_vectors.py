"""A version's people: who has a vector, which one, and when it goes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from django.db import OperationalError, connection
from django.db.models import F

from catalog.models import Catalog
from recommender.engine.history import HistoryEvent
from recommender.engine.joint_space import Block
from recommender.engine.settings import ScoringSettings
from recommender.models import ProfileVector, RankingModel
from recommender.selectors.histories import newest_events_of
from recommender.selectors.joint_models import joint_space_of
from recommender.services import profile_vectors
from recommender.services.interactions import remove_interaction
from recommender.services.joint_interests import joint_interest_of
from recommender.services.profile_vectors import write_profile_vectors
from recommender.services.ranking_models import delete_model, retire_old
from tests.conftest import act
from tests.recommender.services.elsewhere import elsewhere, waiting_for_nobody
from tests.recommender.services.statements import statements
from tests.recommender.trained import Clusters, like, make_items, train_again, train_clusters
from users.models import Profile


def arranged(catalog: Catalog) -> Clusters:
    return train_clusters(catalog, items_each=8, people_each=6, likes_each=5)


def people_of(made: Clusters) -> list[Profile]:
    return [person for people in made.people.values() for person in people]


def with_vectors(model: RankingModel) -> set[int]:
    return set(ProfileVector.objects.filter(model=model).values_list("profile_id", flat=True))


class TestWritten:
    @pytest.fixture
    def made(self, catalog: Catalog) -> Clusters:
        return arranged(catalog)

    def test_for_everybody_with_a_history(self, made: Clusters) -> None:
        Profile.objects.create(catalog=made.catalog, external_id="nobody", statement="rocket")
        assert write_profile_vectors(made.trained) == 18
        assert with_vectors(made.trained) == {person.pk for person in people_of(made)}

    def test_vector_is_the_interest_of_the_history_without_popularity(self, made: Clusters) -> None:
        alice = made.people["kitchen"][0]
        act(alice, made.items["harbour"][2], "dislike")
        act(alice, made.items["orbit"][2], "rating", value=2.0)
        write_profile_vectors(made.trained)
        interest = joint_interest_of(
            made.trained, None, profile=alice, events=None, statement="", settings=ScoringSettings()
        ).interest
        assert interest is not None
        expected = interest.vector.copy()
        expected[joint_space_of(made.trained).columns(Block.POPULARITY)] = 0.0
        stored = np.array(ProfileVector.objects.get(model=made.trained, profile=alice).vector)
        assert np.linalg.norm(stored) == pytest.approx(1.0, abs=1e-3)
        assert stored == pytest.approx(expected / np.linalg.norm(expected), abs=1e-3)

    def test_batches_are_seamless(self, made: Clusters, monkeypatch: pytest.MonkeyPatch) -> None:
        write_profile_vectors(made.trained)
        whole = {row.profile_id: row.vector for row in ProfileVector.objects.filter(model=made.trained)}
        monkeypatch.setattr(profile_vectors, "PEOPLE_AT_ONCE", 5)
        assert write_profile_vectors(made.trained) == 18
        assert {row.profile_id: row.vector for row in ProfileVector.objects.filter(model=made.trained)} == whole

    def test_queries_do_not_grow_with_the_people(self, made: Clusters) -> None:
        def queries() -> int:
            return len(statements(lambda: write_profile_vectors(made.trained)))

        # The version's arrays are read at their first use.
        queries()
        few = queries()
        strangers = Profile.objects.bulk_create(
            [Profile(catalog=made.catalog, external_id=f"stranger-{number}") for number in range(40)]
        )
        like(made.catalog, [(person, made.items["orbit"][0]) for person in strangers])
        assert queries() == few

    def test_not_for_who_paused_personalisation(self, made: Clusters) -> None:
        paused = made.people["orbit"][0]
        Profile.objects.filter(pk=paused.pk).update(personalise=False)
        assert write_profile_vectors(made.trained) == 17
        assert paused.pk not in with_vectors(made.trained)

    def test_not_for_who_likes_nothing(self, made: Clusters) -> None:
        grumpy = Profile.objects.create(catalog=made.catalog, external_id="grumpy")
        act(grumpy, made.items["orbit"][0], "dislike")
        assert write_profile_vectors(made.trained) == 18
        assert grumpy.pk not in with_vectors(made.trained)

    def test_not_for_people_of_another_catalog(self, made: Clusters, other_catalog: Catalog) -> None:
        cook = Profile.objects.create(catalog=other_catalog, external_id="cook")
        act(cook, make_items(other_catalog, "kitchen", 1, rng=np.random.default_rng(0))[0])
        write_profile_vectors(made.trained)
        assert cook.pk not in with_vectors(made.trained)

    def test_not_of_a_version_that_is_over(self, made: Clusters) -> None:
        train_again(made.catalog)
        retire_old(made.catalog, keep=0)
        assert write_profile_vectors(made.trained) == 0
        assert with_vectors(made.trained) == set()


class TestGone:
    @pytest.fixture
    def made(self, catalog: Catalog) -> Clusters:
        made = arranged(catalog)
        write_profile_vectors(made.trained)
        return made

    def test_with_an_interaction_that_is_removed(self, made: Clusters) -> None:
        alice, bob = made.people["orbit"][:2]
        first = alice.interactions.first()
        assert first is not None
        remove_interaction(first)
        assert alice.pk not in with_vectors(made.trained)
        assert bob.pk in with_vectors(made.trained)

    def test_with_an_interaction_that_says_something_else(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        alice.interactions.update(value=1.0)
        assert alice.pk not in with_vectors(made.trained)

    def test_not_with_a_further_interaction(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        act(alice, made.items["kitchen"][0])
        assert alice.pk in with_vectors(made.trained)

    def test_not_with_an_update_that_changes_nothing(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        alice.interactions.update(value=F("value"))
        assert alice.pk in with_vectors(made.trained)

    def test_with_an_item_of_the_history(self, made: Clusters) -> None:
        item = made.items["orbit"][0]
        fans = set(item.interactions.values_list("profile_id", flat=True))
        assert fans
        item.delete()
        assert with_vectors(made.trained) == {person.pk for person in people_of(made)} - fans

    def test_with_personalisation(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        Profile.objects.filter(pk=alice.pk).update(personalise=False)
        assert alice.pk not in with_vectors(made.trained)

    def test_not_with_other_words(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        Profile.objects.filter(pk=alice.pk).update(statement="butter")
        assert alice.pk in with_vectors(made.trained)

    def test_with_the_person(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        profile_id = alice.pk
        alice.delete()
        assert profile_id not in with_vectors(made.trained)

    def test_with_a_version_that_is_retired_or_deleted(self, made: Clusters) -> None:
        second = train_again(made.catalog)
        write_profile_vectors(second)
        assert len(with_vectors(made.trained)) == 18
        retire_old(made.catalog, keep=0)
        assert with_vectors(made.trained) == set()
        third = train_again(made.catalog)
        second.refresh_from_db()
        delete_model(second)
        assert not ProfileVector.objects.exclude(model=third).exists()

    def test_comes_back_with_the_next_training(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        alice.interactions.update(value=1.0)
        write_profile_vectors(made.trained)
        assert alice.pk in with_vectors(made.trained)


@pytest.mark.django_db(transaction=True)
class TestBesideOthers:
    @pytest.fixture
    def made(self, catalog: Catalog) -> Clusters:
        return arranged(catalog)

    @pytest.mark.parametrize("change", ["removed", "paused"])
    def test_what_is_taken_back_meanwhile_is_waited_for(
        self, made: Clusters, change: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The change is made while the history is read: it comes after the vector, and takes it along."""
        alice = made.people["orbit"][0]
        removed = alice.interactions.first()
        assert removed is not None
        reading = Event()

        def read_slowly(profile_ids: Sequence[int], *, length: int) -> dict[int, list[HistoryEvent]]:
            found = newest_events_of(profile_ids, length=length)
            reading.set()
            # Long enough for the other to reach the lock, which it gets when the batch is written.
            Event().wait(0.5)
            return found

        monkeypatch.setattr(profile_vectors, "newest_events_of", read_slowly)

        def take_back() -> None:
            assert reading.wait(30)
            if change == "removed":
                remove_interaction(removed)
            else:
                Profile.objects.filter(pk=alice.pk).update(personalise=False)

        def in_a_thread() -> None:
            try:
                take_back()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            outcome = pool.submit(in_a_thread)
            assert write_profile_vectors(made.trained) == 18
            outcome.result(30)
        assert with_vectors(made.trained) == {person.pk for person in people_of(made)} - {alice.pk}

    def test_what_is_being_taken_back_is_waited_for(self, made: Clusters) -> None:
        """The other way round: the batch waits before it reads, also where there is no row to wait for."""
        ProfileVector.objects.all().delete()
        alice = made.people["orbit"][0]
        removed = alice.interactions.first()
        assert removed is not None
        with (
            elsewhere(lambda: remove_interaction(removed)),
            waiting_for_nobody(),
            pytest.raises(OperationalError, match="lock timeout"),
        ):
            write_profile_vectors(made.trained)

    def test_recording_and_asking_wait_for_nobody(self, made: Clusters) -> None:
        alice = made.people["orbit"][0]
        with elsewhere(lambda: write_profile_vectors(made.trained)), waiting_for_nobody():
            act(alice, made.items["kitchen"][0])
            found = joint_interest_of(
                made.trained, None, profile=alice, events=None, statement="", settings=ScoringSettings()
            )
            assert made.items["kitchen"][0].pk in {weight.item_id for weight in found.weights}
