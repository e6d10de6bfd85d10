"""GET /api/v1/search."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace
from tests.conftest import MakeItem, embed_all
from tests.recommender.api.conftest import MakeProgram
from users.models import User

ADDRESS = "/api/v1/search"


def ids(client: Client, **query: str) -> list[str]:
    answered = client.get(ADDRESS, query)
    assert answered.status_code == 200, answered.content
    return [result["id"] for result in answered.json()["results"]]


def test_items_are_found_by_words_and_meaning(program: MakeProgram, films: dict[str, Item]) -> None:
    body = program("read").get(ADDRESS, {"q": "quiet piano", "k": "2", "lang": "zh", "fields": "kind"}).json()
    assert {result["id"] for result in body["results"]} == {"piano-1", "piano-2"}
    first = body["results"][0]
    assert list(first) == ["rank", "id", "title", "score", "found_by", "item"]
    assert (first["found_by"], first["title"]) == (["words", "meaning"], f"中文 {first['id']}")


def test_filter_narrows_both_ways_of_finding(program: MakeProgram, films: dict[str, Item]) -> None:
    client = program("read")
    assert "piano-1" in ids(client, q="piano")
    filtered = ids(client, q="piano", filter="id ne 'piano-1' and not (id eq 'space-1')")
    assert set(filtered) == {"piano-2", "space-2", "space-3"}
    assert ids(client, q="piano", filter="kind eq '%s'") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "q"),
        ({"q": ""}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "a", "k": "0"}, "k"),
        ({"q": "a", "filter": "x"}, "filter"),
    ],
)
def test_mistakes_are_named(program: MakeProgram, catalog: Catalog, query: dict[str, str], field: str) -> None:
    answered = program("read").get(ADDRESS, query)
    assert answered.status_code == 400
    assert [fault["field"] for fault in answered.json()["errors"]] == [field]


def test_people_search_what_is_on_the_site(client: Client, charlie: User, films: dict[str, Item]) -> None:
    client.force_login(charlie)
    assert client.get(ADDRESS, {"catalog": "films", "q": "piano"}).status_code == 404
    Catalog.objects.update(on_site=True)
    assert client.get(ADDRESS, {"catalog": "films", "q": "piano"}).status_code == 200


def test_cost_does_not_grow(
    program: MakeProgram, films: dict[str, Item], make_item: MakeItem, space: EmbeddingSpace
) -> None:
    client = program("read")

    def queries(k: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            ids(client, q="rockets", k=k, filter="title ne ''", fields="kind")
        return len(captured)

    few = queries("1")
    for number in range(30):
        make_item(f"more-{number}", title=f"More rockets {number}")
    embed_all(space)
    assert queries("30") == queries("1") == few <= 10
