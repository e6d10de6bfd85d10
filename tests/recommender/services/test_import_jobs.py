"""Files that programs brought, imported by a worker: each once, whoever is killed meanwhile."""

from __future__ import annotations

import gzip
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from catalog.models import Catalog, Item
from recommender import tasks
from recommender.exceptions import InvalidRequest, NotInCatalog
from recommender.models import ImportChunk, ImportJob, Interaction
from recommender.services import import_files
from recommender.services.catalogs import open_catalog
from recommender.services.import_files import Brought, keep_file
from recommender.services.import_jobs import IMPORT_LOCK, catalogs_with_files, drop_old_jobs, import_next_file
from tests.conftest import MakeItem, MakeProfile
from tests.recommender.worker.processes import wait_until
from users.models import Profile
from users.tombstones import bury

Kind, State = ImportJob.Kind, ImportJob.State


def bring(catalog: Catalog, content: str | bytes, kind: ImportJob.Kind = Kind.ITEMS, **options: Any) -> ImportJob:
    raw = content.encode() if isinstance(content, str) else content
    brought = Brought(kind=kind, size_bytes=len(raw), **{"file_name": "rows", **options})
    return keep_file(catalog=catalog, brought=brought, source=io.BytesIO(raw))


def imported(catalog: Catalog, content: str | bytes, kind: ImportJob.Kind = Kind.ITEMS, **options: Any) -> ImportJob:
    job = bring(catalog, content, kind, **options)
    assert import_next_file(catalog.pk)
    job.refresh_from_db()
    return job


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


class TestContent:
    def test_items_by_the_names_of_the_api(self, catalog: Catalog) -> None:
        row = {"id": "a", "title": "A", "attributes": {"n": 1}, "translations": {"fr": {"title": "x"}}, "tags": ["t"]}
        job = imported(catalog, lines(row, {"id": "b"}, {"id": "c", "title": "C", "hidden": True}))
        assert (job.state, job.created, job.refused, job.read) == (State.DONE, 2, 1, 3)
        assert job.errors == [{"row": 2, "field": "title", "detail": "The value is empty."}]
        stored = Item.objects.get(external_id="a")
        assert (stored.attributes, stored.tags) == ({"n": 1}, ["t"])
        assert not ImportChunk.objects.exists()

    def test_profiles_with_attributes(self, catalog: Catalog, make_profile: MakeProfile) -> None:
        make_profile("a", attributes={"old": 1, "gone": 2})
        job = imported(
            catalog, lines({"id": "a", "attributes": {"new": 3, "gone": None}}, {"user_id": "b"}), Kind.PROFILES
        )
        assert (job.created, job.updated) == (1, 1)
        assert Profile.objects.get(external_id="a").attributes == {"old": 1, "new": 3}

    def test_interactions_by_either_names(self, catalog: Catalog, make_item: MakeItem) -> None:
        make_item("i")
        row = {"profile": "p", "item": "i", "kind": "view", "occurred_at": "2026-01-01T00:00:00Z", "external_id": "e"}
        job = imported(catalog, lines(row), Kind.INTERACTIONS)
        assert (job.state, job.created) == (State.DONE, 1)
        job = imported(
            catalog, "user_id,item_id,sequence\np,i,1\nq,none,2\n", Kind.INTERACTIONS, interaction_kind="like"
        )
        assert (job.created, job.refused) == (1, 1)
        assert set(Interaction.objects.values_list("kind__name", "external_id")) == {("view", "e"), ("like", None)}

    def test_packed_file_of_several_pieces(self, catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(import_files, "CHUNK_BYTES", 50)
        text = "item_id,title,weight\n" + "".join(f"i{number},Title {number},{number}\n" for number in range(200))
        job = bring(catalog, gzip.compress(text.encode()), file_name="../../etc/items.csv.gz")
        assert ImportChunk.objects.filter(job=job).count() > 3
        import_next_file(catalog.pk)
        job.refresh_from_db()
        assert (job.state, job.created) == (State.DONE, 200)
        assert Item.objects.get(external_id="i7").attributes == {"weight": "7"}

    def test_the_same_file_again_changes_nothing(self, catalog: Catalog) -> None:
        text = lines({"id": "a", "title": "A"})
        imported(catalog, text)
        assert imported(catalog, text).unchanged == 1

    def test_first_hundred_mistakes_are_kept_and_all_are_counted(self, catalog: Catalog) -> None:
        job = imported(catalog, lines({"id": "a", "title": "A"}, *({"id": f"x{number}"} for number in range(150))))
        assert (len(job.errors), job.refused) == (100, 150)

    def test_erased_people_are_refused_unless_they_consented(self, catalog: Catalog) -> None:
        bury(catalog_id=catalog.pk, external_id="gone", now=timezone.now())
        text = lines({"id": "gone"}, {"id": "here"})
        job = imported(catalog, text, Kind.PROFILES)
        assert (job.created, job.refused) == (1, 1)
        assert imported(catalog, text, Kind.PROFILES, consent=True).created == 1


class TestFailing:
    @pytest.mark.parametrize(
        "content", ["[{}]", "nonsense", "item_id,item_id\n1,2\n", b"\x89PNG\r\n\x1a\n0000", b"\x1f\x8b\x08cut"]
    )
    def test_file_that_cannot_be_used_says_why(self, catalog: Catalog, content: str | bytes) -> None:
        job = imported(catalog, content)
        assert (job.state, Item.objects.count()) == (State.FAILED, 0)
        assert job.problem
        assert not ImportChunk.objects.exists()

    def test_file_without_one_usable_row_leaves_nothing(self, catalog: Catalog) -> None:
        job = imported(catalog, lines({"id": "a"}, {"id": "b"}))
        assert (job.state, job.refused, len(job.errors)) == (State.FAILED, 2, 2)
        assert job.problem == "Not one row could be used. Nothing was imported."

    def test_half_a_file_is_not_kept(self, catalog: Catalog) -> None:
        brought = Brought(kind=Kind.ITEMS, size_bytes=100, file_name="x")
        with pytest.raises(InvalidRequest):
            keep_file(catalog=catalog, brought=brought, source=io.BytesIO(b"item_id"))
        assert (ImportJob.objects.count(), ImportChunk.objects.count()) == (0, 0)

    def test_unknown_kind_is_told_at_once(self, catalog: Catalog) -> None:
        with pytest.raises(NotInCatalog):
            bring(catalog, "x", Kind.INTERACTIONS, interaction_kind="nope")

    def test_message_is_in_the_language_of_who_brought_it(self, catalog: Catalog) -> None:
        with translation.override("zh-hans"):
            job = bring(catalog, lines({"id": "a"}))
        assert job.language == "zh-hans"


class TestWaiting:
    def test_files_are_imported_in_their_order_one_at_a_time(self, catalog: Catalog) -> None:
        for title in ("first", "second"):
            bring(catalog, lines({"id": "a", "title": title}))
        assert import_next_file(catalog.pk)
        assert Item.objects.get().title == "first"
        assert import_next_file(catalog.pk)
        assert Item.objects.get().title == "second"
        assert not import_next_file(catalog.pk)

    def test_what_a_killed_worker_had_begun_is_taken_up(self, catalog: Catalog) -> None:
        job = bring(catalog, lines({"id": "a", "title": "A"}))
        ImportJob.objects.update(state=State.RUNNING, attempts=1, started_at=timezone.now())
        assert catalogs_with_files() == [catalog.pk]
        import_next_file(catalog.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts, job.created) == (State.DONE, 2, 1)

    def test_file_that_ends_its_worker_three_times_fails(self, catalog: Catalog) -> None:
        job = bring(catalog, lines({"id": "a", "title": "A"}))
        ImportJob.objects.update(state=State.RUNNING, attempts=3, started_at=timezone.now())
        import_next_file(catalog.pk)
        job.refresh_from_db()
        assert (job.state, Item.objects.count()) == (State.FAILED, 0)
        assert "three times" in job.problem

    def test_periodic_look_starts_on_every_catalog(
        self, catalog: Catalog, other_catalog: Catalog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As it does for whatever was brought while the broker was away."""
        sent: list[tuple[Any, ...]] = []
        monkeypatch.setattr(tasks, "_send", lambda task, *arguments: sent.append((task.name, *arguments)))
        for one in (catalog, other_catalog):
            bring(one, lines({"id": "a", "title": "A"}))
        tasks.import_waiting_files()
        name = "recommender.tasks.import_files_of_catalog"
        assert sent == [(name, pk) for pk in sorted([catalog.pk, other_catalog.pk])]
        tasks.import_files_of_catalog(catalog.pk)
        assert sent[2:] == [(name, catalog.pk)]
        tasks.import_files_of_catalog(catalog.pk)
        assert len(sent) == 3
        assert Item.objects.get().catalog == catalog

    def test_old_jobs_are_forgotten(self, catalog: Catalog) -> None:
        imported(catalog, lines({"id": "a", "title": "A"}))
        waiting = bring(catalog, "x")
        ImportJob.objects.filter(finished_at__isnull=False).update(finished_at=timezone.now() - timedelta(days=31))
        drop_old_jobs(now=timezone.now())
        assert [job.pk for job in ImportJob.objects.all()] == [waiting.pk]


@pytest.mark.django_db(transaction=True)
class TestBetweenSessions:
    def test_nobody_takes_what_somebody_holds_until_they_are_gone(self, transactional_db: None) -> None:
        catalog = open_catalog(slug="films")
        job = bring(catalog, lines({"id": "a", "title": "A"}))
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [IMPORT_LOCK, catalog.pk])
        assert catalogs_with_files() == []
        assert not import_next_file(catalog.pk)
        # As the session of a process that is killed.
        other.close()
        wait_until(lambda: import_next_file(catalog.pk), 10.0)
        job.refresh_from_db()
        assert (job.state, catalogs_with_files()) == (State.DONE, [])

    def test_failure_on_the_way_leaves_the_file_waiting(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        catalog = open_catalog(slug="films")
        job = bring(catalog, lines({"id": "a", "title": "A"}))
        with monkeypatch.context() as broken:
            broken.setattr("recommender.services.import_jobs.drop_file", lambda _job: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                import_next_file(catalog.pk)
        job.refresh_from_db()
        assert (job.state, Item.objects.count()) == (State.RUNNING, 0)
        import_next_file(catalog.pk)
        job.refresh_from_db()
        assert (job.state, Item.objects.count(), job.attempts) == (State.DONE, 1, 2)
