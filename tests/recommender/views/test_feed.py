"""The home page: its rows and their reasons, whom it is for, and how the list goes on."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import Interaction, Slate
from recommender.services.feed import FIRST_ROW_LENGTH, ROW_LENGTH
from recommender.services.recommending import recommend
from tests.conftest import MakeProfile, act
from tests.recommender.services.arranging import Plane, everybody_likes, open_plane
from users.models import Profile, User

HTMX = {"HX-Request": "true"}


@pytest.fixture
def plane(catalog: Catalog) -> Plane:
    catalog.on_site = True
    catalog.save()
    return open_plane(catalog)


@pytest.fixture
def works(plane: Plane) -> dict[str, Item]:
    return {
        f"{kind}-{number}": plane.item(
            f"{kind}-{number}", 0, number % 2, (number + 1) % 2, 0.01 * number, kind=kind, title=f"{kind} No. {number}"
        )
        for kind in ("film", "book")
        for number in range(40)
    }


@pytest.fixture
def stella(make_profile: MakeProfile, works: dict[str, Item]) -> Profile:
    profile = make_profile("sim-stella", name="Stella", simulated=True)
    act(profile, works["film-2"])
    return profile


@pytest.fixture
def signed_in(client: Client, charlie: User, catalog: Catalog, works: dict[str, Item]) -> Profile:
    """Charlie in front of the page, who likes a film."""
    client.force_login(charlie)
    profile = Profile.objects.create(catalog=catalog, external_id="charlie", user=charlie)
    act(profile, works["film-2"])
    return profile


def page(client: Client, path: str = "/", language: str = "en", **query: str) -> str:
    answered = client.get(path, query, headers={"Accept-Language": language})
    assert answered.status_code == 200
    return answered.content.decode()


def titles(html: str) -> list[str]:
    return re.findall(r'<h3 class="title">\s*<a [^>]*>(.*?)</a>', html)


def headings(html: str) -> list[str]:
    return [unescape(heading) for heading in re.findall(r'<h2 id="row-[^>]*>(.*?)</h2>', html)]


def more_address(html: str) -> str | None:
    found = re.search(r'href="([^"]*/more\?[^"]*)"', html)
    return unescape(found[1]) if found else None


class TestSomebodyUnknown:
    def test_is_shown_what_is_popular_invited_and_offered_simulated_eyes(self, client: Client, stella: Profile) -> None:
        html = page(client)

        assert headings(html) == ["Popular now", "Popular books", "Popular films"]
        assert titles(html)[0] == "film No. 2"
        assert "What others like most." in html
        assert "GENRE does not know you yet" in html
        assert 'href="/c/films/welcome"' in html
        assert re.search(r'<option value="sim-stella"\s*>Stella</option>', html)
        assert "a simulated person: made up for showing GENRE, nobody's data" in html
        assert "Nothing is known about the person yet" not in html

    def test_is_not_made_a_profile_by_looking(self, client: Client, stella: Profile) -> None:
        page(client)
        page(client, "/c/films/welcome")
        assert Profile.objects.get() == stella
        assert not client.session.keys()


class TestSomebodyKnown:
    def test_has_rows_with_their_reasons_and_no_invitation(
        self, client: Client, signed_in: Profile, works: dict[str, Item]
    ) -> None:
        everybody_likes(signed_in.catalog, works["book-39"], at=timezone.now())
        everybody_likes(signed_in.catalog, works["book-37"], at=timezone.now())
        html = page(client)

        assert headings(html) == [
            "For you",
            "Because you liked “film No. 2”",
            "Books for you",
            "Films for you",
            "Popular now",
        ]
        for reason in ("Because you liked “film No. 2”.", "Similar to “film No. 2”.", "Popular with others."):
            assert reason in html
        assert "GENRE does not know you yet" not in html
        assert "film No. 2" not in titles(html)

    def test_headings_are_in_the_readers_language(self, client: Client, signed_in: Profile) -> None:
        assert headings(page(client, language="zh-hans")) == [
            "为你推荐",
            "因为你喜欢“film No. 2”",
            "为你推荐的书",
            "为你推荐的电影",
            "大家都喜欢",
        ]

    def test_sees_no_item_twice(self, client: Client, signed_in: Profile) -> None:
        shown = titles(page(client))
        assert len(shown) == FIRST_ROW_LENGTH + 4 * ROW_LENGTH
        assert max(Counter(shown).values()) == 1

    def test_card_leads_to_the_item_and_to_why(self, client: Client, signed_in: Profile) -> None:
        html = page(client)
        slate = Slate.objects.filter(profile=signed_in).earliest("created_at")
        name = slate.results[0]["item_id"]
        assert f'href="/c/films/items/{name}"' in html
        assert re.search(rf'href="/c/films/why/[0-9a-f-]+/{name}"', html)

    def test_what_was_said_is_shown_as_pressed(
        self, client: Client, signed_in: Profile, works: dict[str, Item], plane: Plane
    ) -> None:
        plane.configure({"seen": {"policy": "always"}})
        act(signed_in, works["film-4"], kind="save")
        html = page(client)
        key = works["film-4"].pk
        assert re.search(rf'id="save-{key}"\s+value="save"\s+name="undo" aria-pressed="true"', html)
        assert re.search(rf'id="like-{key}"\s+value="like"\s+name="kind" aria-pressed="false"', html)
        assert 'aria-label="Save “film No. 4”"' in html

    def test_is_told_that_personalisation_is_off(self, client: Client, signed_in: Profile) -> None:
        Profile.objects.filter(pk=signed_in.pk).update(personalise=False)
        html = page(client)
        assert headings(html)[0] == "Popular now"
        assert "Personalisation is off: this is what is popular." in html
        assert "GENRE does not know you yet" not in html


class TestSimulatedEyes:
    def test_list_is_theirs_and_a_banner_says_so(self, client: Client, stella: Profile) -> None:
        html = page(client, **{"as": "sim-stella"})
        assert headings(html)[:2] == ["For Stella", "Because you liked “film No. 2”"]
        assert "You are looking through the eyes of Stella, a simulated person" in html
        assert '<a href="/c/films/">Look through your own eyes again</a>' in html

    def test_nothing_can_be_done(self, client: Client, stella: Profile) -> None:
        assert 'action="/c/films/react"' in page(client)
        assert 'action="/c/films/react"' not in page(client, **{"as": "sim-stella"})

    def test_list_goes_on_as_theirs(self, client: Client, stella: Profile) -> None:
        address = more_address(page(client, **{"as": "sim-stella"}))
        assert address is not None
        assert parse_qs(urlsplit(address).query)["as"] == ["sim-stella"]
        page(client, address)
        assert Slate.objects.latest("created_at").profile == stella
        # Without the eyes these answers are not the visitor's.
        assert client.get(address.replace("as=sim-stella&", "")).status_code == 404


class TestMore:
    @pytest.mark.parametrize("with_htmx", [True, False])
    def test_goes_on_to_the_end_without_a_repeat(self, client: Client, signed_in: Profile, with_htmx: bool) -> None:
        html = page(client)
        shown = titles(html)
        while (address := more_address(html)) is not None:
            html = client.get(address, headers=HTMX if with_htmx else {}).content.decode()
            assert ("<html" in html) is not with_htmx
            shown += titles(html)
        assert len(shown) == 79
        assert max(Counter(shown).values()) == 1

    def test_htmx_is_given_cards_the_next_link_and_an_announcement(self, client: Client, signed_in: Profile) -> None:
        address = more_address(page(client))
        assert address is not None
        answered = client.get(address, headers=HTMX)
        html = answered.content.decode()
        assert html.lstrip().startswith("<li")
        assert html.count("autofocus") == 1
        assert re.search(r'id="more"\s+hx-swap-oob="true"', html)
        assert "12 more items." in html
        assert "HX-Request" in answered.headers["Vary"]

    def test_without_htmx_it_is_a_page_with_a_way_back(self, client: Client, signed_in: Profile) -> None:
        address = more_address(page(client))
        assert address is not None
        html = page(client, address)
        assert "<h1>The list goes on</h1>" in html
        assert '<a href="/c/films/">Back to the start page</a>' in html

    def test_another_persons_list_is_not_found(
        self, client: Client, signed_in: Profile, alice: Profile, plane: Plane
    ) -> None:
        of_alice = recommend(catalog=plane.catalog, profile=alice)
        address = more_address(page(client))
        assert address is not None
        assert client.get(address).status_code == 200
        assert client.get("/c/films/more", {"after": of_alice.request_id.hex}).status_code == 404
        assert client.get(f"{address},{of_alice.request_id.hex}").status_code == 404
        assert not Slate.objects.filter(profile=alice).exclude(pk=of_alice.request_id).exists()

    @pytest.mark.parametrize("after", ["", "x", "1,2", "\x00"])
    def test_malformed_address_is_not_found(self, client: Client, works: dict[str, Item], after: str) -> None:
        assert client.get("/c/films/more", {"after": after}).status_code == 404


def test_disliked_item_never_returns(client: Client, signed_in: Profile, works: dict[str, Item]) -> None:
    first = titles(page(client))[0]
    item = Item.objects.get(title=first)
    client.post("/c/films/react", {"item": item.external_id, "kind": "dislike"})
    html = page(client)
    shown = titles(html)
    while (address := more_address(html)) is not None:
        html = page(client, address)
        shown += titles(html)
    assert len(shown) == 78
    assert first not in shown
    assert Interaction.objects.filter(profile=signed_in, kind__name="dislike", item=item).exists()


def test_more_items_and_profiles_cost_no_more_queries(
    client: Client, signed_in: Profile, plane: Plane, make_profile: MakeProfile
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(titles(page(client))) == FIRST_ROW_LENGTH + 4 * ROW_LENGTH
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    queries()  # The first answer makes the month's partition.
    few = queries()
    for number in range(40, 80):
        make_profile(f"sim-{number}", simulated=True)
        for kind in ("film", "book"):
            item = plane.item(f"{kind}-{number}", 0, number % 2, (number + 1) % 2, 0.01 * number, kind=kind)
            if number % 5 == 0:
                act(signed_in, item, kind="view")
    # Simulated people to choose from cost one query, whether there are any.
    assert queries() == few <= 90
