"""Like, not for me, not interested, save: with htmx and without, taken back, and nobody else's business."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile
from users.models import Profile, User

REACT = "/c/films/react"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def film(catalog: Catalog, make_item: MakeItem) -> Item:
    catalog.on_site = True
    catalog.save()
    make_item("other")
    return make_item("space/1 a", title="Rockets & planets")


def said() -> list[tuple[str, str]]:
    return [(one.kind.name, one.item.external_id) for one in Interaction.objects.select_related("kind", "item")]


class TestFirstReaction:
    def test_makes_a_profile_for_the_session_which_the_next_one_finds(self, client: Client, film: Item) -> None:
        client.post(REACT, {"item": film.external_id, "kind": "like"})
        client.post(REACT, {"item": "other", "kind": "save"})
        assert Profile.objects.get().external_id.startswith("visitor-")
        assert sorted(said()) == [("like", film.external_id), ("save", "other")]

    def test_of_another_visitor_makes_another(self, client: Client, film: Item) -> None:
        for browser in (client, Client()):
            browser.post(REACT, {"item": film.external_id, "kind": "like"})
        assert Profile.objects.count() == 2

    def test_of_somebody_signed_in_is_their_accounts(self, client: Client, film: Item, charlie: User) -> None:
        client.force_login(charlie)
        client.post(REACT, {"item": film.external_id, "kind": "like"})
        assert Interaction.objects.get().profile.user == charlie


class TestWithHtmx:
    def test_controls_come_anew_and_what_happened_is_announced(self, client: Client, film: Item) -> None:
        html = client.post(
            REACT, {"item": film.external_id, "kind": "like", "next": "/c/films/"}, headers=HTMX
        ).content.decode()

        assert html.lstrip().startswith(f'<div class="controls" id="controls-{film.pk}">')
        assert re.search(rf'id="like-{film.pk}"\s+value="like"\s+name="undo" aria-pressed="true"', html)
        assert 'aria-label="Like “Rockets &amp; planets”"' in html
        announced = html[html.index('id="announcement"') :]
        assert 'hx-swap-oob="innerHTML"' in announced
        assert "You like “Rockets &amp; planets”: your lists follow." in announced
        assert 'name="undo" value="like"' in re.sub(r"\s+", " ", announced)
        assert f'hx-target="#controls-{film.pk}"' in announced
        assert '<a href="/c/films/">Show my new list</a>' in announced
        assert "<html" not in html

    @pytest.mark.parametrize("kind", ["dislike", "hide"])
    def test_what_was_refused_leaves_a_line_with_undo_on_the_button_that_was_pressed(
        self, client: Client, film: Item, kind: str
    ) -> None:
        html = client.post(REACT, {"item": film.external_id, "kind": kind}, headers=HTMX).content.decode()
        assert "“Rockets &amp; planets” is gone." in html
        assert re.search(rf'id="{kind}-{film.pk}"\s+name="undo"\s+value="{kind}"', html)
        assert "aria-pressed" not in html

    @pytest.mark.parametrize("kind", ["like", "dislike", "hide", "save"])
    def test_undo_brings_the_controls_back(self, client: Client, film: Item, kind: str) -> None:
        client.post(REACT, {"item": film.external_id, "kind": kind}, headers=HTMX)
        html = client.post(REACT, {"item": film.external_id, "undo": kind}, headers=HTMX).content.decode()
        assert said() == []
        assert html.count('aria-pressed="false"') == 4
        assert "Taken back: your lists are made without it." in html
        assert 'name="undo"' not in html
        assert "autofocus" not in html

    def test_undo_from_the_announcement_takes_the_focus_to_the_button(self, client: Client, film: Item) -> None:
        client.post(REACT, {"item": film.external_id, "kind": "hide"}, headers=HTMX)
        fields = {"item": film.external_id, "undo": "hide", "announced": "1"}
        html = client.post(REACT, fields, headers=HTMX).content.decode()
        assert html.count("autofocus") == 1
        assert re.search(rf'id="hide-{film.pk}"[^>]*autofocus', html)

    def test_controls_know_where_they_came_from(self, client: Client, film: Item, catalog: Catalog) -> None:
        slate_id = recommend(catalog=catalog).request_id
        fields = {"item": film.external_id, "kind": "like", "slate": str(slate_id), "next": "/c/films/search?q=x"}
        html = client.post(REACT, fields, headers=HTMX).content.decode()
        assert f'name="slate" value="{slate_id}"' in html
        assert 'value="/c/films/search?q=x"' in html


class TestWithoutHtmx:
    def test_it_goes_back_and_the_page_announces_it_once_with_undo(self, client: Client, film: Item) -> None:
        answered = client.post(REACT, {"item": film.external_id, "kind": "dislike", "next": "/c/films/?x=1"})
        assert (answered.status_code, answered.headers["Location"]) == (302, "/c/films/?x=1")

        html = client.get("/c/films/").content.decode()
        announced = html[html.index('id="announcement"') :]
        assert "“Rockets &amp; planets” is not for you" in announced
        assert f'name="item" value="{film.external_id}"' in announced
        assert "hx-target" not in announced
        assert "is not for you" not in client.get("/c/films/").content.decode()

        client.post(REACT, {"item": film.external_id, "undo": "dislike"})
        assert said() == []
        html = client.get("/c/films/").content.decode()
        assert "Taken back" in html
        assert 'name="undo" value="dislike"' not in re.sub(r"\s+", " ", html[html.index('id="announcement"') :])

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
    def test_it_leads_nowhere_else(self, client: Client, film: Item, elsewhere: str) -> None:
        answered = client.post(REACT, {"item": film.external_id, "kind": "like", "next": elsewhere})
        assert answered.headers["Location"] == "/c/films/"


class TestWhoMay:
    def test_nobody_takes_back_what_another_said(
        self, client: Client, film: Item, make_profile: MakeProfile, charlie: User
    ) -> None:
        client.post(REACT, {"item": film.external_id, "kind": "like"})
        stranger = Client()
        signed_in = Client()
        signed_in.force_login(charlie)
        for browser in (stranger, signed_in):
            browser.post(REACT, {"item": film.external_id, "undo": "like"})
        assert said() == [("like", film.external_id)]
        # Taking back is not a reason to remember somebody.
        assert Profile.objects.count() == 1

    def test_session_cannot_name_another_persons_profile(self, client: Client, film: Item, charlie: User) -> None:
        of_charlie = Profile.objects.create(catalog=film.catalog, external_id="charlie", user=charlie)
        simulated = Profile.objects.create(catalog=film.catalog, external_id="sim", simulated=True)
        for profile in (of_charlie, simulated):
            session = client.session
            session["profiles"] = {str(film.catalog_id): profile.pk}
            session.save()
            client.post(REACT, {"item": film.external_id, "kind": "like"})
            assert not Interaction.objects.filter(profile=profile).exists()

    def test_answer_of_another_person_is_not_recorded(self, client: Client, film: Item, bob: Profile) -> None:
        of_bob = recommend(catalog=film.catalog, profile=bob).request_id
        client.post(REACT, {"item": film.external_id, "kind": "like", "slate": str(of_bob)})
        client.post(REACT, {"item": "other", "kind": "like", "slate": str(uuid.uuid4())})
        client.post(REACT, {"item": "other", "kind": "save", "slate": "x"})
        assert [one.slate_id for one in Interaction.objects.all()] == [None] * 3

    def test_form_without_its_token_is_refused(self, film: Item) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(REACT, {"item": film.external_id, "kind": "like"}).status_code == 403
        assert said() == []


@pytest.mark.parametrize(
    "fields", [{"kind": "view"}, {"kind": ""}, {}, {"undo": "rating"}, {"kind": "like", "item": "a\x00"}]
)
def test_what_cannot_be_said_is_refused(client: Client, film: Item, fields: dict[str, str]) -> None:
    assert client.post(REACT, {"item": film.external_id, **fields}).status_code == 400
    assert not Profile.objects.exists()


def test_item_that_cannot_be_seen_is_not_found(
    client: Client, film: Item, make_item: MakeItem, other_catalog: Catalog
) -> None:
    make_item("hidden", hidden=True)
    Item.objects.create(catalog=other_catalog, external_id="soup", title="Soup")
    for name in ("hidden", "soup", "nothing", ""):
        assert client.post(REACT, {"item": name, "kind": "like"}).status_code == 404
    assert client.post("/c/dishes/react", {"item": "soup", "kind": "like"}).status_code == 404
    assert not Profile.objects.exists()


def test_kind_that_the_catalog_does_not_have_is_told(client: Client, film: Item) -> None:
    film.catalog.interaction_kinds.filter(name="save").delete()
    assert client.post(REACT, {"item": film.external_id, "kind": "save"}).status_code == 409


def test_looking_is_not_reacting(client: Client, film: Item) -> None:
    assert client.get(REACT, {"item": film.external_id, "kind": "like"}).status_code == 405
