"""The item page: what it tells, of what, and to whom."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Interaction, Slate
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.services.statements import statements
from tests.recommender.views.browsing import browser_of, put_on_site, read, signed_in, words_of
from users.models import Profile, User


@pytest.fixture
def items(catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
    put_on_site(catalog)
    made = {
        "odyssey": make_item(
            "odyssey",
            title="Planets and stars and rockets",
            description="A slow journey.",
            kind="film",
            categories=["Film", "Science fiction"],
            tags=["slow", "space & time"],
            attributes={
                "year": 1968,
                "creator": "Stanley Kubrick",
                "creator_zh": "斯坦利·库布里克",
                "original_language": "en",
                "imdb_id": "tt0062622",
            },
            translations={
                "zh-hans": {
                    "title": "行星与火箭",
                    "description": "缓慢的旅程。",
                    "categories": ["电影", "科幻"],
                    "tags": ["舒缓", "时间与空间"],
                }
            },
        ),
        "rockets": make_item("rockets", title="Rockets and planets", description="Planets far away."),
        "comets": make_item("comets", title="Comets and planets", description="Stars and comets."),
        "piano": make_item("piano", title="Quiet piano in the evening"),
    }
    embed_all(space)
    return made


def address(external_id: str, slug: str = "films") -> str:
    return reverse("recommender:item", args=[slug, external_id])


@pytest.mark.usefixtures("items")
class TestDetails:
    def test_are_in_the_readers_language(self, client: Client) -> None:
        english, chinese = (read(client, address("odyssey"), language=language) for language in ("en", "zh-hans"))

        for said in ("<h1>Planets and stars and rockets</h1>", "A slow journey.", "Film · 1968 · Science fiction"):
            assert said in english
        for said in ("<h1>行星与火箭</h1>", "缓慢的旅程。", "电影 · 1968 · 科幻", "斯坦利·库布里克"):
            assert said in chinese
        assert "Stanley Kubrick" in english
        assert "斯坦利" not in english
        assert "Stanley" not in chinese

    def test_title_in_the_other_language_stands_beside(self, client: Client) -> None:
        assert "行星与火箭" in words_of(read(client, address("odyssey")))
        assert "Planets and stars and rockets" in words_of(read(client, address("odyssey"), language="zh-hans"))

    def test_tags_and_people_lead_to_a_search(self, client: Client) -> None:
        html = read(client, address("odyssey"))
        search = reverse("recommender:search", args=["films"])
        assert f'href="{search}?q=space%20%26%20time"' in html
        assert f'href="{search}?q=Stanley%20Kubrick"' in html

    def test_tags_in_the_readers_language_lead_to_the_work_itself(self, client: Client) -> None:
        html = read(client, address("odyssey"), language="zh-hans")
        search = reverse("recommender:search", args=["films"])
        links = re.findall(rf'href="({search}\?q=[^"]+)">(舒缓|时间与空间)</a>', html)
        assert [word for _, word in links] == ["舒缓", "时间与空间"]
        assert "slow" not in words_of(html)
        for link, _ in links:
            assert "行星与火箭" in words_of(read(client, link, language="zh-hans"))

    def test_identifiers_of_other_systems_are_not_for_readers(self, client: Client) -> None:
        assert "tt0062622" not in read(client, address("odyssey"))

    def test_everything_from_outside_is_escaped(self, client: Client, make_item: MakeItem) -> None:
        evil = "<script>alert(1)</script>"
        make_item(
            evil, title=evil, description=evil, kind=evil, categories=[evil], tags=[evil], attributes={"creator": evil}
        )
        html = read(client, address(evil))
        assert evil not in html
        assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6

    def test_identifier_may_hold_slashes(self, client: Client, make_item: MakeItem) -> None:
        make_item("a/b c?d", title="Slashes")
        assert "<h1>Slashes</h1>" in read(client, address("a/b c?d"))


class TestMoreLikeThis:
    def test_shows_the_nearest_without_the_item_itself(self, client: Client, items: dict[str, Item]) -> None:
        html = read(client, address("odyssey"))
        shown = html.split('class="row similar"')[1]
        assert f'href="{address("rockets")}"' in shown
        assert f'href="{address("odyssey")}"' not in shown

    def test_leaves_out_what_the_visitor_does_not_want(self, alice: Profile, items: dict[str, Item]) -> None:
        act(alice, items["rockets"], "dislike")
        act(alice, items["comets"], "hide")
        shown = read(browser_of(alice), address("odyssey")).split('class="row similar"')[1]
        assert f'href="{address("rockets")}"' not in shown
        assert f'href="{address("comets")}"' not in shown
        assert f'href="{address("piano")}"' in shown

    def test_is_logged_for_nobody_and_nothing_else_happens(self, alice: Profile, items: dict[str, Item]) -> None:
        act(alice, items["rockets"])
        read(browser_of(alice), address("odyssey"))
        (slate,) = Slate.objects.all()
        assert (slate.scenario, slate.profile) == ("similar", None)
        assert Interaction.objects.count() == 1
        assert Profile.objects.count() == 1


@pytest.mark.usefixtures("items")
class TestWhyItFits:
    def test_tells_score_parts_and_reason(self, alice: Profile, items: dict[str, Item]) -> None:
        act(alice, items["rockets"])
        said = words_of(read(browser_of(alice), address("odyssey")))
        assert "Why it fits you Because you liked “Rockets and planets”." in said
        assert "What the score is made of history +0." in said

    def test_of_somebody_unknown_says_how_to_begin(self, client: Client) -> None:
        html = read(client, address("odyssey"))
        assert "Nothing is known of you yet" in html
        assert reverse("recommender:welcome", args=["films"]) in html

    def test_where_personalisation_is_off_says_so(self, alice: Profile, items: dict[str, Item]) -> None:
        act(alice, items["rockets"])
        Profile.objects.update(personalise=False)
        html = read(browser_of(alice), address("odyssey"))
        assert "Personalisation is off" in html
        assert "Because you liked" not in html

    def test_through_simulated_eyes_it_is_theirs_and_nothing_can_be_done(
        self, client: Client, make_profile: MakeProfile, items: dict[str, Item]
    ) -> None:
        act(make_profile("sim-stella", name="Stella", simulated=True), items["rockets"])
        html = read(client, f"{address('odyssey')}?as=sim-stella")
        assert "Why it fits Stella Because you liked “Rockets and planets”." in words_of(html)
        assert reverse("recommender:react", args=["films"]) not in html


class TestAccess:
    def test_nobody_sees_what_alice_likes(
        self, client: Client, alice: Profile, charlie: User, operator: User, items: dict[str, Item]
    ) -> None:
        act(alice, items["rockets"])
        for other in (client, signed_in(charlie), signed_in(operator)):
            html = read(other, address("odyssey"))
            assert "Because you liked" not in html
            assert "Nothing is known of you yet" in html
            assert other.get(f"{address('odyssey')}?as=alice").status_code == 404

    def test_hidden_items_are_for_staff(
        self, client: Client, charlie: User, operator: User, items: dict[str, Item]
    ) -> None:
        Item.objects.filter(pk=items["odyssey"].pk).update(hidden=True)
        for visitor in (client, signed_in(charlie)):
            read(visitor, address("odyssey"), status=404)
        html = read(signed_in(operator), address("odyssey"))
        assert "This item is hidden" in html
        assert reverse("recommender:react", args=["films"]) + '"' not in html.split("item-page")[1].split("similar")[0]

    def test_catalogs_that_are_not_on_the_site_are_for_staff(
        self, client: Client, operator: User, catalog: Catalog, items: dict[str, Item]
    ) -> None:
        Catalog.objects.update(on_site=False)
        read(client, address("odyssey"), status=404)
        read(signed_in(operator), address("odyssey"))

    @pytest.mark.parametrize("named", ["nothing", "a\x00b", "x" * 3000])
    def test_unknown_items_are_not_found(self, client: Client, items: dict[str, Item], named: str) -> None:
        assert client.get(f"/c/films/items/{quote(named)}").status_code == 404

    def test_eyes_that_nobody_has_are_not_found(self, client: Client, items: dict[str, Item]) -> None:
        for eyes in ("nobody", "%00"):
            assert client.get(f"{address('odyssey')}?as={eyes}").status_code == 404

    def test_only_reading_is_allowed(self, client: Client, items: dict[str, Item]) -> None:
        assert client.post(address("odyssey")).status_code == 405


def test_queries_do_not_grow_with_history_or_catalog(
    space: EmbeddingSpace, alice: Profile, items: dict[str, Item], make_item: MakeItem
) -> None:
    browser = browser_of(alice)
    act(alice, items["rockets"])
    act(alice, items["comets"])
    read(browser, address("odyssey"))
    few = len(statements(lambda: read(browser, address("odyssey"))))
    for number in range(30):
        act(alice, make_item(f"more-{number}", title=f"Planets {number}"))
    embed_all(space)
    # With more items than are asked for, the index answers and no exact scan follows.
    assert len(statements(lambda: read(browser, address("odyssey")))) <= few
