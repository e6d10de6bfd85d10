"""The search page: what it finds, and what it says where there is nothing to find."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from catalog.models import Catalog, Item
from recommender.embeddings.exceptions import EncoderUnavailable
from recommender.models import EmbeddingSpace, Slate
from tests.conftest import MakeItem, act, embed_all
from tests.recommender.services.statements import statements
from tests.recommender.views.browsing import browser_of, put_on_site, read, signed_in, words_of
from users.models import Profile, User


@pytest.fixture
def items(catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem) -> dict[str, Item]:
    put_on_site(catalog)
    made = {
        "rockets": make_item(
            "rockets", title="Rockets and planets", translations={"zh-hans": {"title": "火箭与行星"}}, kind="film"
        ),
        "pasta": make_item("pasta", title="Pasta at home", description="Dough, butter and a slow oven."),
    }
    embed_all(space)
    return made


@pytest.fixture
def address(items: dict[str, Item]) -> str:
    return reverse("recommender:search", args=["films"])


def shown(html: str) -> list[str]:
    return re.findall(r'<h3 class="title">\s*<a href="/c/films/items/([^"]*)"', html)


def test_finds_by_words_and_by_meaning_and_says_which(client: Client, address: str) -> None:
    html = read(client, address, q="rockets")
    assert shown(html) == ["rockets", "pasta"]
    assert "Found for “rockets”" in html
    assert "Found by its words and its meaning." in html
    assert "Found by its meaning." in html
    assert 'value="rockets"' in html


def test_chinese_is_found_and_shown(client: Client, address: str) -> None:
    html = read(client, address, language="zh-hans", q="火箭")
    assert shown(html)[0] == "rockets"
    assert "火箭与行星" in html


def test_words_that_no_item_has_are_said_to_be_nowhere(client: Client, address: str) -> None:
    html = read(client, address, q="butter dough")
    assert shown(html)[0] == "pasta"
    assert "No work has these words. These are nearest to what they mean." in html


@pytest.mark.parametrize("query", ["", "  ", "\x00"])
def test_empty_query_says_what_can_be_looked_for(client: Client, address: str, query: str) -> None:
    html = read(client, address, q=query)
    assert "What are you looking for?" in html
    assert shown(html) == []


def test_without_a_query_as_well(client: Client, address: str) -> None:
    assert "What are you looking for?" in read(client, address)


def test_too_long_a_query_says_how_long_it_may_be(client: Client, address: str) -> None:
    html = read(client, address, q="x" * 201, status=400)
    assert "The query has 201 characters: at most 200 are looked for." in html


def test_where_nothing_is_found_it_says_what_to_try(client: Client, address: str, space: EmbeddingSpace) -> None:
    EmbeddingSpace.objects.filter(pk=space.pk).update(serving=False)
    html = read(client, address, q="zzz")
    assert "Nothing was found. Try fewer or other words" in html
    assert reverse("recommender:catalog_home", args=["films"]) in html
    assert "this was found by words alone" in html


def test_without_the_language_model_words_are_found_and_it_is_said(
    client: Client, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_space: EmbeddingSpace) -> None:
        raise EncoderUnavailable("not there")

    monkeypatch.setattr("recommender.services.searching.encoder_of", away)
    html = read(client, address, q="rockets")
    assert shown(html) == ["rockets"]
    assert "The language model is away" in html


def test_more_results_are_a_link_away(client: Client, address: str, make_item: MakeItem) -> None:
    for number in range(30):
        make_item(f"moon-{number:02}", title=f"Moon {number:02} & more")
    html = read(client, address, q="moon & more")
    assert len(shown(html)) == 24
    assert 'href="?q=moon%20%26%20more&amp;k=48"' in html
    longer = read(client, address, q="moon & more", k="48")
    assert len([name for name in shown(longer) if name.startswith("moon-")]) == 30
    assert "Show more results" not in longer


@pytest.mark.parametrize(("asked", "length"), [("0", 1), ("-1", 24), ("abc", 24), ("²", 24), ("9999", 24), ("2", 2)])
def test_odd_lengths_are_mended(client: Client, address: str, make_item: MakeItem, asked: str, length: int) -> None:
    for number in range(30):
        make_item(f"moon-{number}")
    assert len(shown(read(client, address, q="moon", k=asked))) == length


def test_everything_from_outside_is_escaped(client: Client, address: str) -> None:
    evil = '"><script>alert(1)</script>'
    html = read(client, address, q=evil)
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_nothing_is_logged_or_made(client: Client, address: str) -> None:
    read(client, address, q="rockets")
    assert not Slate.objects.exists()
    assert not Profile.objects.exists()


class TestAccess:
    def test_hidden_items_are_not_found_by_anybody(
        self, client: Client, address: str, operator: User, items: dict[str, Item]
    ) -> None:
        Item.objects.filter(pk=items["rockets"].pk).update(hidden=True)
        for browser in (client, signed_in(operator)):
            assert shown(read(browser, address, q="rockets")) == ["pasta"]

    def test_catalog_that_is_not_on_the_site_is_for_staff(self, client: Client, address: str, operator: User) -> None:
        Catalog.objects.update(on_site=False)
        read(client, address, q="rockets", status=404)
        read(signed_in(operator), address, q="rockets")

    def test_what_alice_likes_is_pressed_for_her_alone(
        self, client: Client, address: str, alice: Profile, charlie: User, items: dict[str, Item]
    ) -> None:
        act(alice, items["rockets"])
        assert 'aria-pressed="true"' in read(browser_of(alice), address, q="rockets")
        for other in (client, signed_in(charlie)):
            assert 'aria-pressed="true"' not in read(other, address, q="rockets")

    def test_only_reading_is_allowed(self, client: Client, address: str) -> None:
        assert client.post(address, {"q": "rockets"}).status_code == 405


def test_page_speaks_chinese(client: Client, address: str) -> None:
    assert "你想找什么？" in words_of(read(client, address, language="zh-hans"))


def test_queries_do_not_grow_with_the_results(
    client: Client, address: str, space: EmbeddingSpace, make_item: MakeItem
) -> None:
    read(client, address, q="rockets")
    few = len(statements(lambda: read(client, address, q="rockets")))
    for number in range(20):
        make_item(f"more-{number}", title=f"Rockets {number}")
    embed_all(space)
    assert len(statements(lambda: read(client, address, q="rockets"))) <= few
