"""Getting to know a newcomer: what is offered, what is recorded, and the list that it makes."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.answering import LONGEST_STATEMENT
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, act, embed_all
from users.models import Profile, User

WELCOME = "/c/films/welcome"


@pytest.fixture
def works(catalog: Catalog, make_item: MakeItem) -> list[Item]:
    catalog.on_site = True
    catalog.save()
    chinese = {"zh-hans": {"categories": ["电影", "科幻"]}}
    return [
        make_item(f"space-{n}", kind="film", categories=["Film", "Science fiction"], translations=chinese)
        for n in range(8)
    ] + [make_item(f"war-{n}", kind="film", categories=["Film", "War"]) for n in range(8)]


def offered(html: str) -> list[str]:
    return re.findall(r'name="item"\s+value="([^"]+)"', html)


def said() -> list[tuple[str, str]]:
    return sorted((one.kind.name, one.item.external_id) for one in Interaction.objects.select_related("kind", "item"))


def test_works_are_offered_in_groups_with_a_way_past_them(client: Client, works: list[Item]) -> None:
    html = client.get(WELCOME).content.decode()
    assert len(offered(html)) == len(set(offered(html))) == 12
    assert "<h2>Films</h2>" in html
    assert re.findall(r"<legend>\s*([\w ]+)", html) == ["Science fiction", "War"]
    assert re.search(r'href="/c/films/"\s*>Skip this</a>', html)
    chinese = client.get(WELCOME, headers={"Accept-Language": "zh"}).content.decode()
    assert "科幻" in chinese
    assert ">电影</h2>" in chinese


def test_popular_works_come_first_and_seen_ones_are_not_asked_for(
    client: Client, works: list[Item], alice: Profile, charlie: User
) -> None:
    act(alice, works[7])
    assert offered(client.get(WELCOME).content.decode())[0] == "space-7"
    client.force_login(charlie)
    act(Profile.objects.create(catalog=works[0].catalog, external_id="charlie", user=charlie), works[7])
    assert "space-7" not in offered(client.get(WELCOME).content.decode())


def test_choice_and_words_are_recorded_at_once_and_the_list_is_shown(client: Client, works: list[Item]) -> None:
    answered = client.post(WELCOME, {"item": ["space-1", "war-2"], "statement": " Slow\r\nfilms. "})

    assert (answered.status_code, answered.headers["Location"]) == (302, "/c/films/")
    assert said() == [("like", "space-1"), ("like", "war-2")]
    assert Profile.objects.get().statement == "Slow\nfilms."
    html = client.get("/c/films/").content.decode()
    assert "2 works are noted as liked. Your words are noted." in html
    assert '<h2 id="row-for-you">For you</h2>' in html


def test_words_alone_are_enough_and_stand_there_the_next_time(client: Client, works: list[Item]) -> None:
    client.post(WELCOME, {"statement": "Quiet piano <3"})
    assert said() == []
    assert Profile.objects.get().statement == "Quiet piano <3"
    assert ">Quiet piano &lt;3</textarea>" in client.get(WELCOME).content.decode()


def test_choice_sent_twice_is_there_once(client: Client, works: list[Item]) -> None:
    for _ in range(2):
        client.post(WELCOME, {"item": ["space-1"]})
    assert said() == [("like", "space-1")]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Nothing is chosen yet"),
        ({"statement": " \r\n "}, "Nothing is chosen yet"),
        ({"item": ["unknown"]}, "Nothing is chosen yet"),
        ({"item": ["a\x00"]}, "This cannot be read."),
        ({"item": ["war-1"], "statement": "a\x00"}, "This cannot be read."),
        ({"item": [f"x-{n}" for n in range(201)]}, "This cannot be read."),
        (
            {"item": ["war-1"], "statement": "x" * (LONGEST_STATEMENT + 1)},
            "Please say it in 500 characters or fewer; these are 501.",
        ),
    ],
)
def test_mistakes_are_told_and_nothing_is_recorded(
    client: Client, works: list[Item], fields: dict[str, object], sentence: str
) -> None:
    answered = client.post(WELCOME, fields)
    assert answered.status_code == 400
    assert sentence in answered.content.decode()
    assert said() == []
    assert not Profile.objects.exclude(statement="").exists()


def test_what_was_chosen_is_still_chosen_after_a_mistake(client: Client, works: list[Item]) -> None:
    words = "x" * 501
    html = client.post(WELCOME, {"item": ["war-1"], "statement": words}).content.decode()
    assert re.findall(r'value="([^"]+)"\s+checked', html) == ["war-1"]
    assert words in html


def test_hidden_and_foreign_works_cannot_be_chosen(
    client: Client, works: list[Item], make_item: MakeItem, other_catalog: Catalog
) -> None:
    make_item("hidden", hidden=True)
    Item.objects.create(catalog=other_catalog, external_id="soup", title="Soup")
    client.post(WELCOME, {"item": ["war-1", "hidden", "soup"]})
    assert said() == [("like", "war-1")]


def test_each_visitor_speaks_for_themselves(client: Client, works: list[Item], charlie: User) -> None:
    client.post(WELCOME, {"item": ["war-1"], "statement": "Secret words"})
    signed_in = Client()
    signed_in.force_login(charlie)
    for browser in (Client(), signed_in):
        assert "Secret words" not in browser.get(WELCOME).content.decode()
        browser.post(WELCOME, {"item": ["war-2"]})
    assert Profile.objects.count() == 3
    assert said() == [("like", "war-1"), ("like", "war-2"), ("like", "war-2")]


def test_catalog_that_is_not_on_the_site_is_not_found(client: Client, works: list[Item]) -> None:
    Catalog.objects.update(on_site=False)
    assert client.get(WELCOME).status_code == 404
    assert client.post(WELCOME, {"item": ["war-1"]}).status_code == 404


def test_more_works_cost_no_more_queries(client: Client, works: list[Item], make_item: MakeItem) -> None:
    def queries(send: bool) -> int:
        with CaptureQueriesContext(connection) as captured:
            names = [work.external_id for work in Item.objects.all()]
            if send:
                Client().post(WELCOME, {"item": names[:100]})
            else:
                client.get(WELCOME)
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    few = [queries(send) for send in (False, True)]
    for number in range(90):
        make_item(f"more-{number}", kind="film", categories=["Film", "War", f"Rare {number % 9}"])
    assert [queries(send) for send in (False, True)] == few
    assert few[0] <= 10


def test_five_picks_in_one_category_make_a_list_of_it(client: Client, db: None, settings: Settings) -> None:
    settings.GENRE_DEFAULT_ENCODER = "multilingual-use"
    call_command("load_showcase", verbosity=0)
    catalog = Catalog.objects.get(slug="showcase")
    embed_all(catalog.embedding_spaces.get())
    popular = {result.item_id for result in recommend(catalog=catalog, k=10).results}

    for category in ("Science fiction", "Suspense", "Horror", "Jazz"):
        newcomer = Client()
        html = newcomer.get("/c/showcase/welcome").content.decode()
        of_category = {item.external_id for item in catalog.items.filter(categories__contains=[category])}
        picks = [name for name in offered(html) if name in of_category][:5]
        assert len(picks) == 5, category

        newcomer.post("/c/showcase/welcome", {"item": picks})

        profile = Profile.objects.filter(user=None, simulated=False).latest("pk")
        first = {result.item_id for result in recommend(catalog=catalog, profile=profile, k=10).results}
        assert len(first & of_category) >= 6, category
        assert len(first & popular) <= 3, category
