"""Cursors: no row twice, none left out, and none but those that were given out."""

from __future__ import annotations

import base64
import json

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.api.pagination import page_of
from tests.conftest import MakeItem
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.trial import ADDRESS


@pytest.fixture(autouse=True)
def _trial_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.recommender.api.trial"


@pytest.fixture
def client(program: MakeProgram) -> Client:
    return program("read")


def walk(client: Client, limit: int) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor: dict[str, str | int] = {}
    while True:
        body = client.get(ADDRESS, {**cursor, "limit": limit}).json()
        pages.append([row["id"] for row in body["results"]])
        if body["next"] is None:
            return pages
        cursor = {"cursor": body["next"]}


def test_pages_hold_every_row_once_though_many_are_alike(client: Client, make_item: MakeItem) -> None:
    for number in range(7):
        make_item(f"{number}", title="alike" if number > 1 else "中文 \\ \" '")
    assert walk(client, 3) == [["2", "3", "4"], ["5", "6", "0"], ["1"]]
    assert walk(client, 7) == [["2", "3", "4", "5", "6", "0", "1"]]


def test_empty_list_has_no_next_page(client: Client) -> None:
    assert client.get(ADDRESS).json() == {"results": [], "next": None, "language": "en"}


def test_list_goes_on_though_its_last_row_is_gone_and_others_came(client: Client, make_item: MakeItem) -> None:
    for name in ("a", "b", "c"):
        make_item(name)
    first = client.get(ADDRESS, {"limit": 2}).json()
    Item.objects.filter(external_id="b").delete()
    make_item("aa")
    assert client.get(ADDRESS, {"cursor": first["next"]}).json()["results"] == [{"id": "c", "title": "c"}]


def test_newest_first_keeps_microseconds(catalog: Catalog, make_item: MakeItem) -> None:
    now = timezone.now().replace(microsecond=123_456)
    for number in range(4):
        make_item(f"{number}", published_at=now.replace(microsecond=123_456 + number // 2))
    rows, order = Item.objects.filter(catalog=catalog), ["-published_at", "-pk"]
    first = page_of(rows, order=order, asked={"limit": 3})
    second = page_of(rows, order=order, asked={"limit": 3, "cursor": first.next})
    names = [[item.external_id for item in page.rows] for page in (first, second)]
    assert (names, second.next) == ([["3", "2", "1"], ["0"]], None)


def test_each_page_is_one_query_without_a_count(client: Client, make_item: MakeItem) -> None:
    for number in range(9):
        make_item(f"{number}")
    with CaptureQueriesContext(connection) as queries:
        cursor = client.get(ADDRESS, {"limit": 4}).json()["next"]
        client.get(ADDRESS, {"limit": 4, "cursor": cursor})
    assert len(queries) == 4
    assert not any("COUNT" in query["sql"] for query in queries)


def forged(values: object, salt: str = "forged") -> str:
    return Signer(salt=salt).sign(base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("="))


@pytest.mark.parametrize(
    "cursor", ["x", "x:y", "", ":", "é", "WyJhIiwxXQ", forged(["a", 1]), "0" * 4096, "0" * 5000, "' OR 1=1 --"]
)
def test_cursor_that_was_not_given_out_is_refused(client: Client, cursor: str) -> None:
    answered = client.get(ADDRESS, {"cursor": cursor})
    assert answered.status_code == 400
    assert [fault["field"] for fault in answered.json()["errors"]] == ["cursor"]


def test_cursor_of_another_list_is_refused(client: Client, catalog: Catalog, make_item: MakeItem) -> None:
    for name in ("a", "b"):
        make_item(name)
    other = page_of(Item.objects.all(), order=["-title", "-pk"], asked={"limit": 1}).next
    assert client.get(ADDRESS, {"cursor": other or ""}).status_code == 400


def test_order_of_two_ways_is_a_mistake_of_the_program(db: None) -> None:
    with pytest.raises(ValueError, match="one way"):
        page_of(Item.objects.all(), order=["title", "-pk"], asked={"limit": 1})
