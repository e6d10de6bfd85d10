"""Items like an item, people like a person, people for an item."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.services.slates import create_partition
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.trained import Clusters, like, train_clusters
from users.models import Profile, User


@pytest.fixture
def made(catalog: Catalog, program: MakeProgram) -> Clusters:
    create_partition(timezone.now().year, timezone.now().month)
    return train_clusters(catalog)


@pytest.fixture
def eater(made: Clusters, alice: Profile) -> Profile:
    like(made.catalog, [(alice, item) for item in made.items["kitchen"][:5]])
    return alice


def test_similar_items_are_filtered_and_left_out(program: MakeProgram, made: Clusters) -> None:
    address = "/api/v1/items/orbit-0/similar"
    reader = program("read")
    first = reader.get(address, {"k": "2"}).json()["results"]
    query = {"k": "2", "exclude": first[0]["id"], "filter": f"id ne '{first[1]['id']}'", "fields": "categories"}
    others = reader.get(address, query).json()["results"]
    assert not {one["id"] for one in first} & {one["id"] for one in others}
    assert all(one["item"] == {"categories": ["orbit"]} for one in others)
    assert reader.get(address, {"filter": "kind"}).status_code == 400
    assert reader.get("/api/v1/items/nothing/similar").status_code == 404


def test_people_like_a_person_and_people_for_an_item(program: MakeProgram, made: Clusters, eater: Profile) -> None:
    client = program("profiles")
    alike = client.get("/api/v1/profiles/alice/similar", {"k": "3"}).json()
    suited = client.get("/api/v1/items/orbit-0/profiles", {"k": "3", "lang": "zh"}).json()
    assert {one["id"].split("-")[0] for one in alike["results"]} == {"kitchen"}
    assert {one["id"].split("-")[0] for one in suited["results"]} == {"orbit"}
    assert list(alike["results"][0]) == ["rank", "id", "score", "reason", "items"]
    assert suited["model_version"] == 1


def test_people_are_told_to_keys_for_profiles_alone(
    program: MakeProgram, client: Client, charlie: User, made: Clusters, eater: Profile, other_catalog: Catalog
) -> None:
    Catalog.objects.update(on_site=True)
    client.force_login(charlie)
    for address in ("/api/v1/profiles/alice/similar", "/api/v1/items/orbit-0/profiles"):
        assert program("read").get(address).status_code == 403
        assert client.get(address, {"catalog": "films"}).status_code == 403
        assert program("profiles", catalog=other_catalog).get(address).status_code == 404
    assert client.get("/api/v1/items/orbit-0/similar", {"catalog": "films"}).status_code == 200


@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/api/v1/items/orbit-0/similar", 18),
        ("/api/v1/profiles/alice/similar", 18),
        ("/api/v1/items/orbit-0/profiles", 14),
    ],
)
def test_cost_does_not_grow(program: MakeProgram, made: Clusters, eater: Profile, address: str, most: int) -> None:
    client = program("admin")

    def queries(k: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, {"k": k}).status_code == 200
        return len(captured)

    queries("1")
    few = queries("1")
    assert queries("20") == few <= most
    assert Item.objects.count() == 48
