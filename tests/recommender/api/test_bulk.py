"""A thousand rows in a request: each answered for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.models import Interaction
from tests.conftest import MakeItem
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.sending import send
from users.models import Profile


@pytest.fixture
def writer(program: MakeProgram) -> Client:
    return program("admin")


def item(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"i{number}", "title": f"Item {number}", **fields}


def profile(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"p{number}", "name": f"Person {number}", **fields}


def interaction(number: int, **fields: Any) -> dict[str, Any]:
    return {"external_id": f"e{number}", "profile": "p", "item": "i", "kind": "view", "value": number, **fields}


def test_good_rows_are_kept_and_bad_ones_told(writer: Client) -> None:
    rows = [item(1), {"id": "i2"}, "text", item(3, attributes={"a": [1, None, {"b": "c"}]}), item(4, nope=1, tags=5)]
    answered = send(writer, "post", "bulk/items", rows)
    assert answered.status_code == 200
    told = answered.json()
    assert {name: told[name] for name in ("created", "updated", "unchanged", "refused")} == {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "refused": 3,
    }
    assert [(row["index"], row["id"], row["status"]) for row in told["results"]] == [
        (0, "i1", 201),
        (1, "i2", 400),
        (2, "", 400),
        (3, "i3", 201),
        (4, "i4", 400),
    ]
    assert [error["field"] for error in told["results"][4]["error"]["errors"]] == ["nope", "tags"]
    assert Item.objects.get(external_id="i3").attributes == {"a": [1, None, {"b": "c"}]}


def test_of_one_id_the_last_row_counts(writer: Client) -> None:
    told = send(writer, "post", "bulk/items", [item(1, kind="a"), item(2), item(1, title="Last")]).json()
    assert [row["outcome"] for row in told["results"]] == ["created", "created", "created"]
    assert "Row 2" in told["results"][0]["note"]
    stored = Item.objects.get(external_id="i1")
    assert (stored.title, stored.kind) == ("Last", "")


def test_interactions_are_answered_with_their_numbers(writer: Client, make_item: MakeItem) -> None:
    make_item("i")
    rows = [interaction(1), interaction(2, item="none"), {"profile": "q", "item": "i", "kind": "view", "sequence": 1}]
    told = send(writer, "post", "bulk/interactions?create_missing=profiles", rows).json()["results"]
    ids = list(Interaction.objects.order_by("pk").values_list("external_id", "pk"))
    assert {(row["external_id"], row["id"]) for row in told if row["status"] == 201} == set(ids)
    assert (told[1]["status"], told[1]["id"], told[1]["error"]["errors"][0]["field"]) == (404, None, "item")
    assert sorted(Profile.objects.values_list("external_id", flat=True)) == ["p", "q"]


def test_interaction_twice_in_a_request_is_stored_once(writer: Client, make_item: MakeItem) -> None:
    make_item("i")
    rows = [interaction(1, value=1)] * 3 + [interaction(1, value=2)]
    told = send(writer, "post", "bulk/interactions?create_missing=profiles", rows).json()["results"]
    assert [row["status"] for row in told] == [201] * 4
    assert Interaction.objects.get().value == 2


@pytest.mark.parametrize("body", [{}, {"rows": []}, "x", None])
def test_what_is_no_list_is_refused(writer: Client, body: object) -> None:
    assert send(writer, "post", "bulk/items", body).status_code == 400


def test_more_than_a_thousand_are_refused_as_a_whole(writer: Client) -> None:
    answered = send(writer, "post", "bulk/items", [item(number) for number in range(1_001)])
    assert answered.status_code == 413
    assert "1001" in answered.json()["detail"]
    assert not Item.objects.exists()


def test_thousand_of_each_are_taken(writer: Client) -> None:
    numbers = range(1_000)
    assert send(writer, "post", "bulk/items", [item(number) for number in numbers]).json()["created"] == 1_000
    assert send(writer, "post", "bulk/profiles", [profile(number) for number in numbers]).json()["created"] == 1_000
    rows = [interaction(number, profile=f"p{number}", item=f"i{number}") for number in numbers]
    assert send(writer, "post", "bulk/interactions", rows).json()["created"] == 1_000
    assert send(writer, "post", "bulk/interactions", rows).json()["unchanged"] == 1_000
    assert Interaction.objects.filter(value=7, profile__external_id="p7", item__external_id="i7").count() == 1


def test_empty_list_is_nothing_to_do(writer: Client) -> None:
    for name in ("items", "profiles", "interactions"):
        assert send(writer, "post", f"bulk/{name}", []).json()["results"] == []


def _queries(action: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert action().status_code == 200
    return len(captured)


@pytest.mark.parametrize(("name", "row"), [("items", item), ("profiles", profile), ("interactions", interaction)])
def test_number_of_statements_does_not_grow_with_rows(
    writer: Client, make_item: MakeItem, name: str, row: Callable[..., dict[str, Any]]
) -> None:
    make_item("i")
    where = f"bulk/{name}" + ("?create_missing=profiles" if name == "interactions" else "")

    def new(start: int, count: int) -> int:
        return _queries(lambda: send(writer, "post", where, [row(number) for number in range(start, start + count)]))

    def changed(count: int, **fields: Any) -> int:
        return _queries(lambda: send(writer, "post", where, [row(number, **fields) for number in range(count)]))

    new(900, 1)
    assert new(0, 1) == new(1, 40)
    fields: dict[str, Any] = {"details": {"a": 1}} if name == "interactions" else {"attributes": {"a": 1}}
    assert changed(1, **fields) == changed(40, **fields)


def test_catalogs_are_apart(writer: Client, other_catalog: Catalog, make_item: MakeItem) -> None:
    make_item("i1", catalog=other_catalog, title="Theirs")
    assert send(writer, "post", "bulk/items", [item(1)]).json()["created"] == 1
    assert Item.objects.get(catalog=other_catalog).title == "Theirs"
