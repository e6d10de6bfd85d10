"""Texts that are meant to do harm: refused, or stored and given back as the text that they are."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from catalog.models import Item
from recommender.models import Interaction
from tests.conftest import MakeItem, MakeProfile
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.sending import address, send
from users.models import Profile

HARMLESS = [
    "'; DROP TABLE catalog_item; --",
    "<script>alert(1)</script>",
    '{"a": 1}',
    "{a,b}",
    'quote " backslash \\ comma, NULL',
    "NULL",
    "%s %(catalog)s %% {0} {staged}",
    "$1 $$ E'\\x41'",
    "\\N",
    "中文 🚀 עברית",
]
# JSON as it is sent: Python's own writer would not write some of these.
REFUSED = [r"\u0000", r"a\u0000b", r"\ud800", r"x\udfffy"]


@pytest.fixture
def writer(program: MakeProgram) -> Client:
    return program("admin")


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_comes_back_as_it_was(writer: Client, make_item: MakeItem, text: str) -> None:
    item: dict[str, Any] = {
        "id": text,
        "kind": text,
        "title": text,
        "description": text,
        "translations": {"fr": {"title": text, "categories": [text]}},
        "categories": [text],
        "tags": [text, text + "!"],
        "attributes": {text: {text: [text]}},
    }
    assert send(writer, "post", "items", item).status_code == 201
    read = writer.get(address("items", text))
    assert read.headers["Content-Type"] == "application/json"
    assert {name: read.json()[name] for name in item} == item

    person = {"id": text, "name": text, "labels": [text], "statement": text, "attributes": {text: text}}
    assert send(writer, "put", address("profiles", text), person).status_code == 201
    assert {name: writer.get(address("profiles", text)).json()[name] for name in person} == person

    done = {"external_id": text, "profile": text, "item": text, "kind": "view", "details": {text: text}}
    for answered in (send(writer, "post", "interactions", done), send(writer, "post", "interactions", done)):
        assert {name: answered.json()[name] for name in done} == done
    found = writer.get(address("interactions"), {"profile": text, "item": text}).json()["results"]
    assert [row["external_id"] for row in found] == [text]
    assert (Item.objects.count(), Profile.objects.count(), Interaction.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("where", ["items", "bulk/items", "profiles", "bulk/profiles", "interactions"])
def test_what_is_no_text_is_refused(writer: Client, where: str, text: str) -> None:
    bodies = {
        "items": f'{{"id": "a", "title": "{text}"}}',
        "bulk/items": f'[{{"id": "a", "title": "t", "attributes": {{"x": {{"{text}": 1}}}}}}]',
        "profiles": f'{{"id": "a", "attributes": {{"x": ["{text}"]}}}}',
        "bulk/profiles": f'[{{"id": "a", "labels": ["{text}"]}}]',
        "interactions": f'{{"profile": "a", "item": "b", "kind": "view", "details": {{"x": "{text}"}}}}',
    }
    answered = send(writer, "post", where, bodies[where])
    assert answered.status_code == 400
    assert answered.headers["Content-Type"] == "application/problem+json"
    assert (Item.objects.count(), Profile.objects.count()) == (0, 0)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5_000, str(2**63)])
def test_number_that_nothing_holds_is_refused(
    writer: Client, make_item: MakeItem, make_profile: MakeProfile, number: str
) -> None:
    make_item("b")
    make_profile("a")
    body = f'{{"profile": "a", "item": "b", "kind": "rating", "value": {number}}}'
    assert send(writer, "post", "interactions", body).status_code == 400
    assert send(writer, "post", "bulk/interactions", f"[{body}]").status_code == 400
    assert not Interaction.objects.exists()


@pytest.mark.parametrize(
    "where", ["items/a%00b", "profiles/a%00b", "profiles/a%00b/interactions", "interactions?item=%00"]
)
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_nul_in_an_address_is_refused(writer: Client, where: str, method: str) -> None:
    assert send(writer, method, where, {}).status_code in (400, 404, 405)


def test_object_of_five_thousand_names_is_taken_or_refused_by_size_alone(writer: Client) -> None:
    item = {"id": "wide", "title": "Wide", "attributes": {f"n{number}": number for number in range(5_000)}}
    assert send(writer, "post", "items", item).status_code == 201
    assert send(writer, "post", "items", {**{f"x{n}": n for n in range(5_000)}, **item}).status_code == 400
