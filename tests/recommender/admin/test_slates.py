"""The log of answers in the admin: recent ones listed, any one found, none changed."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from tests.conftest import MakeItem, act, embed_all
from tests.recommender.services.ranking_versions import activated, ranking_rows, some_items
from users.models import Profile, User

SLATES = "/admin/recommender/slate/"


def listed(client: Client, **query: str) -> set[Any]:
    return {slate.request_id for slate in client.get(SLATES, query).context["cl"].result_list}


class TestSlates:
    def test_list_shows_the_last_day_and_search_finds_older_ones(self, staff: Client, catalog: Catalog) -> None:
        recent = recommend(catalog=catalog)
        old = recommend(catalog=catalog, now=timezone.now() - timedelta(days=20))

        assert listed(staff) == {recent.request_id}
        assert listed(staff, days="7") == {recent.request_id}
        assert listed(staff, days="31") == listed(staff, days="all") == {recent.request_id, old.request_id}
        assert listed(staff, q=str(old.request_id)) == {old.request_id}
        assert listed(staff, q="nonsense") == set()

    def test_page_shows_what_was_answered_and_changes_nothing(
        self, staff: Client, catalog: Catalog, make_item: MakeItem
    ) -> None:
        make_item("one", title="An <b>item</b>")
        answer = recommend(catalog=catalog)
        address = f"{SLATES}{answer.request_id}"

        html = staff.get(f"{address}/change/").content.decode()

        assert "An &lt;b&gt;item&lt;/b&gt;" in html
        assert staff.post(f"{address}/change/", {"basis": "x"}).status_code == 403
        assert staff.post(f"{address}/delete/", {"post": "yes"}).status_code == 403

    def test_results_stand_with_parts_and_reasons_and_what_made_them(
        self, staff: Client, catalog: Catalog, alice: Profile, make_item: MakeItem
    ) -> None:
        liked, near = make_item("liked", title="night train"), make_item("near", title="night train returns")
        embed_all(catalog.embedding_spaces.get())
        act(alice, liked)
        answer = recommend(catalog=catalog, profile=alice)

        html = staff.get(f"{SLATES}{answer.request_id}/change/").content.decode()

        assert f'<a href="/admin/catalog/item/{near.pk}/change/">night train returns</a>' in html
        assert "Because you liked “night train”." in html
        assert re.search(r'<span class="part">history <span class="number">\+0\.\d{3}</span></span>', html)
        config = catalog.scoring_configs.get(scenario__name="home")
        assert f'<a href="/admin/recommender/scoringconfig/{config.pk}/change/">home v1</a>' in html
        assert f"/admin/recommender/embeddingspace/{catalog.embedding_spaces.get().pk}/change/" in html
        assert "None: texts alone, or what is popular." in html

    def test_trained_version_is_named(self, staff: Client, catalog: Catalog) -> None:
        model = activated(catalog, ranking_rows(some_items(catalog, 3)))
        answer = recommend(catalog=catalog)
        html = staff.get(f"{SLATES}{answer.request_id}/change/").content.decode()
        assert f'<a href="/admin/recommender/rankingmodel/{model.pk}/change/">v1</a>' in html

    def test_item_that_is_gone_keeps_its_title(self, staff: Client, catalog: Catalog, make_item: MakeItem) -> None:
        item = make_item("gone", title="A lost film")
        answer = recommend(catalog=catalog)
        item.delete()
        html = staff.get(f"{SLATES}{answer.request_id}/change/").content.decode()
        assert "<td>A lost film</td>" in html

    def test_a_persons_answers_are_found_by_their_identifier(
        self, staff: Client, catalog: Catalog, alice: Profile, bob: Profile
    ) -> None:
        hers = recommend(catalog=catalog, profile=alice, now=timezone.now() - timedelta(days=20))
        recommend(catalog=catalog, profile=bob)
        assert listed(staff, q="alice") == {hers.request_id}
        assert listed(staff, profile__id__exact=str(alice.pk), days="all") == {hers.request_id}
        assert listed(staff, q="ali") == set()

    def test_filters(self, staff: Client, catalog: Catalog, other_catalog: Catalog, make_item: MakeItem) -> None:
        home = recommend(catalog=catalog)
        similar = similar_items(item=make_item("item"))
        elsewhere = recommend(catalog=other_catalog)
        assert listed(staff, scenario="similar") == {similar.request_id}
        assert listed(staff, scenario="home") == {home.request_id, elsewhere.request_id}
        assert listed(staff, catalog__id__exact=str(other_catalog.pk)) == {elsewhere.request_id}
        # The item has no embedding.
        assert listed(staff, degraded__exact="1") == {similar.request_id}

    def test_whoever_may_only_look_sees_it(self, viewer: Client, catalog: Catalog) -> None:
        answer = recommend(catalog=catalog)
        assert listed(viewer) == {answer.request_id}
        address = f"{SLATES}{answer.request_id}/change/"
        assert viewer.get(address).status_code == 200
        assert viewer.post(address, {"basis": "x"}).status_code == 403

    def test_charlie_is_sent_to_the_door(self, client: Client, charlie: User, catalog: Catalog) -> None:
        client.force_login(charlie)
        answered = client.get(f"{SLATES}{recommend(catalog=catalog).request_id}/change/")
        assert answered.headers["Location"].startswith("/admin/login/")

    def test_page_takes_a_constant_number_of_queries(
        self, staff: Client, catalog: Catalog, make_item: MakeItem
    ) -> None:
        def queries(length: int) -> int:
            address = f"{SLATES}{recommend(catalog=catalog, k=length).request_id}/change/"
            with CaptureQueriesContext(connection) as captured:
                staff.get(address)
            return len(captured)

        for number in range(8):
            make_item(f"item-{number}")
        queries(1)
        assert queries(1) == queries(8)
