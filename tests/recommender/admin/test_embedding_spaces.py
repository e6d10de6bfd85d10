"""Embedding spaces in the admin: recipes checked and fixed, serving moved, failures tried again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from recommender.models import EmbeddingSpace
from recommender.services.embedding_queue import open_jobs
from tests.conftest import MakeItem, embed_all
from tests.recommender.admin.conftest import fail, messages, run_action
from tests.recommender.services.ranking_versions import activated, ranking_rows, some_items
from users.models import User

SPACES = "/admin/recommender/embeddingspace/"


@pytest.fixture
def recipe(catalog: Catalog) -> dict[str, Any]:
    return {
        "catalog": catalog.pk,
        "name": "other",
        "backend": "hashing",
        "dimension": 64,
        "normalize": "on",
        "text_template": "{title}",
    }


@pytest.fixture
def other(catalog: Catalog) -> EmbeddingSpace:
    """Beside the serving one, and not asked for yet."""
    return EmbeddingSpace.objects.create(catalog=catalog, name="other", backend="hashing", dimension=64)


def counts(html: str) -> dict[str, str]:
    return dict(re.findall(r'<dd class="count-(\w+)">\s*(\S+)\s*</dd>', html))


def press(staff: Client, space: EmbeddingSpace, button: str) -> str:
    """What the page says after a button of a space's page was pressed."""
    answered = staff.post(f"{SPACES}{space.pk}/{button}/", follow=True)
    assert answered.redirect_chain[-1][0] == f"{SPACES}{space.pk}/change/"
    return messages(answered)


class TestEmbeddingSpaces:
    ADD = f"{SPACES}add/"

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            ({"text_template": "{director}"}, "the text template names {director}"),
            ({"backend": "multilingual-use"}, "multilingual-use has 512 dimensions"),
            ({"dimension": "0"}, "a vector has 1 dimension or more"),
        ],
    )
    def test_recipe_that_no_encoder_follows_is_refused(
        self, staff: Client, recipe: dict[str, Any], change: dict[str, str], complaint: str
    ) -> None:
        answered = staff.post(self.ADD, {**recipe, **change})
        assert answered.status_code == 200
        assert complaint in answered.content.decode()

    def test_recipe_is_fixed_once_made(self, staff: Client, recipe: dict[str, Any]) -> None:
        assert staff.post(self.ADD, recipe).status_code == 302
        made = EmbeddingSpace.objects.get(name="other")

        staff.post(f"{SPACES}{made.pk}/change/", {**recipe, "dimension": 32, "name": "x"})

        made.refresh_from_db()
        assert (made.dimension, made.name, made.serving, made.state) == (64, "other", False, "new")

    def test_page_counts_what_is_embedded_waits_and_failed(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("done")
        embed_all(space)
        ill = make_item("ill")
        make_item("waiting-1")
        make_item("waiting-2")
        fail(space, ill)

        html = staff.get(f"{SPACES}{space.pk}/change/").content.decode()

        assert counts(html) == {"embedded": "1", "waiting": "2", "failed": "1"}
        assert '<progress id="space-progress-bar" max="4" value="1">' in re.sub(r"\s+", " ", html)

    def test_serving_moves_to_a_filled_space_only(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem, recipe: dict[str, Any]
    ) -> None:
        make_item("item")
        staff.post(self.ADD, recipe)
        other = EmbeddingSpace.objects.get(name="other")
        page = "recommender/embeddingspace"

        assert "is not filled" in run_action(staff, page, "serve", other)
        assert run_action(staff, page, "serve", space, other) == "Choose one space: one of a catalog serves."
        assert "1 item was queued." in run_action(staff, page, "embed", other)
        embed_all(other)
        assert run_action(staff, page, "serve", other) == "“other” serves now."
        assert list(EmbeddingSpace.objects.filter(serving=True)) == [other]

    def test_only_failed_jobs_are_listed_and_retried(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        ill, also_ill, _ = make_item("ill"), make_item("also-ill"), make_item("waiting")
        fail(space, ill, also_ill)
        listed = staff.get("/admin/recommender/embeddingjob/").context["cl"].result_list
        assert {job.item for job in listed} == {ill, also_ill}

        assert "2 items are tried again." in run_action(staff, "recommender/embeddingjob", "retry", listed[0])

        assert open_jobs(space.pk) == 3
        fail(space, ill)
        assert "1 item is tried again." in run_action(staff, "recommender/embeddingspace", "retry", space)
        assert open_jobs(space.pk) == 3


class TestFilling:
    def test_bar_asks_for_itself_until_nothing_waits(
        self, staff: Client, other: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("one")
        make_item("two")
        bar = f"{SPACES}{other.pk}/progress/"
        assert "hx-get" not in staff.get(bar).content.decode()

        assert press(staff, other, "fill").startswith("2 items were queued.")

        waiting = staff.get(bar)
        assert f'hx-get="{bar}" hx-trigger="every 2s"' in waiting.content.decode()
        assert counts(waiting.content.decode()) == {"embedded": "0", "waiting": "2", "failed": "0"}
        assert "HX-Refresh" not in waiting.headers
        # Without scripts there is a link.
        assert "Look again how far it is" in staff.get(f"{SPACES}{other.pk}/change/").content.decode()

        embed_all(other)

        done = staff.get(bar)
        assert "hx-get" not in done.content.decode()
        assert "100% · 2 of 2 items" in re.sub(r"\s+", " ", done.content.decode())
        assert done.headers["HX-Refresh"] == "true"

    def test_waiting_items_with_a_former_vector_are_not_done(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        changed = make_item("one")
        make_item("two")
        embed_all(space)
        changed.title = "another title"
        changed.save()
        press(staff, space, "fill")
        html = staff.get(f"{SPACES}{space.pk}/progress/").content.decode()
        assert counts(html) == {"embedded": "2", "waiting": "1", "failed": "0"}
        assert "50% · 1 of 2 items" in re.sub(r"\s+", " ", html)

    def test_failed_items_are_tried_again(self, staff: Client, space: EmbeddingSpace, make_item: MakeItem) -> None:
        fail(space, make_item("ill"))
        assert "Retry failed items" in staff.get(f"{SPACES}{space.pk}/change/").content.decode()
        assert press(staff, space, "retry").startswith("1 item is tried again.")
        assert open_jobs(space.pk) == 1

    def test_page_takes_a_constant_number_of_queries(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                staff.get(f"{SPACES}{space.pk}/change/")
            return len(captured)

        make_item("one")
        embed_all(space)
        queries()
        few = queries()
        for number in range(5):
            make_item(f"more-{number}")
        fail(space, make_item("ill"))
        assert queries() == few


class TestServing:
    @pytest.fixture
    def filled(self, other: EmbeddingSpace, space: EmbeddingSpace, make_item: MakeItem) -> EmbeddingSpace:
        make_item("item")
        embed_all(space)
        embed_all(other)
        return other

    def test_one_click_serves_and_one_goes_back(
        self, staff: Client, space: EmbeddingSpace, filled: EmbeddingSpace
    ) -> None:
        assert "Serve this one" in staff.get(f"{SPACES}{filled.pk}/change/").content.decode()
        assert "Back to" not in staff.get(f"{SPACES}{space.pk}/change/").content.decode()

        assert press(staff, filled, "serve") == "“other” serves now."
        assert EmbeddingSpace.objects.get(serving=True) == filled
        page = staff.get(f"{SPACES}{filled.pk}/change/").content.decode()
        assert "Back to “hashing”" in page
        assert "Serve this one" not in page

        assert press(staff, filled, "back") == "“hashing” serves now."
        assert EmbeddingSpace.objects.get(serving=True) == space

    def test_back_goes_from_the_space_that_serves_only(
        self, staff: Client, space: EmbeddingSpace, filled: EmbeddingSpace
    ) -> None:
        assert press(staff, space, "back") == "There is no space to go back to."
        press(staff, filled, "serve")
        assert press(staff, space, "back") == "There is no space to go back to."
        assert EmbeddingSpace.objects.get(serving=True) == filled

    def test_space_that_is_not_filled_does_not_serve(
        self, staff: Client, space: EmbeddingSpace, other: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("item")
        assert "Serve this one" not in staff.get(f"{SPACES}{other.pk}/change/").content.decode()
        assert "is not filled" in press(staff, other, "serve")
        assert EmbeddingSpace.objects.get(serving=True) == space

    def test_version_that_was_trained_on_the_former_space_is_told_of(
        self, staff: Client, catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("item")
        embed_all(space)
        activated(catalog, ranking_rows(some_items(catalog, 3)))
        second = EmbeddingSpace.objects.create(catalog=catalog, name="second", backend="hashing", dimension=32)
        embed_all(second)
        assert "texts alone rank until the catalog is trained" in press(staff, second, "serve")
        assert press(staff, second, "back") == "“hashing” serves now."


class TestRights:
    @pytest.mark.parametrize("button", ["fill", "serve", "back", "retry"])
    def test_whoever_may_only_look_presses_no_button(
        self, viewer: Client, space: EmbeddingSpace, other: EmbeddingSpace, make_item: MakeItem, button: str
    ) -> None:
        make_item("item")
        embed_all(space)
        embed_all(other)
        page = viewer.get(f"{SPACES}{other.pk}/change/")
        assert page.status_code == 200
        assert '<button type="submit" class="genre-button' not in page.content.decode()
        assert viewer.get(f"{SPACES}{other.pk}/progress/").status_code == 200
        assert viewer.post(f"{SPACES}{other.pk}/{button}/").status_code == 403
        assert EmbeddingSpace.objects.get(serving=True) == space
        assert open_jobs(other.pk) == 0

    @pytest.mark.parametrize("address", ["fill/", "serve/", "back/", "retry/"])
    def test_looking_changes_nothing(self, staff: Client, other: EmbeddingSpace, address: str) -> None:
        assert staff.get(f"{SPACES}{other.pk}/{address}").status_code == 405

    @pytest.mark.parametrize("address", ["fill/", "serve/", "back/", "retry/", "progress/"])
    def test_space_that_is_gone_has_no_buttons(self, staff: Client, db: None, address: str) -> None:
        method = staff.get if address == "progress/" else staff.post
        assert method(f"{SPACES}999999/{address}").status_code == 404

    @pytest.mark.parametrize("address", ["fill/", "serve/", "progress/", "change/"])
    def test_charlie_is_sent_to_the_door(
        self, client: Client, charlie: User, other: EmbeddingSpace, address: str
    ) -> None:
        client.force_login(charlie)
        for method in (client.get, client.post):
            answered = method(f"{SPACES}{other.pk}/{address}")
            assert answered.status_code == 302
            assert answered.headers["Location"].startswith("/admin/login/")
