"""A version's life: begun, written beside the others, activated, gone back to, retired, deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Catalog, Item
from recommender.embeddings.exceptions import VectorsRejected
from recommender.exceptions import VersionNotReady
from recommender.models import RankingArtifact, RankingModel, RankingVector
from recommender.selectors.ranking_models import active_model, load_artifact
from recommender.services.ranking_models import (
    activate_model,
    begin_version,
    delete_model,
    fail_version,
    finish_version,
    retire_old,
    store_artifacts,
    upsert_vectors,
    write_vectors,
)
from recommender.services.ranking_partitions import drop_unused_partitions, partitions
from tests.conftest import MakeItem
from tests.recommender.services.ranking_versions import (
    activated,
    begun,
    finished,
    nearest,
    ranked_items,
    ranking_rows,
    some_items,
)

State = RankingModel.State
OnCommit = Callable[..., Any]


@pytest.fixture
def films(catalog: Catalog) -> list[Item]:
    return some_items(catalog, 5)


def tables() -> list[str]:
    """Of versions, attached or not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^recommender_rankingvector_m' AND relkind = 'r'")
        return [row[0] for row in cursor.fetchall()]


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def plan(sql: str, *parameters: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


class TestBeginning:
    def test_versions_are_numbered_within_their_catalog(self, catalog: Catalog, other_catalog: Catalog) -> None:
        assert [begun(catalog).version, begun(catalog).version, begun(other_catalog).version] == [1, 2, 1]

    def test_number_of_a_deleted_version_between_others_is_not_given_again(self, catalog: Catalog) -> None:
        first, _ = begun(catalog), begun(catalog)
        delete_model(first)
        assert begun(catalog).version == 3

    def test_version_knows_its_data_and_may_do_without_texts(self, catalog: Catalog) -> None:
        moment = timezone.now()
        model = begin_version(catalog=catalog, space=None, learned_from=moment, note="Without texts.")
        model.refresh_from_db()
        assert (model.space, model.learned_from, model.note) == (None, moment, "Without texts.")
        assert (model.state, model.dimension) == (State.BUILDING, 0)


class TestWriting:
    def test_columns_are_read_back_as_they_were_written(self, catalog: Catalog, films: list[Item]) -> None:
        model = begun(catalog)
        rows = ranking_rows(
            films,
            dimension=3,
            source_gains=[0.5, 1, 1.5, -2, 2.5],
            popularity=[0, 0.25, 0.5, 0.75, 1],
            popularity_scores=[-1.5, -0.5, 0, 0.5, 1.5],
            learned=[0, 0.25, 0.5, 0.75, 1],
        )
        assert write_vectors(model, rows) == 5
        model.refresh_from_db()
        assert (model.dimension, model.item_count) == (3, 5)
        stored = {row.item_id: row for row in RankingVector.objects.filter(model=model)}
        for number, film in enumerate(films):
            row = stored[film.pk]
            assert row.catalog_id == catalog.pk
            assert row.source_gain == rows.source_gains[number]
            assert row.popularity == rows.popularity[number]
            assert row.popularity_score == rows.popularity_scores[number]
            assert row.learned == rows.learned[number]
            assert np.float16(row.vector).tolist() == rows.vectors[number].astype(np.float16).tolist()

    def test_rows_of_several_blocks_are_all_there(self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("recommender.services.ranking_rows.ROWS_A_BLOCK", 3)
        films = some_items(catalog, 10)
        model = begun(catalog)
        assert write_vectors(model, ranking_rows(films)) == 10
        assert ranked_items(model) == {film.pk for film in films}

    def test_version_without_items_is_written_too(self, catalog: Catalog) -> None:
        assert write_vectors(begun(catalog), ranking_rows([])) == 0

    def test_nearest_and_popular_items_are_found_by_the_indexes_of_the_version(
        self, catalog: Catalog, films: list[Item]
    ) -> None:
        finished(catalog, ranking_rows(films, dimension=4))
        model = finished(catalog, ranking_rows(films, dimension=6))
        by_vector = plan(
            "SELECT item_id FROM recommender_rankingvector WHERE model_id = %s "
            "ORDER BY vector::halfvec(6) <=> '[1,0,0,0,0,0]'::halfvec LIMIT 3",
            model.pk,
        )
        assert f"Index Scan using {model.index_name} on {model.partition_name}" in by_vector
        by_popularity = plan(
            "SELECT item_id FROM recommender_rankingvector WHERE model_id = %s "
            "ORDER BY popularity DESC, item_id LIMIT 3",
            model.pk,
        )
        assert f"Index Scan using ranking_vector_popular_m{model.pk} on {model.partition_name}" in by_popularity

    def test_versions_of_different_dimensions_stand_side_by_side(self, catalog: Catalog, films: list[Item]) -> None:
        axes = np.eye(5, dtype=np.float32)
        small = finished(catalog, ranking_rows(films, vectors=axes))
        large = finished(catalog, ranking_rows(films, vectors=np.hstack([axes[::-1], axes])))
        assert nearest(small, [1, 0, 0, 0, 0], limit=1) == [films[0].pk]
        assert nearest(large, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1], limit=1) == [films[4].pk]

    def test_longest_vector_that_an_index_takes_stays_in_its_row(self, catalog: Catalog, films: list[Item]) -> None:
        model = finished(catalog, ranking_rows(films, dimension=4000))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attstorage, reltoastrelid FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid "
                "WHERE attrelid = %s::regclass AND attname = 'vector'",
                [model.partition_name],
            )
            assert cursor.fetchone()[0] in ("p", b"p")
        assert {len(row.vector) for row in RankingVector.objects.filter(model=model)} == {4000}

    def test_items_that_are_gone_or_of_another_catalog_are_left_out(
        self, catalog: Catalog, films: list[Item], other_catalog: Catalog, make_item: MakeItem
    ) -> None:
        rows = ranking_rows([*films, make_item("soup", catalog=other_catalog)])
        Item.objects.filter(pk=films[2].pk).delete()
        model = begun(catalog)
        assert write_vectors(model, rows) == 4
        assert model.item_count == 4
        assert ranked_items(model) == {film.pk for film in films if film is not films[2]}

    def test_settings_of_the_connection_are_as_before(self, catalog: Catalog, films: list[Item]) -> None:
        names = ("maintenance_work_mem", "lock_timeout")
        before = [setting(name) for name in names]
        finished(catalog, ranking_rows(films))
        assert [setting(name) for name in names] == before

    def test_what_cannot_be_stored_leaves_nothing_behind(self, catalog: Catalog, films: list[Item]) -> None:
        model = begun(catalog)
        with pytest.raises(IntegrityError, match="ranking_vector_popularity_share"):
            write_vectors(model, ranking_rows(films, popularity=1.5))
        with pytest.raises(VectorsRejected, match="half precision"):
            write_vectors(model, ranking_rows(films, vectors=np.full((5, 2), 70_000)))
        assert model.partition_name not in tables()
        assert write_vectors(model, ranking_rows(films)) == 5

    def test_version_is_written_once_and_while_it_is_being_trained(self, catalog: Catalog, films: list[Item]) -> None:
        failed, ready = begun(catalog), finished(catalog, ranking_rows(films))
        fail_version(failed, error="Out of memory.")
        for model in (failed, ready):
            with pytest.raises(VersionNotReady, match=f"Version {model.version} cannot do this"):
                write_vectors(model, ranking_rows(films))
        assert failed.partition_name not in tables()
        assert ranked_items(ready) == {film.pk for film in films}

    def test_roll_back_takes_version_and_partition_with_it(self, catalog: Catalog, films: list[Item]) -> None:
        with transaction.atomic():
            model = activated(catalog, ranking_rows(films))
            assert active_model(catalog.pk) == model
            assert len(nearest(model, [1, 0, 0, 0])) == 5
            transaction.set_rollback(True)
        assert active_model(catalog.pk) is None
        assert model.partition_name not in tables()


class TestArtifacts:
    def test_content_is_kept_by_name_and_replaced(self, catalog: Catalog) -> None:
        model, other = begun(catalog), begun(catalog)
        store_artifacts(model, {"scales": b"\x00\xff1", "map": b"2"})
        store_artifacts(other, {"scales": b"3"})
        store_artifacts(model, {"scales": b"\x00\xff4"})
        assert load_artifact(model.pk, "scales") == b"\x00\xff4"
        assert load_artifact(model.pk, "map") == b"2"
        assert load_artifact(other.pk, "scales") == b"3"
        with pytest.raises(RankingArtifact.DoesNotExist):
            load_artifact(other.pk, "map")


class TestFinishing:
    def test_finished_version_is_ready_and_says_what_it_is_made_of(self, catalog: Catalog, films: list[Item]) -> None:
        model = finished(catalog, ranking_rows(films))
        model.refresh_from_db()
        assert (model.state, model.hyperparameters, model.figures) == (
            State.READY,
            {"lambda": 240.0},
            {"seconds": 1.5},
        )
        assert model.interaction_count == 7
        assert model.trained_at is not None
        assert active_model(catalog.pk) is None

    def test_version_without_vectors_is_not_finished(self, catalog: Catalog) -> None:
        model = begun(catalog)
        with pytest.raises(VersionNotReady, match="Version 1 has no vectors yet"):
            finish_version(model, hyperparameters={}, figures={}, interaction_count=0)
        model.refresh_from_db()
        assert model.state == State.BUILDING

    def test_failed_version_says_why_and_leaves_its_parts(
        self, catalog: Catalog, films: list[Item], django_capture_on_commit_callbacks: OnCommit
    ) -> None:
        model = begun(catalog)
        write_vectors(model, ranking_rows(films))
        store_artifacts(model, {"scales": b"1"})
        with django_capture_on_commit_callbacks(execute=True):
            fail_version(model, error="Out of memory.")
        model.refresh_from_db()
        assert (model.state, model.error, model.space) == (State.FAILED, "Out of memory.", None)
        assert model.partition_name not in tables()
        assert model.artifacts.count() == 0

    def test_version_that_is_finished_or_gone_does_not_fail_any_more(self, catalog: Catalog, films: list[Item]) -> None:
        ready, gone = finished(catalog, ranking_rows(films)), begun(catalog)
        RankingModel.objects.filter(pk=gone.pk).delete()
        for model in (ready, gone):
            fail_version(model, error="Too late.")
        ready.refresh_from_db()
        assert (ready.state, ready.error, ranked_items(ready)) == (State.READY, "", {film.pk for film in films})


class TestActivating:
    def test_version_answers_from_the_next_look_on_and_the_former_one_again(
        self, catalog: Catalog, films: list[Item]
    ) -> None:
        first, second = (finished(catalog, ranking_rows(films)) for _ in range(2))
        for model in (first, second, first):
            activate_model(model)
            assert active_model(catalog.pk) == model
            assert model.activated_at is not None
        second.refresh_from_db()
        assert second.state == State.READY

    def test_active_version_stays_active_since_it_was(self, catalog: Catalog, films: list[Item]) -> None:
        model = activated(catalog, ranking_rows(films))
        since = model.activated_at
        activate_model(model)
        model.refresh_from_db()
        assert (model.state, model.activated_at) == (State.ACTIVE, since)

    def test_only_a_ready_version_is_activated(self, catalog: Catalog, films: list[Item]) -> None:
        answering = activated(catalog, ranking_rows(films))
        building, failed, retired = begun(catalog), begun(catalog), finished(catalog, ranking_rows(films))
        fail_version(failed, error="Out of memory.")
        retire_old(catalog, keep=0)
        for model, state in ((building, "being trained"), (failed, "failed"), (retired, "retired")):
            with pytest.raises(VersionNotReady, match=f"Version {model.version} cannot do this: it is {state}"):
                activate_model(model)
            assert active_model(catalog.pk) == answering

    def test_other_catalogs_keep_their_version(self, catalog: Catalog, other_catalog: Catalog) -> None:
        theirs = activated(other_catalog, ranking_rows(some_items(other_catalog, 2)))
        ours = activated(catalog, ranking_rows(some_items(catalog, 2)))
        assert (active_model(catalog.pk), active_model(other_catalog.pk)) == (ours, theirs)

    def test_active_version_is_one_query(
        self, catalog: Catalog, films: list[Item], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        model = activated(catalog, ranking_rows(films))
        with django_assert_num_queries(1):
            assert active_model(catalog.pk) == model
        with django_assert_num_queries(1):
            assert active_model(-1) is None


class TestRetiring:
    def test_newest_versions_stay_beside_the_active_one(
        self, catalog: Catalog, films: list[Item], django_capture_on_commit_callbacks: OnCommit
    ) -> None:
        versions = [finished(catalog, ranking_rows(films)) for _ in range(5)]
        training = begun(catalog)
        write_vectors(training, ranking_rows(films))
        activate_model(versions[1])
        store_artifacts(versions[0], {"scales": b"1"})
        with django_capture_on_commit_callbacks(execute=True):
            retired = retire_old(catalog, keep=2)
        assert retired == [versions[2], versions[0]]
        assert partitions() == [versions[number].partition_name for number in (1, 3, 4)] + [training.partition_name]
        for model in retired:
            model.refresh_from_db()
            assert (model.state, model.space, model.figures) == (State.RETIRED, None, {"seconds": 1.5})
            assert (ranked_items(model), model.artifacts.count()) == (set(), 0)
        assert active_model(catalog.pk) == versions[1]
        assert retire_old(catalog, keep=2) == []

    def test_other_catalogs_keep_theirs(
        self, catalog: Catalog, other_catalog: Catalog, django_capture_on_commit_callbacks: OnCommit
    ) -> None:
        theirs = finished(other_catalog, ranking_rows(some_items(other_catalog, 2)))
        ours = finished(catalog, ranking_rows(some_items(catalog, 2)))
        with django_capture_on_commit_callbacks(execute=True):
            assert retire_old(catalog, keep=0) == [ours]
        assert partitions() == [theirs.partition_name]

    def test_deleted_version_takes_its_partition(
        self, catalog: Catalog, films: list[Item], django_capture_on_commit_callbacks: OnCommit
    ) -> None:
        active, ready = activated(catalog, ranking_rows(films)), finished(catalog, ranking_rows(films))
        with django_capture_on_commit_callbacks(execute=True):
            delete_model(ready)
        assert partitions() == [active.partition_name]
        with pytest.raises(VersionNotReady, match="Version 1 is active: activate another one first"):
            delete_model(active)
        assert active_model(catalog.pk) == active

    def test_partition_of_a_version_that_vanished_is_dropped_too(self, catalog: Catalog, films: list[Item]) -> None:
        kept, vanished = (finished(catalog, ranking_rows(films)) for _ in range(2))
        RankingModel.objects.filter(pk=vanished.pk).delete()
        assert drop_unused_partitions() == [vanished.partition_name]
        assert drop_unused_partitions() == []
        assert tables() == [kept.partition_name]


class TestSingleItems:
    def test_new_item_enters_and_a_known_one_is_replaced(
        self, catalog: Catalog, films: list[Item], make_item: MakeItem
    ) -> None:
        model = activated(catalog, ranking_rows(films, vectors=np.tile([1.0, 0.0], (5, 1))))
        new = make_item("new")
        rows = ranking_rows([films[0], new], vectors=[[0.0, 2.0], [-1.0, 3.0]], popularity=[0.125, 0], learned=0.25)
        assert upsert_vectors(model, rows) == 2
        assert nearest(model, [-1, 3], limit=2) == [new.pk, films[0].pk]
        stored = RankingVector.objects.get(model=model, item=films[0])
        assert (stored.vector, stored.popularity, stored.learned) == ([0.0, 2.0], 0.125, 0.25)
        assert model.vectors.count() == 6

    def test_item_that_is_gone_or_of_another_catalog_takes_nothing(
        self, catalog: Catalog, films: list[Item], other_catalog: Catalog, make_item: MakeItem
    ) -> None:
        model = activated(catalog, ranking_rows(films))
        gone, soup, new = make_item("gone"), make_item("soup", catalog=other_catalog), make_item("new")
        rows = ranking_rows([gone, soup, new])
        Item.objects.filter(pk=gone.pk).delete()
        assert upsert_vectors(model, rows) == 1
        assert ranked_items(model) == {film.pk for film in films} | {new.pk}

    def test_version_that_is_over_takes_nothing(self, catalog: Catalog, films: list[Item]) -> None:
        model = finished(catalog, ranking_rows(films))
        retire_old(catalog, keep=0)
        assert upsert_vectors(model, ranking_rows(films)) == 0

    def test_vectors_of_another_dimension_are_refused(self, catalog: Catalog, films: list[Item]) -> None:
        model = activated(catalog, ranking_rows(films, dimension=4))
        with pytest.raises(ValueError, match="version 1 has 4 dimensions, the vectors 3"):
            upsert_vectors(model, ranking_rows(films, dimension=3))
