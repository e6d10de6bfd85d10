"""Versions come and go while others read and write: nobody waits, nothing fails, nothing is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from catalog.models import Catalog, Item
from recommender.models import RankingModel
from recommender.selectors.ranking_models import active_model
from recommender.services import ranking_partitions
from recommender.services.ranking_models import (
    activate_model,
    delete_model,
    retire_old,
    upsert_vectors,
    write_vectors,
)
from recommender.services.ranking_partitions import drop_unused_partitions, partitions
from tests.recommender.services.ranking_versions import (
    activated,
    begun,
    finished,
    nearest,
    ranked_items,
    ranking_rows,
    some_items,
)
from tests.recommender.services.together import LONGEST_WAIT_SECONDS, all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

ITEMS, VERSIONS, READERS = 60, 6, 3


@pytest.fixture(autouse=True)
def _no_partition_is_left(transactional_db: None) -> Iterator[None]:
    yield
    RankingModel.objects.all().delete()
    drop_unused_partitions()
    assert partitions() == []


@pytest.fixture
def films(catalog: Catalog) -> list[Item]:
    return some_items(catalog, ITEMS)


@contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    """Somebody else, who gives up after a second of waiting for a lock."""
    with psycopg.connect(**connection.get_connection_params()) as other:
        other.execute("SET lock_timeout = '1s'")
        other.commit()
        yield other


@contextmanager
def meanwhile(action: Callable[[], object]) -> Iterator[Future[object]]:
    """Do something in a thread with a connection of its own; what it raises is raised here."""

    def act() -> object:
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(act)
        yield future
        future.result(LONGEST_WAIT_SECONDS)


def wait_until_somebody_waits_for(locktype: str) -> None:
    with another_connection() as other:
        other.autocommit = True
        for _ in range(LONGEST_WAIT_SECONDS * 100):
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = %s AND pid <> pg_backend_pid()"
            if other.execute(waiting, [locktype]).fetchone() != (0,):
                return
            other.execute("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits")


def test_readers_never_see_a_version_come_or_go(catalog: Catalog, films: list[Item]) -> None:
    """Each version has another dimension, so that a reader who mixed two would fail."""
    activated(catalog, ranking_rows(films, dimension=4))
    over = Event()

    def train() -> int:
        try:
            for number in range(VERSIONS):
                activated(catalog, ranking_rows(films, dimension=5 + number, seed=number))
                retire_old(catalog, keep=2)
        finally:
            over.set()
        return VERSIONS

    def read() -> int:
        answers = 0
        while not over.is_set():
            model = active_model(catalog.pk)
            assert model is not None
            found = nearest(model, [1.0] * model.dimension, limit=ITEMS)
            assert len(found) == len(set(found)) == ITEMS
            answers += 1
        return answers

    answers = all_at_once(1 + READERS, lambda number: read() if number else train())

    assert min(answers[1:]) > 0
    newest = active_model(catalog.pk)
    assert newest is not None
    assert newest.version == VERSIONS + 1
    assert len(partitions()) == 3


def test_versions_begun_at_once_have_numbers_of_their_own(catalog: Catalog) -> None:
    numbers = all_at_once(6, lambda _: begun(catalog).version)
    assert sorted(numbers) == [1, 2, 3, 4, 5, 6]


def test_one_version_answers_whoever_activates_at_the_same_moment(catalog: Catalog, films: list[Item]) -> None:
    versions = [finished(catalog, ranking_rows(films)) for _ in range(3)]
    all_at_once(6, lambda number: activate_model(RankingModel.objects.get(pk=versions[number % 3].pk)))
    assert catalog.ranking_models.filter(state=RankingModel.State.ACTIVE).count() == 1
    assert catalog.ranking_models.filter(state=RankingModel.State.READY).count() == 2


def test_transaction_that_writes_and_activates_keeps_nobody_waiting(
    catalog: Catalog, other_catalog: Catalog, films: list[Item]
) -> None:
    """As an evaluation does, which lasts for minutes and is rolled back."""
    serving = activated(catalog, ranking_rows(films))
    with transaction.atomic():
        trial = activated(other_catalog, ranking_rows(some_items(other_catalog, ITEMS)))
        with another_connection() as other:
            count = "SELECT count(*) FROM recommender_rankingvector WHERE model_id = %s"
            assert other.execute(count, [serving.pk]).fetchone() == (ITEMS,)
            assert other.execute(count, [trial.pk]).fetchone() == (0,)
            other.execute("UPDATE catalog_item SET title = 'Other' WHERE catalog_id = %s", [catalog.pk])
            other.execute("DELETE FROM catalog_item WHERE id = %s", [films[0].pk])
            other.execute(
                "INSERT INTO catalog_item (catalog_id, external_id, title) VALUES (%s, 'new', 'New')", [catalog.pk]
            )
            other.execute("UPDATE recommender_rankingvector SET learned = 0 WHERE model_id = %s", [serving.pk])
            other.execute("UPDATE recommender_rankingmodel SET note = 'Still here.' WHERE id = %s", [serving.pk])
        transaction.set_rollback(True)
    assert partitions() == [serving.partition_name]
    assert ranked_items(serving) == {film.pk for film in films[1:]}


def test_item_whose_deletion_is_not_committed_yet_is_waited_for(
    catalog: Catalog, films: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_partitions, "ITEM_LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(ranking_partitions, "ITEM_LOCK_PAUSE_SECONDS", 0.05)
    model = begun(catalog)
    with another_connection() as other:
        other.execute("DELETE FROM catalog_item WHERE id = %s", [films[3].pk])
        with meanwhile(lambda: write_vectors(model, ranking_rows(films))) as written:
            wait_until_somebody_waits_for("transactionid")
            assert not written.done()
            other.commit()
        assert written.result() == ITEMS - 1
    assert ranked_items(model) == {film.pk for film in films} - {films[3].pk}


def test_version_gives_up_where_a_deletion_does_not_end(
    catalog: Catalog, films: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"TIMEOUT": "20ms", "ATTEMPTS": 3, "PAUSE_SECONDS": 0.0}.items():
        monkeypatch.setattr(ranking_partitions, f"ITEM_LOCK_{name}", value)
    model = begun(catalog)
    with another_connection() as other:
        other.execute("DELETE FROM catalog_item WHERE id = %s", [films[3].pk])
        with pytest.raises(OperationalError, match="lock timeout"):
            write_vectors(model, ranking_rows(films))
        other.rollback()
    assert partitions() == []
    assert write_vectors(model, ranking_rows(films)) == ITEMS


def test_item_that_is_deleted_while_its_version_is_attached_takes_its_vector(
    catalog: Catalog, films: list[Item]
) -> None:
    attached = Event()

    def delete() -> None:
        attached.wait(LONGEST_WAIT_SECONDS)
        Item.objects.filter(pk=films[3].pk).delete()

    with meanwhile(delete) as deletion, transaction.atomic():
        model = finished(catalog, ranking_rows(films))
        attached.set()
        wait_until_somebody_waits_for("transactionid")
        assert not deletion.done()
        assert len(ranked_items(model)) == ITEMS
    assert ranked_items(model) == {film.pk for film in films} - {films[3].pk}


def test_reader_in_the_midst_of_a_retired_version_reads_to_its_end(
    catalog: Catalog, films: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking_partitions, "DETACH_TIMEOUT", "100ms")
    former, active = (activated(catalog, ranking_rows(films)) for _ in range(2))
    with another_connection() as other, other.cursor(name="reader") as reader:
        reader.itersize = 1
        reader.execute("SELECT item_id FROM recommender_rankingvector WHERE model_id = %s", [former.pk])
        first = reader.fetchone()

        assert retire_old(catalog, keep=0) == [former]

        assert drop_unused_partitions() == []
        assert first is not None
        assert {first, *reader.fetchall()} == {(film.pk,) for film in films}
        # A partition that waits to be dropped hinders nobody.
        newest = activated(catalog, ranking_rows(films, seed=1))
        assert len(nearest(newest, [1, 0, 0, 0], limit=ITEMS)) == len(ranked_items(active)) == ITEMS
    assert drop_unused_partitions() == [former.partition_name]
    assert partitions() == [active.partition_name, newest.partition_name]


def test_readers_of_other_versions_do_not_wait_for_a_retirement_that_waits(catalog: Catalog, films: list[Item]) -> None:
    former, active = (activated(catalog, ranking_rows(films)) for _ in range(2))
    with another_connection() as slow:
        slow.execute("SELECT count(*) FROM recommender_rankingvector WHERE model_id = %s", [former.pk])
        with meanwhile(lambda: retire_old(catalog, keep=0)) as retirement:
            wait_until_somebody_waits_for("virtualxid")
            assert not retirement.done()
            with another_connection() as other:
                found = other.execute("SELECT count(*) FROM recommender_rankingvector WHERE model_id = %s", [active.pk])
                assert found.fetchone() == (ITEMS,)
            slow.rollback()
    assert partitions() == [active.partition_name]


def test_detachment_that_was_cut_short_is_finished(catalog: Catalog, films: list[Item]) -> None:
    former, active = (activated(catalog, ranking_rows(films)) for _ in range(2))
    RankingModel.objects.filter(pk=former.pk).update(state=RankingModel.State.RETIRED)
    with another_connection() as slow, another_connection() as dropper:
        slow.execute("SELECT count(*) FROM recommender_rankingvector")
        dropper.autocommit = True
        dropper.execute("SET lock_timeout = '10ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            dropper.execute(
                f"ALTER TABLE recommender_rankingvector DETACH PARTITION {former.partition_name} CONCURRENTLY"
            )
    assert drop_unused_partitions() == [former.partition_name]
    assert partitions() == [active.partition_name]


def test_partition_that_was_detached_and_not_dropped_is_dropped(catalog: Catalog, films: list[Item]) -> None:
    model = finished(catalog, ranking_rows(films))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE recommender_rankingvector DETACH PARTITION {model.partition_name} CONCURRENTLY")
    RankingModel.objects.filter(pk=model.pk).update(state=RankingModel.State.RETIRED)
    assert drop_unused_partitions() == [model.partition_name]


def test_retirement_that_is_rolled_back_keeps_everything(catalog: Catalog, films: list[Item]) -> None:
    former, active = (activated(catalog, ranking_rows(films)) for _ in range(2))
    with transaction.atomic():
        retire_old(catalog, keep=0)
        transaction.set_rollback(True)
    former.refresh_from_db()
    assert former.state == RankingModel.State.READY
    assert partitions() == [former.partition_name, active.partition_name]
    activate_model(former)
    assert ranked_items(former) == {film.pk for film in films}


def test_partition_of_a_deleted_version_goes_when_the_deletion_is_committed(
    catalog: Catalog, films: list[Item]
) -> None:
    model = finished(catalog, ranking_rows(films))
    name = model.partition_name
    with transaction.atomic():
        delete_model(model)
        assert partitions() == [name]
    assert partitions() == []


def test_several_who_drop_at_once_drop_each_partition_once(catalog: Catalog, films: list[Item]) -> None:
    versions = [finished(catalog, ranking_rows(films)) for _ in range(3)]
    RankingModel.objects.update(state=RankingModel.State.RETIRED)
    dropped = all_at_once(4, lambda _: drop_unused_partitions())
    assert sorted(name for names in dropped for name in names) == sorted(version.partition_name for version in versions)


def test_new_items_enter_while_the_next_version_is_written(catalog: Catalog, films: list[Item]) -> None:
    old, new = films[:-1], films[-1:]
    active = activated(catalog, ranking_rows(old))
    with transaction.atomic():
        finished(catalog, ranking_rows(old))
        with meanwhile(lambda: upsert_vectors(active, ranking_rows(new))) as entry:
            assert entry.result(LONGEST_WAIT_SECONDS) == 1
    assert ranked_items(active) == {film.pk for film in films}
