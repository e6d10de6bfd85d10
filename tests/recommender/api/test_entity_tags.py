"""ETag, If-Match and If-None-Match."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from catalog.models import Item
from recommender.api.entity_tags import entity_tag
from tests.conftest import MakeItem
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.trial import ADDRESS

PLACE = f"{ADDRESS}/one"


@pytest.fixture(autouse=True)
def _trial_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.recommender.api.trial"


@pytest.fixture
def client(program: MakeProgram) -> Client:
    return program("read", "write:items")


def put(client: Client, title: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.put(PLACE, {"title": title}, content_type="application/json", headers=named)


def test_tag_is_of_the_content_alone() -> None:
    moment = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    assert entity_tag({"a": 1, "b": moment}) == entity_tag({"b": moment, "a": 1})
    assert entity_tag({"a": 1}) != entity_tag({"a": 2})
    assert entity_tag({"a": 1})[0] == entity_tag({"a": 1})[-1] == '"'


def test_reader_who_has_it_gets_304_without_a_body(client: Client, make_item: MakeItem) -> None:
    make_item("one")
    tag = client.get(PLACE).headers["ETag"]
    again = client.get(PLACE, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    Item.objects.update(title="Changed")
    assert client.get(PLACE, headers={"If-None-Match": tag}).status_code == 200


def test_write_with_an_old_tag_changes_nothing(client: Client, make_item: MakeItem) -> None:
    make_item("one", title="First")
    seen = client.get(PLACE).headers["ETag"]
    second = put(client, "Second", If_Match=seen)
    late = put(client, "Third", If_Match=seen)
    assert (second.status_code, late.status_code, late.headers["Content-Type"]) == (
        200,
        412,
        "application/problem+json",
    )
    assert Item.objects.get().title == "Second"
    assert put(client, "Fourth", If_Match=second.headers["ETag"]).status_code == 200


def test_weak_tag_matches_no_write(client: Client, make_item: MakeItem) -> None:
    make_item("one", title="First")
    assert put(client, "Second", If_Match="W/" + client.get(PLACE).headers["ETag"]).status_code == 412


def test_star_matches_what_there_is(client: Client, make_item: MakeItem) -> None:
    assert put(client, "New", If_Match="*").status_code == 412
    assert put(client, "New", If_None_Match="*").status_code == 200
    assert put(client, "Newer", If_None_Match="*").status_code == 412
    assert put(client, "Newest", If_Match="*").status_code == 200
    assert Item.objects.get().title == "Newest"


def test_compressed_answers_have_a_strong_tag_that_is_good_for_both(client: Client, make_item: MakeItem) -> None:
    make_item("one", title="long " * 100)
    plain = client.get(PLACE).headers["ETag"]
    compressed = client.get(PLACE, headers={"Accept-Encoding": "gzip"})
    tag = compressed.headers["ETag"]
    assert (compressed.headers["Content-Encoding"], tag) == ("gzip", f'{plain[:-1]}-gzip"')
    assert client.get(PLACE, headers={"If-None-Match": tag}).status_code == 304
    assert put(client, "Short", If_Match=tag).status_code == 200


def test_what_has_a_tag_may_be_kept_by_its_reader_alone(client: Client, make_item: MakeItem) -> None:
    make_item("one")
    assert client.get(PLACE).headers["Cache-Control"] == "private, no-cache"
    assert client.get(ADDRESS).headers["Cache-Control"] == "private, no-store"
