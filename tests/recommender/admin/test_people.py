"""Profiles in the admin: what is recommended to them and why, what they did, who is like them."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, ScoringConfig, Slate
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.trained import train_clusters
from users.models import Profile, User


def page(client: Client, profile: Profile, **headers: str) -> str:
    answered = client.get(f"/admin/users/profile/{profile.pk}/change/", headers=headers or None)
    assert answered.status_code == 200
    return re.sub(r"\s+", " ", answered.content.decode())


def row_of(html: str, title: str) -> str:
    """The cells of the table's row that is headed by an item."""
    found = re.search(rf"<tr><th scope=\"row\"><a [^>]*>{title}</a></th>(.*?)</tr>", html)
    assert found is not None
    return found[1]


class TestByTexts:
    @pytest.fixture
    def liked(self, space: EmbeddingSpace, alice: Profile, make_item: MakeItem) -> Item:
        liked = make_item("night-train", title="night train")
        act(alice, liked)
        act(alice, make_item("cold-soup", title="cold soup"), kind="dislike")
        make_item("night-train-returns", title="night train returns")
        embed_all(space)
        return liked

    def test_list_has_reasons_and_parts_and_is_not_logged(self, staff: Client, alice: Profile, liked: Item) -> None:
        html = page(staff, alice)
        assert "from the history · configuration v1" in html
        assert "Because you liked “night train”." in html
        assert re.search(r'<span class="part">history <span class="number">\+0\.\d{3}</span></span>', html)
        assert not Slate.objects.exists()

    def test_history_tells_what_each_item_weighs(self, staff: Client, alice: Profile, liked: Item) -> None:
        html = page(staff, alice)
        assert row_of(html, "night train").startswith("<td>like</td>")
        assert row_of(html, "night train").endswith("<td>+1.000</td>")
        assert row_of(html, "cold soup").endswith("<td>-0.500</td>")

    def test_nothing_weighs_anything_where_personalisation_is_off(
        self, staff: Client, alice: Profile, liked: Item
    ) -> None:
        Profile.objects.filter(pk=alice.pk).update(personalise=False)
        html = page(staff, alice)
        assert "what is popular · configuration v1" in html
        assert row_of(html, "night train").endswith("<td>+0.000</td>")

    def test_somebody_of_whom_nothing_is_known(self, staff: Client, bob: Profile) -> None:
        html = page(staff, bob)
        assert "Nothing yet." in html
        assert "Nothing was trained here yet: people cannot be compared." in html

    def test_catalog_without_an_active_configuration_says_so(
        self, staff: Client, catalog: Catalog, alice: Profile, liked: Item
    ) -> None:
        ScoringConfig.objects.filter(catalog=catalog, scenario__name="home").update(state="retired")
        assert "There is no scenario “home” with an active configuration" in page(staff, alice)

    def test_page_leads_to_what_was_answered(self, staff: Client, alice: Profile) -> None:
        assert f"/admin/recommender/slate/?profile__id__exact={alice.pk}&amp;days=all" in page(staff, alice)

    def test_speaks_chinese(self, staff: Client, alice: Profile, liked: Item) -> None:
        html = page(staff, alice, **{"Accept-Language": "zh-CN"})
        assert "根据行为历史 · 配置 v1" in html
        assert "night train" in html
        assert "Because" not in html


def test_trained_version_finds_people_of_the_same_taste(staff: Client, catalog: Catalog) -> None:
    made = train_clusters(catalog, people_each=8)
    asked = made.people["orbit"][0]
    html = page(staff, asked)
    assert "ranking model v1" in html
    people = re.findall(r'<th scope="row"><a href="/admin/users/profile/\d+/change/">(\w+)-\d+</a></th>', html)
    assert len(people) == 10
    # There are seven others of the cluster.
    assert people[:7] == ["orbit"] * 7
    assert "You both like" in html
    assert re.search(r'<span class="part">what others like too <span class="number">\+\d\.\d{3}</span></span>', html)


def test_page_takes_a_constant_number_of_queries(
    staff: Client, alice: Profile, space: EmbeddingSpace, make_item: MakeItem
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(staff, alice)
        return len(captured)

    act(alice, make_item("first"))
    make_item("second")
    embed_all(space)
    queries()
    few = queries()
    for number in range(8):
        act(alice, make_item(f"liked-{number}"))
        make_item(f"more-{number}")
    embed_all(space)
    assert queries() == few


def test_whoever_may_look_sees_all_of_it_and_changes_nothing(
    viewer: Client, alice: Profile, make_item: MakeItem
) -> None:
    make_item("item")
    html = page(viewer, alice)
    assert "configuration v1" in html
    assert 'name="_save"' not in html
    address = f"/admin/users/profile/{alice.pk}"
    assert viewer.post(f"{address}/change/", {"name": "x"}).status_code == 403
    assert viewer.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_new_profile_has_no_recommendations_yet(staff: Client, catalog: Catalog, make_profile: MakeProfile) -> None:
    html = staff.get("/admin/users/profile/add/").content.decode()
    assert "Recommendations now" not in html
    answered = staff.post("/admin/users/profile/add/", {"catalog": catalog.pk, "external_id": "dora", "name": "Dora"})
    assert answered.status_code == 302
    assert Profile.objects.get(external_id="dora").name == "Dora"


def test_charlie_is_sent_to_the_door(client: Client, charlie: User, alice: Profile) -> None:
    client.force_login(charlie)
    assert client.get(f"/admin/users/profile/{alice.pk}/change/").headers["Location"].startswith("/admin/login/")
