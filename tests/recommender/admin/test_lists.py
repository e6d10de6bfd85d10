"""Every list page: who may enter, what it costs, what its search takes, which language it speaks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from unfold.admin import ModelAdmin as UnfoldAdmin

from catalog.lean_admin import BoundedPaginator
from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, EvaluationRun, Interaction
from recommender.services.api_keys import make_key
from recommender.services.erasing import erase_profile
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.admin.conftest import fail
from tests.recommender.services.ranking_versions import begun
from users.models import Profile, User, Way

PAGES = [
    "catalog/catalog",
    "catalog/item",
    "users/user",
    "auth/group",
    "account/emailaddress",
    "users/profile",
    "users/erasure",
    "recommender/interactionkind",
    "recommender/interaction",
    "recommender/embeddingspace",
    "recommender/embeddingjob",
    "recommender/scenario",
    "recommender/scoringconfig",
    "recommender/slate",
    "recommender/rankingmodel",
    "recommender/evaluationrun",
    "recommender/apikey",
]
LARGE_TABLES = [
    "catalog_item",
    "recommender_interaction",
    "recommender_rankingvector",
    "recommender_slate",
    "users_profile",
]


class TestEveryList:
    @pytest.fixture
    def fill(self, catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem, make_profile: MakeProfile) -> Any:
        def fill(name: str) -> None:
            """Three more rows of everything, each in another row's company."""
            for number in range(3):
                profile = make_profile(f"{name}-{number}")
                item = make_item(f"{name}-{number}")
                act(profile, item)
                other = Catalog.objects.create(slug=f"{name}-{number}", name=name)
                user = User.objects.create_user(f"{name}-{number}@example.com")
                EmailAddress.objects.create(user=user, email=user.email)
                Group.objects.create(name=f"{name}-{number}")
                fail(space, item)
                recommend(catalog=catalog, profile=profile)
                Profile.objects.create(catalog=other, external_id=name)
                erase_profile(profile=make_profile(f"{name}-{number}", catalog=other), way=Way.ADMIN)
                begun(other)
                make_key(catalog=other, scopes=["read"], created_by=user)
                EvaluationRun.objects.create(
                    dataset=name, protocol="random", seeds=[0], report={}, author=user, seconds=1
                )

        return fill

    @pytest.mark.parametrize("page", PAGES)
    def test_opens_at_a_constant_number_of_queries(self, staff: Client, fill: Any, page: str) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                assert staff.get(f"/admin/{page}/").status_code == 200
            return len(captured)

        fill("first")
        queries()
        few = queries()
        fill("second")
        assert queries() == few <= 8

    @pytest.mark.parametrize("page", PAGES)
    def test_search_takes_anything(self, staff: Client, liked: Interaction, page: str) -> None:
        for term in ("interstellar", "(", "[a-", "%", "'", "\\", "流浪", "a\x00b", "x" * 500):
            assert staff.get(f"/admin/{page}/", {"q": term}).status_code == 200

    @pytest.mark.parametrize("page", PAGES)
    def test_is_closed_to_strangers_and_to_charlie(self, client: Client, db: None, charlie: User, page: str) -> None:
        assert client.get(f"/admin/{page}/").headers["Location"].startswith("/admin/login/")
        client.force_login(charlie)
        assert client.get(f"/admin/{page}/").headers["Location"].startswith("/admin/login/")

    @pytest.mark.parametrize("page", PAGES)
    def test_staff_without_rights_is_refused(self, client: Client, charlie: User, page: str) -> None:
        charlie.is_staff = True
        charlie.save()
        client.force_login(charlie)
        assert client.get(f"/admin/{page}/").status_code == 403

    @pytest.mark.parametrize("page", PAGES)
    def test_counts_no_large_table_to_its_end(self, staff: Client, liked: Interaction, page: str) -> None:
        with CaptureQueriesContext(connection) as captured:
            staff.get(f"/admin/{page}/")
        counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
        unbounded = [sql for sql in counts if not re.search(r"LIMIT 5000\) subquery$", sql)]
        assert not [sql for sql in unbounded if any(table in sql for table in LARGE_TABLES)]

    @pytest.mark.parametrize("page", PAGES)
    def test_speaks_chinese(self, staff: Client, db: None, page: str) -> None:
        html = staff.get(f"/admin/{page}/", headers={"Accept-Language": "zh-CN"}).content.decode()
        heading = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
        assert heading is not None
        # The names of icons are drawn as pictures, by their font.
        words = re.sub(r'<span class="material-symbols[^>]*>.*?</span>', "", heading[1], flags=re.DOTALL)
        assert not re.search("[A-Za-z]{2,}", strip_tags(words))


def test_no_admin_asks_for_the_full_count() -> None:
    pages = admin.site._registry.values()
    assert len(pages) == len(PAGES)
    assert not [page for page in pages if page.show_full_result_count]


def test_every_list_is_searched_and_looks_like_the_others() -> None:
    for page in admin.site._registry.values():
        assert page.search_fields or page.get_search_fields(RequestFactory().get("/"))
        assert isinstance(page, UnfoldAdmin)


def test_paginator_stops_counting(make_item: MakeItem, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        make_item(f"item-{number}")
    monkeypatch.setattr(BoundedPaginator, "furthest", 3)

    assert BoundedPaginator(Item.objects.order_by("pk"), 2).count == 3
    assert BoundedPaginator(Item.objects.filter(external_id="item-1").order_by("pk"), 2).count == 1
