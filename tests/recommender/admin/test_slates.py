"""The log of answers in the admin: recent ones listed, any one found, none changed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from catalog.models import Catalog
from recommender.services.recommending import recommend
from tests.conftest import MakeItem


class TestSlates:
    def test_list_shows_the_last_day_and_search_finds_older_ones(self, staff: Client, catalog: Catalog) -> None:
        recent = recommend(catalog=catalog)
        old = recommend(catalog=catalog, now=timezone.now() - timedelta(days=20))

        def listed(**query: str) -> set[Any]:
            results = staff.get("/admin/recommender/slate/", query).context["cl"].result_list
            return {slate.request_id for slate in results}

        assert listed() == {recent.request_id}
        assert listed(days="7") == {recent.request_id}
        assert listed(days="31") == listed(days="all") == {recent.request_id, old.request_id}
        assert listed(q=str(old.request_id)) == {old.request_id}
        assert listed(q="nonsense") == set()

    def test_page_shows_what_was_answered_and_changes_nothing(
        self, staff: Client, catalog: Catalog, make_item: MakeItem
    ) -> None:
        make_item("one", title="An <b>item</b>")
        answer = recommend(catalog=catalog)
        address = f"/admin/recommender/slate/{answer.request_id}"

        html = staff.get(f"{address}/change/").content.decode()

        assert "An &lt;b&gt;item&lt;/b&gt;" in html
        assert staff.post(f"{address}/change/", {"basis": "x"}).status_code == 403
        assert staff.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
