"""Files brought by the API, and followed at their address."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender import tasks
from recommender.models import ImportJob
from recommender.services.import_jobs import import_next_file
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.sending import address
from users.models import User

CSV = "item_id,title\n1,One\n2,\n"


@pytest.fixture
def writer(program: MakeProgram) -> Client:
    return program("read", "write:items")


def bring(client: Client, content: str | bytes, where: str = "items", kind: str = "text/csv", **headers: str) -> Any:
    return client.generic("POST", f"/api/v1/imports/{where}", content, content_type=kind, headers=headers)


class TestBringing:
    def test_file_is_accepted_and_followed(self, writer: Client, catalog: Catalog) -> None:
        accepted = bring(writer, CSV, "items?file_name=films.csv")
        assert (accepted.status_code, accepted.json()["state"]) == (202, "queued")
        where = accepted.headers["Location"]
        assert where == address("imports", accepted.json()["id"])
        assert writer.get(where).json() == accepted.json()
        import_next_file(catalog.pk)
        done = writer.get(where).json()
        told = {name: done[name] for name in ("state", "file_name", "read", "created", "refused", "more_errors")}
        assert told == {
            "state": "done",
            "file_name": "films.csv",
            "read": 2,
            "created": 1,
            "refused": 1,
            "more_errors": 0,
        }
        assert done["errors"] == [{"row": 3, "field": "title", "detail": "The value is empty."}]
        assert Item.objects.get().title == "One"

    @pytest.mark.parametrize(
        "kind", ["application/gzip", "application/octet-stream", "application/x-ndjson", "Text/CSV; charset=utf-8"]
    )
    def test_what_a_file_is_shows_in_its_content(self, writer: Client, catalog: Catalog, kind: str) -> None:
        assert bring(writer, gzip.compress(CSV.encode()), kind=kind).status_code == 202
        import_next_file(catalog.pk)
        assert ImportJob.objects.get().state == ImportJob.State.DONE

    @pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
    def test_other_types_are_refused(self, writer: Client, kind: str) -> None:
        assert bring(writer, CSV, kind=kind).status_code == 415
        assert not ImportJob.objects.exists()

    def test_worker_is_asked_once_the_file_is_kept(
        self, writer: Client, catalog: Catalog, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
    ) -> None:
        sent: list[tuple[Any, ...]] = []
        monkeypatch.setattr(tasks, "_send", lambda task, *arguments: sent.append((task.name, *arguments)))
        with django_capture_on_commit_callbacks(execute=True):
            bring(writer, CSV)
            assert sent == []
        assert sent == [("recommender.tasks.import_files_of_catalog", catalog.pk)]

    def test_empty_and_too_large_files_are_refused(self, writer: Client, settings: Settings) -> None:
        settings.GENRE_IMPORT_MAX_BYTES = len(CSV)
        assert bring(writer, CSV).status_code == 202
        assert bring(writer, "", **{"Content-Type": "text/csv"}).status_code == 400
        assert bring(writer, CSV + "x").status_code == 413
        assert ImportJob.objects.count() == 1

    def test_file_larger_than_any_other_body_is_taken(self, writer: Client, settings: Settings) -> None:
        content = "item_id,title\n" + "".join(f"{number},{'x' * 1_000}\n" for number in range(5_500))
        assert len(content) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0)
        assert bring(writer, content).status_code == 202
        assert ImportJob.objects.get().size_bytes == len(content)

    def test_the_same_key_brings_it_once(self, writer: Client) -> None:
        first, second = (bring(writer, CSV, **{"Idempotency-Key": "k"}) for _time in range(2))
        assert first.json()["id"] == second.json()["id"]
        assert ImportJob.objects.count() == 1

    @pytest.mark.parametrize("query", ["?kind=view", "?columns=x", "?consent=true"])
    def test_items_know_no_such_parameter(self, writer: Client, query: str) -> None:
        assert bring(writer, CSV, f"items{query}").status_code == 400

    def test_unknown_kind_of_interaction_is_not_found(self, program: MakeProgram) -> None:
        assert bring(program("admin"), "x", "interactions?kind=nope").status_code == 404


class TestAccess:
    @pytest.mark.parametrize(
        ("where", "scope"), [("items", "write:items"), ("profiles", "profiles"), ("interactions", "write:interactions")]
    )
    def test_each_kind_has_its_scope(self, program: MakeProgram, where: str, scope: str) -> None:
        others = {"read", "write:items", "profiles", "write:interactions"} - {scope}
        assert bring(program(*others), CSV, where).status_code == 403
        assert bring(program(scope), CSV, where).status_code == 202

    def test_job_of_another_catalog_is_not_there(
        self, writer: Client, program: MakeProgram, other_catalog: Catalog
    ) -> None:
        theirs = bring(program("admin", catalog=other_catalog), CSV).json()["id"]
        assert writer.get(address("imports", theirs)).status_code == 404

    def test_people_bring_nothing(self, client: Client, charlie: User, catalog: Catalog) -> None:
        Catalog.objects.update(on_site=True)
        client.force_login(charlie)
        assert bring(client, CSV, "items?catalog=films").status_code == 403


def test_following_costs_two_queries(writer: Client) -> None:
    where = bring(writer, CSV).headers["Location"]
    with CaptureQueriesContext(connection) as captured:
        assert writer.get(where).status_code == 200
    assert len(captured) == 2
