"""What each endpoint of items, profiles and interactions costs: the same however many rows there are."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.sending import address, send

LISTS = {
    "items": 2,
    "items?filter=attributes/n ge 0 and kind eq ''": 2,
    "profiles": 2,
    "interactions": 2,
    "interactions?profile=p0": 3,
    "profiles/p0/interactions": 3,
    "interaction-kinds": 2,
}
# The key's query is one of them.
SINGLE = {"items/i0": 2, "profiles/p0": 2}


@pytest.fixture
def reader(program: MakeProgram, make_item: MakeItem, make_profile: MakeProfile) -> Client:
    return program("admin")


def _fill(make_item: MakeItem, make_profile: MakeProfile, start: int, count: int) -> None:
    for number in range(start, start + count):
        item, profile = make_item(f"i{number}", attributes={"n": number}), make_profile(f"p{number}")
        act(profile, item)
    if start:
        first = make_profile("p-more")
        for number in range(count):
            act(first, make_item(f"more-{number}"))


@pytest.mark.parametrize(("where", "count"), LISTS.items())
def test_list(reader: Client, make_item: MakeItem, make_profile: MakeProfile, where: str, count: int) -> None:
    for start, rows in ((0, 2), (2, 30)):
        _fill(make_item, make_profile, start, rows)
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(f"/api/v1/{where}").status_code == 200
        assert len(captured) == count


@pytest.mark.parametrize(("where", "count"), SINGLE.items())
def test_single(reader: Client, make_item: MakeItem, make_profile: MakeProfile, where: str, count: int) -> None:
    _fill(make_item, make_profile, 0, 3)
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(f"/api/v1/{where}").status_code == 200
    assert len(captured) == count


def test_new_interaction_costs_one_statement_beside_the_key(
    reader: Client, make_item: MakeItem, make_profile: MakeProfile
) -> None:
    _fill(make_item, make_profile, 0, 1)
    sent = {"profile": "p0", "item": "i0", "kind": "view", "external_id": "once"}
    with CaptureQueriesContext(connection) as captured:
        assert send(reader, "post", "interactions", sent).status_code == 201
    assert len(captured) == 2


def test_reading_and_taking_back_an_interaction(reader: Client, make_item: MakeItem, make_profile: MakeProfile) -> None:
    _fill(make_item, make_profile, 0, 3)
    pk = reader.get(address("interactions")).json()["results"][0]["id"]
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(address("interactions", pk)).status_code == 200
    assert len(captured) == 2
    with CaptureQueriesContext(connection) as captured:
        assert send(reader, "delete", address("interactions", pk)).status_code == 204
    assert len(captured) <= 4
