"""GET /api/v1/traces."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.services.recommending import recommend
from tests.conftest import act
from tests.recommender.api.conftest import MakeProgram
from users.models import Profile

ADDRESS = "/api/v1/traces"


@pytest.fixture
def auditor(program: MakeProgram) -> Client:
    return program("profiles")


def test_lists_are_read_newest_first_and_page_by_page(
    auditor: Client, catalog: Catalog, stargazer: Profile, bob: Profile
) -> None:
    given = [recommend(catalog=catalog, profile=person, k=1) for person in (stargazer, bob, None, stargazer)]
    newest_first = [str(answer.request_id) for answer in reversed(given)]

    first = auditor.get(ADDRESS, {"limit": "3"}).json()
    second = auditor.get(ADDRESS, {"limit": "3", "cursor": first["next"]}).json()
    of_alice = auditor.get(ADDRESS, {"profile": "alice"}).json()

    lines = [*first["results"], *second["results"]]
    assert [line["request_id"] for line in lines] == newest_first
    assert second["next"] is None
    assert [line["profile"] for line in lines] == ["alice", None, "bob", "alice"]
    assert [line["request_id"] for line in of_alice["results"]] == [newest_first[0], newest_first[3]]
    assert auditor.get(ADDRESS, {"scenario": "mail"}).json()["results"] == []


def test_one_tells_interest_candidates_and_versions(
    auditor: Client, catalog: Catalog, stargazer: Profile, films: dict[str, Item]
) -> None:
    answer = recommend(catalog=catalog, profile=stargazer, k=1)
    act(stargazer, films["piano-1"])
    said = auditor.get(f"{ADDRESS}/{answer.request_id}", {"candidates": "3"}).json()
    assert [(term["id"], term["kind"], term["weight"]) for term in said["interest"]] == [("space-1", "like", 1.0)]
    assert [one["id"] for one in said["candidates"]][:2] == ["space-2", "space-3"]
    assert len(said["candidates"]) == 3
    assert (said["config_version"], said["model_version"], said["profile"]) == (1, None, "alice")
    assert said["answer"]["request_id"] == str(answer.request_id)


def test_traces_take_the_scope_of_profiles_and_show_one_catalog(
    program: MakeProgram, catalog: Catalog, other_catalog: Catalog, stargazer: Profile
) -> None:
    answer = recommend(catalog=catalog, profile=stargazer, k=1)
    address = f"{ADDRESS}/{answer.request_id}"
    foreign = program("profiles", catalog=other_catalog)
    assert program("read").get(ADDRESS).status_code == program("read").get(address).status_code == 403
    assert foreign.get(address).status_code == 404
    assert foreign.get(ADDRESS).json()["results"] == []
    assert foreign.get(ADDRESS, {"profile": "alice"}).status_code == 404
    assert program("profiles").get(f"{ADDRESS}/{uuid.uuid4()}").status_code == 404


def test_cost_does_not_grow(auditor: Client, catalog: Catalog, stargazer: Profile, films: dict[str, Item]) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get(address).status_code == 200
        return len(captured)

    answer = recommend(catalog=catalog, profile=stargazer, k=1)
    few = queries(ADDRESS), queries(f"{ADDRESS}/{answer.request_id}")
    for name in ("space-2", "piano-1"):
        act(stargazer, films[name])
    for _ in range(5):
        answer = recommend(catalog=catalog, profile=stargazer, k=20)
    assert (queries(ADDRESS), queries(f"{ADDRESS}/{answer.request_id}")) == few
    assert few[0] <= 3
    assert few[1] <= 28
