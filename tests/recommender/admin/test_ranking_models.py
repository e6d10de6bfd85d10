"""Trained versions in the admin: read, activated, gone back to, deleted; and trainings that are asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import Catalog
from recommender import tasks
from recommender.models import EmbeddingSpace, RankingModel
from recommender.services.ranking_partitions import partitions
from recommender.services.spaces import serve_space
from recommender.services.training_lock import TRAINING_LOCK
from recommender.tasks import train_ranking_model
from tests.conftest import MakeItem
from tests.recommender.admin.conftest import messages, run_action
from tests.recommender.services.ranking_versions import activated, begun, finished, ranking_rows, some_items
from users.models import User

PAGE = "recommender/rankingmodel"
TRAIL = [
    {"stage": "text_weight", "value": 0.1, "quality": 0.20},
    {"stage": "text_weight", "value": 0.4, "quality": 0.25},
    {"stage": "map", "value": "<b>", "cosine": 0.61},
]


@pytest.fixture
def versions(catalog: Catalog) -> list[RankingModel]:
    """Version 1 is active, 2 is ready."""
    rows = ranking_rows(some_items(catalog, 3))
    return [activated(catalog, rows), finished(catalog, rows)]


@pytest.fixture
def viewer(client: Client, charlie: User) -> Client:
    """Staff that may look, and nothing else."""
    charlie.is_staff = True
    charlie.save()
    looks = ("view_rankingmodel", "view_catalog", "view_evaluationrun")
    charlie.user_permissions.set(Permission.objects.filter(codename__in=looks))
    client.force_login(charlie)
    return client


def active_version(catalog: Catalog) -> int:
    return catalog.ranking_models.get(state=RankingModel.State.ACTIVE).version


class TestVersions:
    def test_list_shows_what_tells_versions_apart(self, staff: Client, versions: list[RankingModel]) -> None:
        RankingModel.objects.filter(pk=versions[1].pk).update(note="after the import")
        html = staff.get(f"/admin/{PAGE}/").content.decode()
        for shown in ("ready", "active", "after the import", ">3<", ">7<"):
            assert shown in html

    def test_page_has_figures_hyperparameters_and_how_they_were_found(
        self, staff: Client, versions: list[RankingModel]
    ) -> None:
        RankingModel.objects.filter(pk=versions[0].pk).update(
            figures={"seconds": 12.5, "peak_memory_mib": 2_048, "validation": TRAIL},
            hyperparameters={"text_weight": 0.4},
        )
        html = staff.get(f"/admin/{PAGE}/{versions[0].pk}/change/").content.decode()
        for row in (
            '<tr><th scope="row">seconds in all</th><td>12.5</td></tr>',
            '<tr><th scope="row">peak memory, MiB</th><td>2,048</td></tr>',
            '<tr><th scope="row">text_weight</th><td>0.4</td></tr>',
            '<tr><th scope="row">0.1</th><td>quality</td><td>0.20000</td></tr>',
            '<tr><th scope="row">0.4</th><td>quality</td><td><strong>0.25000</strong></td></tr>',
            '<tr><th scope="row">&lt;b&gt;</th><td>cosine</td>',
        ):
            assert row in html

    def test_page_of_a_version_that_searched_for_nothing_says_so(
        self, staff: Client, versions: list[RankingModel]
    ) -> None:
        html = staff.get(f"/admin/{PAGE}/{versions[0].pk}/change/").content.decode()
        assert "This version took those of an earlier one, or the defaults." in html

    def test_version_is_activated_and_the_former_one_again(
        self, staff: Client, catalog: Catalog, versions: list[RankingModel]
    ) -> None:
        for model in reversed(versions):
            assert run_action(staff, PAGE, "activate_version", model) == f"Films v{model.version} answers now."
            assert active_version(catalog) == model.version

    def test_ready_version_has_a_button_that_lets_it_answer(
        self, staff: Client, catalog: Catalog, versions: list[RankingModel]
    ) -> None:
        def page(model: RankingModel) -> str:
            return staff.get(f"/admin/{PAGE}/{model.pk}/change/").content.decode()

        assert "Let this version answer" not in page(versions[0])
        assert "Let this version answer" in page(versions[1])
        address = f"/admin/{PAGE}/{versions[1].pk}/activate/"
        assert staff.get(address).status_code == 405
        assert messages(staff.post(address, follow=True)) == "Films v2 answers now."
        assert active_version(catalog) == 2
        assert "Let this version answer" in page(versions[0])
        assert staff.post(f"/admin/{PAGE}/999999/activate/").status_code == 404

    def test_version_that_is_not_ready_is_not_activated(
        self, staff: Client, catalog: Catalog, versions: list[RankingModel]
    ) -> None:
        told = run_action(staff, PAGE, "activate_version", begun(catalog))
        assert told == "Version 3 cannot do this: it is being trained."
        assert active_version(catalog) == 1

    def test_one_version_is_activated_at_a_time(
        self, staff: Client, catalog: Catalog, versions: list[RankingModel]
    ) -> None:
        told = run_action(staff, PAGE, "activate_version", *versions)
        assert told == "Choose one version: one of a catalog is active."
        assert active_version(catalog) == 1

    def test_active_version_stays_and_another_goes_with_its_partition(
        self,
        staff: Client,
        catalog: Catalog,
        versions: list[RankingModel],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        active, ready = (f"/admin/{PAGE}/{model.pk}/delete/" for model in versions)
        assert staff.post(active, {"post": "yes"}).status_code == 403
        assert "delete_selected" not in staff.get(f"/admin/{PAGE}/").content.decode()
        with django_capture_on_commit_callbacks(execute=True):
            assert staff.post(ready, {"post": "yes"}).status_code == 302

        assert list(catalog.ranking_models.all()) == versions[:1]
        assert versions[0].partition_name in partitions()
        assert versions[1].partition_name not in partitions()

    def test_version_that_was_activated_since_its_page_was_made_is_not_deleted(
        self, staff: Client, versions: list[RankingModel], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "recommender.admin.ranking_models.RankingModelAdmin.has_delete_permission", lambda *_, **__: True
        )
        assert staff.post(f"/admin/{PAGE}/{versions[0].pk}/delete/", {"post": "yes"}).status_code == 403
        assert RankingModel.objects.count() == 2

    def test_is_made_by_nobodys_hand(self, staff: Client, versions: list[RankingModel]) -> None:
        assert staff.get(f"/admin/{PAGE}/add/").status_code == 403
        assert staff.post(f"/admin/{PAGE}/{versions[0].pk}/change/", {"note": "x"}).status_code == 403

    def test_viewer_changes_nothing(self, viewer: Client, catalog: Catalog, versions: list[RankingModel]) -> None:
        assert viewer.get(f"/admin/{PAGE}/{versions[1].pk}/change/").status_code == 200
        assert "activate_version" not in viewer.get(f"/admin/{PAGE}/").content.decode()
        run_action(viewer, PAGE, "activate_version", versions[1])
        assert viewer.post(f"/admin/{PAGE}/{versions[1].pk}/activate/").status_code == 403
        assert "Let this version answer" not in viewer.get(f"/admin/{PAGE}/{versions[1].pk}/change/").content.decode()
        assert viewer.post(f"/admin/{PAGE}/{versions[1].pk}/delete/", {"post": "yes"}).status_code == 403
        assert active_version(catalog) == 1
        assert catalog.ranking_models.count() == 2


class TestTrainNow:
    PAGE = "catalog/catalog"

    @pytest.fixture
    def asked(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
        catalog_ids: list[int] = []
        monkeypatch.setattr(train_ranking_model, "apply_async", lambda args, **_: catalog_ids.append(args[0]))
        tasks.pause.end()
        yield catalog_ids
        tasks.pause.end()

    def test_asks_a_worker_for_each_catalog(
        self, staff: Client, catalog: Catalog, other_catalog: Catalog, make_item: MakeItem, asked: list[int]
    ) -> None:
        make_item("quiet-piano")
        told = run_action(staff, self.PAGE, "train_now", catalog, other_catalog)
        assert "“films” is to be trained" in told
        assert "The catalog “dishes” has no items to learn from." in told
        assert asked == [catalog.pk]

    def test_says_that_a_training_runs(
        self, staff: Client, catalog: Catalog, make_item: MakeItem, asked: list[int]
    ) -> None:
        make_item("quiet-piano")
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [TRAINING_LOCK, catalog.pk])
            told = run_action(staff, self.PAGE, "train_now", catalog)
        finally:
            other.close()
        assert told == "The catalog “films” is being trained already."
        assert asked == []

    def test_says_that_nobody_could_be_asked(
        self, staff: Client, catalog: Catalog, make_item: MakeItem, asked: list[int]
    ) -> None:
        make_item("quiet-piano")
        tasks.pause.begin()
        told = run_action(staff, self.PAGE, "train_now", catalog)
        assert told == "The broker does not answer: “films” is not trained. Try again once it does."
        assert asked == []

    def test_is_closed_to_viewers(
        self, viewer: Client, catalog: Catalog, make_item: MakeItem, asked: list[int]
    ) -> None:
        make_item("quiet-piano")
        assert "train_now" not in viewer.get(f"/admin/{self.PAGE}/").content.decode()
        run_action(viewer, self.PAGE, "train_now", catalog)
        assert asked == []

    @pytest.mark.parametrize("permissions", [["change_rankingmodel"], ["add_rankingmodel"]])
    def test_takes_the_rights_to_make_a_version_and_to_activate_it(
        self,
        viewer: Client,
        charlie: User,
        catalog: Catalog,
        make_item: MakeItem,
        asked: list[int],
        permissions: list[str],
    ) -> None:
        make_item("quiet-piano")
        charlie.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
        run_action(viewer, self.PAGE, "train_now", catalog)
        assert asked == []
        charlie.user_permissions.add(
            *Permission.objects.filter(codename__in=["add_rankingmodel", "change_rankingmodel"])
        )
        run_action(viewer, self.PAGE, "train_now", catalog)
        assert asked == [catalog.pk]


class TestDeletion:
    def test_catalog_with_versions_goes_by_its_page(
        self, staff: Client, catalog: Catalog, other_catalog: Catalog, versions: list[RankingModel]
    ) -> None:
        others = activated(other_catalog, ranking_rows(some_items(other_catalog, 2)))
        address = f"/admin/catalog/catalog/{catalog.pk}/delete/"
        assert staff.post(address, {"post": "yes"}).status_code == 302
        assert list(RankingModel.objects.all()) == [others]
        assert not EmbeddingSpace.objects.filter(name="hashing").exclude(catalog=other_catalog).exists()

    def test_space_with_versions_goes_by_its_page_once_another_serves(
        self, staff: Client, catalog: Catalog, space: EmbeddingSpace, versions: list[RankingModel]
    ) -> None:
        spare = EmbeddingSpace.objects.create(
            catalog=catalog, name="spare", backend="hashing", dimension=64, state=EmbeddingSpace.State.FILLED
        )
        address = f"/admin/recommender/embeddingspace/{space.pk}/delete/"
        assert staff.post(address, {"post": "yes"}).status_code == 403
        serve_space(spare)
        assert staff.post(address, {"post": "yes"}).status_code == 302
        assert list(catalog.embedding_spaces.all()) == [spare]
        assert {model.state for model in catalog.ranking_models.all()} == {RankingModel.State.RETIRED}
