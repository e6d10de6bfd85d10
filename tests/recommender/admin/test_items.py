"""Items in the admin: hidden and shown, found, and kept in their catalog."""

from __future__ import annotations

from django.test import Client

from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.recommending import recommend
from tests.conftest import MakeItem
from tests.recommender.admin.conftest import run_action


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
