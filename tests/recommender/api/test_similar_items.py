"""GET /api/v1/items/{external_id}/similar."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace
from tests.conftest import MakeItem, embed_all
from tests.recommender.api.conftest import Ask
from users.models import User


def address(external_id: str) -> str:
    return f"/api/v1/items/{quote(external_id, safe='')}/similar"


def test_nearest_items_come_without_the_item_itself(ask: Ask, films: dict[str, Item]) -> None:
    body = ask(address("piano-1"), catalog="films", k=1).json()

    assert (body["basis"], body["degraded"]) == ("item", False)
    (result,) = body["results"]
    assert (result["rank"], result["id"]) == (1, "piano-2")
    assert result["parts"] == {"similarity": result["score"]}
    assert result["reason"] == "Similar to “Quiet piano in the evening”."


def test_chinese_is_spoken_where_it_is_asked_for(ask: Ask, films: dict[str, Item]) -> None:
    result = ask(address("piano-1"), catalog="films", k=1, lang="zh-hans").json()["results"][0]
    assert (result["title"], result["reason"]) == ("中文 piano-2", "与“中文 piano-1”相似。")


@pytest.mark.parametrize(
    "external_id",
    [
        "a/b",
        "/leading",
        "trailing/",
        "http://example.com/item?id=1&x=2#top",
        "100% cotton",
        "two\nlines",
        " blanks ",
        "电影/流浪地球",
        "similar",
        "x/similar",
        "a+b;c",
        "%2F",
    ],
)
def test_external_id_may_hold_any_character(
    ask: Ask, films: dict[str, Item], make_item: MakeItem, space: EmbeddingSpace, external_id: str
) -> None:
    make_item(external_id, title="Quiet evening piano again")
    embed_all(space)

    body = ask(address(external_id), catalog="films", k=2).json()

    assert {result["id"] for result in body["results"]} == {"piano-1", "piano-2"}


def test_unencoded_slashes_work_too(ask: Ask, films: dict[str, Item], make_item: MakeItem) -> None:
    make_item("shelf/3")
    assert ask("/api/v1/items/shelf/3/similar", catalog="films").status_code == 200


def test_similar_answer_is_read_again_by_its_id(ask: Ask, films: dict[str, Item]) -> None:
    given = ask(address("space-1"), catalog="films").json()
    assert ask(f"/api/v1/recommendations/{given['request_id']}", catalog="films").json() == given


def test_item_of_another_catalog_is_not_found(ask: Ask, films: dict[str, Item], other_catalog: Catalog) -> None:
    answered = ask(address("space-1"), catalog="dishes")

    assert answered.status_code == 404
    assert answered.json()["detail"] == "The catalog “dishes” has no item “space-1”."


@pytest.mark.parametrize(
    ("external_id", "query", "field"),
    [
        ("a\x00b", {}, "external_id"),
        ("x" * 300, {}, "external_id"),
        ("space-1", {"k": "0"}, "k"),
        ("space-1", {"profile": "alice"}, "profile"),
        ("space-1", {"catalog": ""}, "catalog"),
    ],
)
def test_bad_parameter_is_named(
    ask: Ask, films: dict[str, Item], external_id: str, query: dict[str, str], field: str
) -> None:
    answered = ask(address(external_id), **{"catalog": "films", **query})

    assert answered.status_code == 400
    assert [fault["field"] for fault in answered.json()["errors"]] == [field]


def test_more_results_cost_no_more_queries(client: Client, operator: User, films: dict[str, Item]) -> None:
    client.force_login(operator)

    def queries(k: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(address("space-1"), {"catalog": "films", "k": str(k)})
        return len(captured)

    queries(1)  # The first answer makes the month's partition.
    assert queries(1) == queries(4) <= 18
