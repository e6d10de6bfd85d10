"""Items in the admin: hidden and shown, found, kept in their catalog; what is embedded of them and what is near."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.admin import items
from recommender.models import EmbeddingSpace, Interaction
from recommender.services.embedding_queue import open_jobs, queue_stale_items
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, embed_all
from tests.recommender.admin.conftest import fail, run_action
from users.models import User

LIST = "/admin/catalog/item/"


class TestItems:
    def test_hiding_and_showing_change_what_is_recommended(
        self, staff: Client, catalog: Catalog, make_item: MakeItem
    ) -> None:
        first, second = make_item("first"), make_item("second")

        assert run_action(staff, "catalog/item", "hide", first) == "1 item is hidden now."
        assert [result.item_id for result in recommend(catalog=catalog).results] == ["second"]

        assert run_action(staff, "catalog/item", "show", first, second) == "2 items are shown again."
        assert len(recommend(catalog=catalog).results) == 2

    def test_title_is_found_by_a_piece_of_it_and_identifier_as_a_whole(
        self, staff: Client, make_item: MakeItem
    ) -> None:
        make_item("film-1", title="Interstellar (2014)")
        make_item("film-2", title="The Wandering Earth", translations={"zh-hans": {"title": "流浪地球"}})

        def found(term: str) -> list[str]:
            results = staff.get("/admin/catalog/item/", {"q": term}).context["cl"].result_list
            return [item.external_id for item in results]

        assert found("STELLAR (20") == ["film-1"]
        assert found("流浪") == ["film-2"]
        assert found("film-2") == ["film-2"]
        assert found("film-") == []
        assert found("stellar.*2014") == []

    def test_item_stays_in_its_catalog(
        self, staff: Client, liked: Interaction, catalog: Catalog, other_catalog: Catalog
    ) -> None:
        fields = {"external_id": "interstellar", "title": "Renamed", "translations": "{}", "attributes": "{}"}
        answered = staff.post(f"/admin/catalog/item/{liked.item_id}/change/", {**fields, "catalog": other_catalog.pk})

        assert answered.status_code == 302
        item = Item.objects.get(pk=liked.item_id)
        assert (item.title, item.catalog) == ("Renamed", catalog)
        assert item.updated_at > item.created_at


class TestEmbedding:
    def test_list_tells_the_state_of_each_item(self, staff: Client, space: EmbeddingSpace, make_item: MakeItem) -> None:
        changed = make_item("changed")
        make_item("embedded")
        embed_all(space)
        fail(space, make_item("failed"))
        make_item("waiting")
        queue_stale_items(space)
        make_item("none")
        changed.title = "other words"
        changed.save()

        def listed(**query: str) -> dict[str, str]:
            results = staff.get(LIST, query).context["cl"].result_list
            return {item.external_id: item.embedding_state for item in results}

        assert listed() == {
            "changed": "stale",
            "embedded": "embedded",
            "failed": "failed",
            "waiting": "waiting",
            "none": "none",
        }
        assert listed(embedding="failed") == {"failed": "failed"}
        assert listed(embedding="waiting") == {"waiting": "waiting"}
        html = staff.get(LIST).content.decode()
        assert '<span class="state state-bad">failed</span>' in html

    def test_state_is_that_of_the_space_that_serves(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        make_item("item")
        other = EmbeddingSpace.objects.create(catalog=space.catalog, name="other", backend="hashing", dimension=8)
        embed_all(other)
        assert [item.embedding_state for item in staff.get(LIST).context["cl"].result_list] == ["none"]

    def test_counting_does_not_look_up_states(self, staff: Client, make_item: MakeItem) -> None:
        make_item("item")
        with CaptureQueriesContext(connection) as captured:
            staff.get(LIST)
        counted = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
        assert counted
        assert not [sql for sql in counted if "EXISTS" in sql]

    def test_page_has_text_and_nearest_items_with_scores(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        item = make_item("asked", title="night train", description="A <b>journey</b>.")
        near = make_item("near", title="night train returns")
        make_item("far", title="cold soup")
        make_item("hidden", title="night train again", hidden=True)
        embed_all(space)

        html = staff.get(f"{LIST}{item.pk}/change/").content.decode()

        assert "night train\n" in html
        assert "A &lt;b&gt;journey&lt;/b&gt;." in html
        found = re.findall(r'<a href="/admin/catalog/item/(\d+)/change/">([^<]*)</a></th><td>(-?\d\.\d{3})</td>', html)
        assert [title for _pk, title, _score in found] == ["night train returns", "cold soup"]
        assert found[0][0] == str(near.pk)
        assert float(found[0][2]) > float(found[1][2])

    def test_page_of_an_item_without_an_embedding(self, staff: Client, make_item: MakeItem) -> None:
        html = staff.get(f"{LIST}{make_item('new').pk}/change/").content.decode()
        assert "Nothing to compare with" in html
        assert "not yet" in html

    def test_embedding_again_is_asked_for(self, staff: Client, space: EmbeddingSpace, make_item: MakeItem) -> None:
        item, other = make_item("item"), make_item("other")
        embed_all(space)
        assert run_action(staff, "catalog/item", "embed_again", item).startswith("1 item was queued.")
        assert open_jobs(space.pk) == 1
        embed_all(space)
        states = {one.pk: one.embedding_state for one in staff.get(LIST).context["cl"].result_list}
        assert states == {item.pk: "embedded", other.pk: "embedded"}

    def test_too_many_at_once_are_refused(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(items, "MOST_AT_ONCE", 1)
        told = run_action(staff, "catalog/item", "embed_again", make_item("one"), make_item("two"))
        assert told == "Choose 1 items or fewer; for everything, make another embedding space."
        assert open_jobs(space.pk) == 0

    def test_page_takes_a_constant_number_of_queries(
        self, staff: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        item = make_item("item")

        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                staff.get(f"{LIST}{item.pk}/change/")
            return len(captured)

        make_item("other")
        embed_all(space)
        queries()
        few = queries()
        for number in range(8):
            make_item(f"more-{number}")
        embed_all(space)
        assert queries() == few


class TestSearch:
    def test_category_tag_and_creator_are_found_in_any_language(self, staff: Client, make_item: MakeItem) -> None:
        make_item(
            "film-1",
            categories=["Science fiction"],
            tags=["space"],
            attributes={"creator": "Christopher Nolan"},
            translations={"zh-hans": {"categories": ["科幻"]}},
        )
        make_item("film-2")

        def found(term: str) -> list[str]:
            return [item.external_id for item in staff.get(LIST, {"q": term}).context["cl"].result_list]

        assert found("science FICT") == found("科幻") == found("space") == found("nolan") == ["film-1"]


class TestRights:
    def test_whoever_may_only_look_changes_nothing(
        self, viewer: Client, space: EmbeddingSpace, make_item: MakeItem
    ) -> None:
        item = make_item("item")
        embed_all(space)
        address = f"{LIST}{item.pk}"
        page = viewer.get(f"{address}/change/")
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert viewer.post(f"{address}/change/", {"title": "x"}).status_code == 403
        assert viewer.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
        for action in ("hide", "show", "embed_again"):
            viewer.post(LIST, {"action": action, "_selected_action": [item.pk]})
        item.refresh_from_db()
        assert (item.title, item.hidden, open_jobs(space.pk)) == ("item", False, 0)

    def test_charlie_is_sent_to_the_door(self, client: Client, charlie: User, make_item: MakeItem) -> None:
        client.force_login(charlie)
        answered = client.get(f"{LIST}{make_item('item').pk}/change/")
        assert answered.headers["Location"].startswith("/admin/login/")
