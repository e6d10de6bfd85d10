"""Profiles by the API, and what signed-in people may do with their own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Catalog
from tests.conftest import MakeProfile
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.sending import address, faults, send
from users.models import Profile, User
from users.tombstones import bury

FULL: dict[str, Any] = {
    "id": "customer/7",
    "name": "Alice",
    "labels": ["newsletter", "staff"],
    "statement": "Quiet films.",
    "language": "en",
    "personalise": False,
    "attributes": {"plan": "family", "seats": 4},
}


@pytest.fixture
def keeper(program: MakeProgram) -> Client:
    return program("read", "profiles")


@pytest.fixture
def visitor(client: Client, charlie: User, catalog: Catalog) -> Client:
    """Charlie, signed in, in front of a catalog that is on the site."""
    Catalog.objects.update(on_site=True)
    client.force_login(charlie)
    return client


class TestPrograms:
    def test_what_is_sent_is_what_is_read(self, keeper: Client) -> None:
        made = send(keeper, "post", "profiles", FULL)
        assert made.status_code == 201
        read = keeper.get(address("profiles", "customer/7"))
        assert read.json() == made.json()
        assert {name: read.json()[name] for name in FULL} == FULL
        assert read.json()["simulated"] is False

    def test_what_is_not_mentioned_stays_and_put_replaces(self, keeper: Client) -> None:
        send(keeper, "post", "profiles", FULL)
        changed = send(keeper, "post", "profiles", {"id": "customer/7", "attributes": {"plan": None}}).json()
        assert (changed["name"], changed["attributes"], changed["personalise"]) == ("Alice", {"seats": 4}, False)
        replaced = send(keeper, "put", address("profiles", "customer/7"), {"name": "A."}).json()
        assert (replaced["name"], replaced["attributes"], replaced["labels"]) == ("A.", {}, [])
        assert replaced["personalise"] is True

    def test_patch_merges_and_null_takes_away(self, keeper: Client) -> None:
        send(keeper, "post", "profiles", FULL)
        where = address("profiles", "customer/7")
        said = send(keeper, "patch", where, {"attributes": {"plan": None}, "labels": ["x"], "statement": None}).json()
        assert (said["attributes"], said["labels"], said["statement"]) == ({"seats": 4}, ["x"], "")

    @pytest.mark.parametrize("name", ["simulated", "user", "created_at", "catalog", "is_staff"])
    def test_what_the_server_alone_writes_is_refused(self, keeper: Client, name: str) -> None:
        assert faults(send(keeper, "post", "profiles", {**FULL, name: 1})) == {name: "There is no such field."}
        assert faults(send(keeper, "put", address("profiles", "p"), {name: 1})) == {name: "There is no such field."}
        assert not Profile.objects.exists()

    def test_change_is_seen_in_time_and_tag(self, keeper: Client) -> None:
        made = send(keeper, "post", "profiles", FULL)
        where = address("profiles", "customer/7")
        changed = send(keeper, "patch", where, {"name": "B"}, If_Match=made.headers["ETag"])
        assert changed.json()["updated_at"] > made.json()["updated_at"]
        assert changed.headers["ETag"] != made.headers["ETag"]
        assert send(keeper, "patch", where, {"name": "C"}, If_Match=made.headers["ETag"]).status_code == 412

    def test_list_is_narrowed_by_label_and_time(self, keeper: Client, make_profile: MakeProfile) -> None:
        make_profile("a", labels=["x"])
        make_profile("b", labels=["y"])
        assert [row["id"] for row in keeper.get(address("profiles"), {"label": "y"}).json()["results"]] == ["b"]
        send(keeper, "patch", address("profiles", "a"), {"name": "later"})
        since = keeper.get(address("profiles", "a")).json()["updated_at"]
        found = keeper.get(address("profiles"), {"updated_since": since}).json()["results"]
        assert [row["id"] for row in found] == ["a"]

    def test_profile_of_another_catalog_is_not_there(
        self, keeper: Client, make_profile: MakeProfile, other_catalog: Catalog
    ) -> None:
        make_profile("theirs", catalog=other_catalog)
        for method in ("get", "patch", "delete"):
            assert send(keeper, method, address("profiles", "theirs"), {}).status_code == 404

    def test_erased_person_comes_back_with_consent_alone(self, keeper: Client, catalog: Catalog) -> None:
        bury(catalog_id=catalog.pk, external_id="gone", now=timezone.now())
        for method, where in (("post", "profiles"), ("put", address("profiles", "gone"))):
            body = {"id": "gone", "name": "Back"}
            refused = send(keeper, method, where, body)
            assert (refused.status_code, Profile.objects.count()) == (409, 0)
        agreed = send(keeper, "post", "profiles?consent=true", {"id": "gone", "name": "Back"})
        assert (agreed.status_code, Profile.objects.get().name) == (201, "Back")


class TestPeople:
    def test_first_thing_that_they_say_makes_their_profile(self, visitor: Client, charlie: User) -> None:
        where = address("profiles", "me") + "?catalog=films"
        assert visitor.get(where).status_code == 404
        said = send(visitor, "patch", where, {"statement": "Pianos.", "personalise": False})
        assert (said.status_code, said.json()["statement"]) == (200, "Pianos.")
        assert Profile.objects.get(user=charlie).personalise is False
        assert visitor.get(where).json()["id"] == Profile.objects.get().external_id

    @pytest.mark.parametrize("name", ["labels", "attributes", "simulated", "user", "id"])
    def test_what_is_the_programs_they_do_not_change(self, visitor: Client, name: str) -> None:
        answered = send(visitor, "patch", address("profiles", "me") + "?catalog=films", {name: []})
        assert faults(answered) == {name: "There is no such field."}

    def test_nobody_else_is_their_business(self, visitor: Client, make_profile: MakeProfile) -> None:
        make_profile("alice", name="Alice")
        for method in ("get", "patch", "delete"):
            answered = send(visitor, method, address("profiles", "alice") + "?catalog=films", {"name": "X"})
            assert answered.status_code == 404
        assert send(visitor, "put", address("profiles", "me") + "?catalog=films", {}).status_code == 403
        assert visitor.get(address("profiles") + "?catalog=films").status_code == 403
        assert Profile.objects.get().name == "Alice"
