"""One training of a catalog at a time, in whatever process."""

from __future__ import annotations

from threading import Barrier

import pytest
from django.db import connection, transaction

from catalog.models import Catalog
from recommender.models import RankingModel
from recommender.services.catalogs import open_catalog
from recommender.services.training_lock import TRAINING_LOCK, AlreadyTraining, is_training, training_lock
from tests.recommender.services.ranking_versions import begun
from tests.recommender.services.together import all_at_once
from tests.recommender.worker.processes import wait_until


class TestBetweenSessions:
    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def catalog(self, transactional_db: None) -> Catalog:
        return open_catalog(slug="films")

    def test_second_training_is_refused_at_once_and_others_are_not(self, catalog: Catalog) -> None:
        other = open_catalog(slug="dishes")
        done = Barrier(2)

        def train(number: int) -> str:
            if number == 1:
                done.wait(30)
            try:
                with training_lock(catalog):
                    done.wait(30)
                    done.wait(30)
                    return "trained"
            except AlreadyTraining as error:
                with training_lock(other):
                    told = f"{error} {is_training(catalog.pk)} {is_training(other.pk)}"
                done.wait(30)
                return told

        assert all_at_once(2, train) == ["trained", "The catalog “films” is being trained already. True True"]
        assert not is_training(catalog.pk)

    def test_ends_with_a_failure_and_with_a_failed_transaction(self, catalog: Catalog) -> None:
        with pytest.raises(ZeroDivisionError), training_lock(catalog):
            raise ZeroDivisionError
        assert not is_training(catalog.pk)
        with pytest.raises(Exception, match="division by zero"), transaction.atomic(), training_lock(catalog):
            connection.cursor().execute("SELECT 1/0")
        assert not is_training(catalog.pk)

    def test_ends_with_the_session(self, catalog: Catalog) -> None:
        """As that of a process that is killed."""
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [TRAINING_LOCK, catalog.pk])
        with pytest.raises(AlreadyTraining), training_lock(catalog):
            pass
        other.close()
        wait_until(lambda: not is_training(catalog.pk), 10.0)
        with training_lock(catalog):
            pass


def test_same_session_may_take_it_again(catalog: Catalog) -> None:
    with training_lock(catalog), training_lock(catalog):
        assert is_training(catalog.pk)


def test_version_that_a_killed_training_left_is_given_up(catalog: Catalog, other_catalog: Catalog) -> None:
    left, others = begun(catalog), begun(other_catalog)
    with training_lock(catalog):
        pass
    left.refresh_from_db()
    others.refresh_from_db()
    assert (left.state, left.error) == (
        RankingModel.State.FAILED,
        "The training ended before the version was written.",
    )
    assert others.state == RankingModel.State.BUILDING
