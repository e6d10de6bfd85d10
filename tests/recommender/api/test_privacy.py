"""Joining, exporting and erasing a person by the API; and what the same id is told afterwards."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.planting import found_in_tables, plant_profile
from users.models import Erasure, Profile, Tombstone, User

TOKEN = "tok9f3ac71be2"
JSON = "application/json"


@pytest.fixture
def film(make_item: MakeItem) -> Item:
    return make_item("film-1", title="Night train")


@pytest.fixture
def api(program: MakeProgram) -> Client:
    return program("profiles", "read", "write:interactions")


@pytest.fixture
def person(make_profile: MakeProfile, film: Item, operator: User) -> Profile:
    profile = make_profile(TOKEN)
    plant_profile(profile, film, operator, TOKEN)
    return profile


def post(client: Client, address: str, body: object, **options: Any) -> Any:
    return client.post(f"/api/v1/{address}", json.dumps(body), content_type=JSON, **options)


def document_of(answered: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(b"".join(answered.streaming_content))
    return document


class TestMerge:
    def test_moves_what_was_done_and_answers_with_what_remains(
        self, api: Client, alice: Profile, bob: Profile, film: Item
    ) -> None:
        act(alice, film)
        answered = post(api, "profiles/merge", {"from": "alice", "into": "bob"})
        assert (answered.status_code, answered.json()["id"]) == (200, "bob")
        assert Interaction.objects.get().profile == bob
        assert not Profile.objects.filter(pk=alice.pk).exists()

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"from": "alice", "into": "nobody"}, 404),
            ({"from": "nobody", "into": "alice"}, 404),
            ({"from": "alice", "into": "alice"}, 400),
            ({"from": "alice"}, 400),
            ({"from": "alice", "into": "bob", "user": 1}, 400),
            ([], 400),
        ],
    )
    def test_what_cannot_be_joined(self, api: Client, alice: Profile, bob: Profile, body: object, status: int) -> None:
        answered = post(api, "profiles/merge", body)
        assert (answered.status_code, answered.json()["status"]) == (status, status)
        assert Profile.objects.count() == 2

    def test_profile_of_another_catalog_is_nobody(
        self, api: Client, alice: Profile, make_profile: MakeProfile, other_catalog: Catalog
    ) -> None:
        make_profile("cook", catalog=other_catalog)
        assert post(api, "profiles/merge", {"from": "cook", "into": "alice"}).status_code == 404
        assert post(api, "profiles/merge", {"from": "alice", "into": "cook"}).status_code == 404


class TestExport:
    def test_is_one_json_document_to_be_kept(self, api: Client, person: Profile) -> None:
        answered = api.get(f"/api/v1/profiles/{TOKEN}/export")
        assert answered.status_code == 200
        assert answered["Content-Type"] == JSON
        assert answered["Content-Disposition"] == 'attachment; filename="personal-data.json"'
        assert answered["Cache-Control"] == "private, no-store"
        document = document_of(answered)
        assert document["profile"] == TOKEN
        assert {section["name"] for section in document["sections"]} >= {"profile", "interactions", "answers"}

    def test_of_an_id_with_slashes(self, api: Client, make_profile: MakeProfile) -> None:
        make_profile("a/b/export")
        document = document_of(api.get("/api/v1/profiles/a/b/export/export"))
        assert document["profile"] == "a/b/export"

    def test_of_nobody_is_not_found(self, api: Client) -> None:
        assert api.get("/api/v1/profiles/nobody/export").status_code == 404

    def test_takes_the_scope(self, program: MakeProgram, person: Profile) -> None:
        answered = program("read").get(f"/api/v1/profiles/{TOKEN}/export")
        assert answered.status_code == 403
        assert "profiles" in answered.json()["detail"]

    def test_people_export_themselves(
        self, client: Client, charlie: User, catalog: Catalog, make_profile: MakeProfile, alice: Profile
    ) -> None:
        Catalog.objects.update(on_site=True)
        make_profile("account-charlie", user=charlie, statement="my words")
        client.force_login(charlie)
        document = document_of(client.get("/api/v1/profiles/me/export?catalog=films"))
        assert document["sections"][0]["rows"][0]["statement"] == "my words"
        for other in ("alice", "account-charlie"):
            assert client.get(f"/api/v1/profiles/{other}/export?catalog=films").status_code == 404


class TestErasure:
    def test_token_is_found_nowhere_and_the_receipt_can_be_read_again(self, api: Client, person: Profile) -> None:
        answered = api.delete(f"/api/v1/profiles/{TOKEN}")
        assert answered.status_code == 200
        receipt = answered.json()
        assert (receipt["kind"], receipt["catalog"], receipt["asked_by"]) == ("profile", "films", "api")
        counted = {row["name"]: row["count"] for row in receipt["erased"]}
        assert (counted["profile"], counted["interactions"], counted["answers"]) == (1, 1, 1)
        assert found_in_tables(TOKEN) == {}
        assert TOKEN not in answered.content.decode()
        assert api.get(f"/api/v1/erasures/{receipt['id']}").json() == receipt
        assert api.get(f"/api/v1/profiles/{TOKEN}").status_code == 404

    def test_repeated_with_its_key_is_answered_alike(self, api: Client, person: Profile) -> None:
        once = api.delete(f"/api/v1/profiles/{TOKEN}", headers={"Idempotency-Key": "one"})
        twice = api.delete(f"/api/v1/profiles/{TOKEN}", headers={"Idempotency-Key": "one"})
        assert (once.status_code, twice.status_code, twice.json()) == (200, 200, once.json())
        assert Erasure.objects.count() == 1
        assert api.delete(f"/api/v1/profiles/{TOKEN}").status_code == 404
        assert found_in_tables(TOKEN) == {}

    def test_answers_that_were_given_are_gone(self, api: Client, alice: Profile, film: Item) -> None:
        address = f"/api/v1/recommendations/{recommend(catalog=alice.catalog, profile=alice).request_id}"
        assert api.get(address).status_code == 200
        api.delete("/api/v1/profiles/alice")
        assert api.get(address).status_code == 404

    def test_takes_the_scope(self, program: MakeProgram, person: Profile) -> None:
        answered = program("read", "write:items", "write:interactions").delete(f"/api/v1/profiles/{TOKEN}")
        assert answered.status_code == 403
        assert Profile.objects.filter(external_id=TOKEN).exists()

    def test_receipt_is_no_other_catalogs_business(
        self, api: Client, program: MakeProgram, person: Profile, other_catalog: Catalog
    ) -> None:
        receipt = api.delete(f"/api/v1/profiles/{TOKEN}").json()
        other = program("admin", catalog=other_catalog)
        assert other.get(f"/api/v1/erasures/{receipt['id']}").status_code == 404
        assert api.get(f"/api/v1/erasures/{uuid.uuid4()}").status_code == 404

    def test_people_erase_themselves_and_nobody_else(
        self, charlie: User, catalog: Catalog, make_profile: MakeProfile, alice: Profile
    ) -> None:
        Catalog.objects.update(on_site=True)
        make_profile("account-charlie", user=charlie)
        browser = Client()
        browser.force_login(charlie)
        assert browser.delete("/api/v1/profiles/alice?catalog=films").status_code == 404
        receipt = browser.delete("/api/v1/profiles/me?catalog=films")
        assert receipt.status_code == 200
        assert list(Profile.objects.all()) == [alice]
        assert User.objects.filter(pk=charlie.pk).exists()
        assert browser.get(f"/api/v1/erasures/{receipt.json()['id']}?catalog=films").status_code == 200

    def test_speaks_the_language_asked_for(self, api: Client, person: Profile) -> None:
        """Whatever is translated: names stay as they are, and titles are words."""
        rows = api.delete(f"/api/v1/profiles/{TOKEN}?lang=en").json()["erased"]
        assert rows[0] == {"name": "profile", "title": "Profile", "count": 1}

    def test_reading_a_receipt_takes_a_constant_number_of_queries(
        self, api: Client, alice: Profile, bob: Profile, make_item: MakeItem
    ) -> None:
        for number in range(5):
            act(bob, make_item(f"item-{number}"))

        def queries(name: str) -> int:
            receipt = api.delete(f"/api/v1/profiles/{name}").json()
            with CaptureQueriesContext(connection) as captured:
                assert api.get(f"/api/v1/erasures/{receipt['id']}").status_code == 200
            return len(captured)

        assert queries("alice") == queries("bob")


class TestComingBack:
    @pytest.fixture(autouse=True)
    def _erased(self, api: Client, person: Profile) -> None:
        assert api.delete(f"/api/v1/profiles/{TOKEN}").status_code == 200

    @pytest.mark.parametrize("method", ["post", "put"])
    def test_profile_is_refused_with_a_sentence(self, api: Client, method: str) -> None:
        address = "/api/v1/profiles" + (f"/{TOKEN}" if method == "put" else "")
        body = {"id": TOKEN, "statement": "again"} if method == "post" else {"statement": "again"}
        answered = getattr(api, method)(address, json.dumps(body), content_type=JSON)
        assert answered.status_code == 409
        assert "erased" in answered.content.decode()
        assert found_in_tables(TOKEN) == {}

    @pytest.mark.parametrize("method", ["post", "put"])
    def test_with_consent_it_is_made_and_the_consent_recorded(self, api: Client, method: str) -> None:
        address = "/api/v1/profiles" + (f"/{TOKEN}" if method == "put" else "")
        body = {"id": TOKEN, "statement": "again"} if method == "post" else {"statement": "again"}
        answered = getattr(api, method)(f"{address}?consent=true", json.dumps(body), content_type=JSON)
        assert answered.status_code == 201
        assert Profile.objects.get(external_id=TOKEN).statement == "again"
        stone = Tombstone.objects.get()
        assert stone.consented_at is not None
        assert stone.consent_by == "api"

    def test_interactions_do_not_bring_anybody_back(self, api: Client) -> None:
        answered = post(api, "interactions", {"profile": TOKEN, "item": "film-1", "kind": "like"})
        assert answered.status_code in (404, 409)
        rows = [{"profile": TOKEN, "item": "film-1", "kind": "like"}]
        bulk = post(api, "bulk/interactions", rows)
        assert bulk.status_code in (200, 400)
        assert not Interaction.objects.exists()
        assert found_in_tables(TOKEN) == {}

    def test_many_at_once_are_refused_one_by_one(self, api: Client) -> None:
        answered = post(api, "bulk/profiles", [{"id": TOKEN, "name": "again"}, {"id": "somebody-new"}])
        assert answered.status_code == 200
        assert [row["status"] for row in answered.json()["results"]] == [409, 201]
        assert found_in_tables(TOKEN) == {}
