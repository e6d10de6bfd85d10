"""Interactions by the API: recorded once, read, taken back; and what people may do with their own."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import Interaction, Slate
from recommender.services.slates import maintain_partitions
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.sending import address, faults, send
from users.models import Profile, User
from users.tombstones import bury

FULL: dict[str, Any] = {
    "external_id": "order/1",
    "profile": "alice",
    "item": "film 1",
    "kind": "rating",
    "value": 4.5,
    "occurred_at": "2026-06-01T11:45:00Z",
    "sequence": 3,
    "details": {"device": "phone", "deep": {"a": [1]}},
    "request_id": None,
}


@pytest.fixture(autouse=True)
def film(make_item: MakeItem) -> Item:
    return make_item("film 1")


@pytest.fixture
def writer(program: MakeProgram) -> Client:
    return program("read", "write:interactions")


@pytest.fixture
def visitor(client: Client, charlie: User, catalog: Catalog) -> Client:
    Catalog.objects.update(on_site=True)
    client.force_login(charlie)
    return client


def shown_to(profile: Profile | None, catalog: Catalog) -> uuid.UUID:
    maintain_partitions(now=timezone.now())
    slate = Slate.objects.create(catalog=catalog, scenario="home", profile=profile, basis="popular", requested_length=1)
    return slate.request_id


class TestRecording:
    def test_what_is_sent_is_what_is_read(self, writer: Client, alice: Profile, catalog: Catalog) -> None:
        sent = {**FULL, "request_id": str(shown_to(alice, catalog))}
        made = send(writer, "post", "interactions", sent)
        assert made.status_code == 201
        assert made.json() == {"id": Interaction.objects.get().pk, **sent}
        assert writer.get(address("interactions", made.json()["id"])).json() == made.json()

    def test_least_that_is_needed(self, writer: Client, alice: Profile) -> None:
        before = timezone.now()
        made = send(writer, "post", "interactions", {"profile": "alice", "item": "film 1", "kind": "view"})
        assert made.status_code == 201
        stored = Interaction.objects.get()
        assert stored.occurred_at is not None
        assert before <= stored.occurred_at <= timezone.now()
        assert writer.get(address("interactions", stored.pk)).json() == made.json()

    @pytest.mark.parametrize(
        "identity",
        [{"external_id": "e"}, {"occurred_at": "2026-06-01T11:45:00+02:00"}, {"sequence": 7}],
        ids=lambda identity: next(iter(identity)),
    )
    def test_the_same_again_is_stored_once(self, writer: Client, alice: Profile, identity: dict[str, Any]) -> None:
        sent = {"profile": "alice", "item": "film 1", "kind": "rating", "value": 3, **identity}
        first, second = (send(writer, "post", "interactions", sent) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 200)
        assert second.json() == first.json()
        changed = send(writer, "post", "interactions", {**sent, "value": 4, "details": {"a": 1}})
        assert (changed.status_code, changed.json()["value"], changed.json()["details"]) == (200, 4.0, {"a": 1})
        assert Interaction.objects.count() == 1

    def test_identifier_of_something_else_is_refused(self, writer: Client, alice: Profile, bob: Profile) -> None:
        send(writer, "post", "interactions", FULL)
        answered = send(writer, "post", "interactions", {**FULL, "profile": "bob"})
        assert answered.status_code == 409
        assert Interaction.objects.get().profile == alice

    @pytest.mark.parametrize(("field", "value"), [("profile", "nobody"), ("item", "nothing"), ("kind", "never")])
    def test_what_the_catalog_lacks_is_named(self, writer: Client, alice: Profile, field: str, value: str) -> None:
        answered = send(writer, "post", "interactions", {**FULL, field: value})
        assert answered.status_code == 404
        assert value in answered.json()["detail"]
        assert not Interaction.objects.exists()

    def test_what_another_catalog_has_is_lacking(
        self, writer: Client, make_item: MakeItem, make_profile: MakeProfile, other_catalog: Catalog
    ) -> None:
        make_item("theirs", catalog=other_catalog)
        make_profile("alice", catalog=other_catalog)
        answered = send(writer, "post", "interactions", {**FULL, "item": "theirs"})
        assert answered.status_code == 404
        assert not Interaction.objects.exists()

    def test_people_come_with_their_first_click_where_that_is_asked_for(self, writer: Client) -> None:
        answered = send(writer, "post", "interactions?create_missing=profiles", {**FULL, "profile": "new one"})
        assert answered.status_code == 201
        assert Interaction.objects.get().profile.external_id == "new one"
        for sent in ({**FULL, "profile": "other", "item": "x"}, {**FULL, "profile": "other", "kind": "x"}):
            assert send(writer, "post", "interactions?create_missing=profiles", sent).status_code == 404
        assert Profile.objects.count() == 1
        assert send(writer, "post", "interactions?create_missing=items", FULL).status_code == 400

    def test_erased_person_does_not_come_back_by_a_click(self, writer: Client, catalog: Catalog) -> None:
        bury(catalog_id=catalog.pk, external_id="alice", now=timezone.now())
        answered = send(writer, "post", "interactions?create_missing=profiles", FULL)
        assert answered.status_code == 409
        assert (Profile.objects.count(), Interaction.objects.count()) == (0, 0)

    def test_answer_that_was_anothers_is_not_referred_to(
        self, writer: Client, alice: Profile, bob: Profile, catalog: Catalog, other_catalog: Catalog
    ) -> None:
        for number, asked in enumerate([shown_to(bob, catalog), shown_to(None, other_catalog), uuid.uuid4()]):
            sent = {**FULL, "external_id": str(number), "request_id": str(asked)}
            answered = send(writer, "post", "interactions", sent)
            assert (answered.status_code, answered.json()["request_id"]) == (201, None)
        answered = send(writer, "post", "interactions", {**FULL, "request_id": str(shown_to(None, catalog))})
        assert answered.json()["request_id"] is not None

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("value", "4", "The value is a text, not a number."),
            ("value", True, "The value is true or false, not a number."),
            ("occurred_at", "2999-01-01T00:00:00Z", "The value lies in the future."),
            ("occurred_at", "1969-01-01T00:00:00Z", "The value lies before 1970."),
            ("occurred_at", 5, "The value is a number, not a text."),
            ("occurred_at", "yesterday", None),
            ("sequence", 1.5, "The value is not a whole number."),
            ("details", [], "The value is a list, not an object."),
            ("request_id", "x", "The value is not a UUID."),
            ("profile", None, "The value is null, not a text."),
            ("kind", "", "The value is empty."),
            ("id", 1, "There is no such field."),
            ("catalog", 1, "There is no such field."),
            ("slate_id", None, "There is no such field."),
        ],
    )
    def test_malformed_value_is_told(self, writer: Client, field: str, value: object, told: str | None) -> None:
        answered = send(writer, "post", "interactions", {**FULL, field: value})
        assert answered.status_code == 400
        (found,) = faults(answered).items()
        assert found[0] == field
        assert told is None or found[1] == told


class TestReading:
    def test_lists_are_narrowed(
        self, writer: Client, alice: Profile, bob: Profile, film: Item, make_item: MakeItem
    ) -> None:
        other, now = make_item("other"), timezone.now()
        ids = [
            act(alice, film, "view", occurred_at=now - timedelta(days=3)).pk,
            act(bob, film, "like", occurred_at=now - timedelta(days=2)).pk,
            act(alice, other, "like", occurred_at=now - timedelta(days=1)).pk,
        ]

        def found(**query: str) -> list[int]:
            rows = writer.get(address("interactions"), query).json()["results"]
            return [ids.index(row["id"]) for row in rows]

        assert found() == [2, 1, 0]
        assert found(profile="alice") == [2, 0]
        assert found(item="film 1") == [1, 0]
        assert found(kind="like", profile="alice") == [2]
        assert found(since=(now - timedelta(days=2)).isoformat()) == [2, 1]
        assert found(until=(now - timedelta(days=2)).isoformat()) == [0]
        history = writer.get(address("profiles", "alice", "interactions"), {"kind": "view"}).json()["results"]
        assert [row["id"] for row in history] == [ids[0]]

    def test_pages_follow_each_other(self, writer: Client, alice: Profile, film: Item) -> None:
        ids = [act(alice, film, "view", sequence=number).pk for number in range(3)]
        first = writer.get(address("interactions"), {"limit": 2}).json()
        second = writer.get(address("interactions"), {"limit": 2, "cursor": first["next"]}).json()
        assert [row["id"] for row in first["results"] + second["results"]] == ids[::-1]
        assert second["next"] is None

    def test_other_catalogs_are_nobodys_business(
        self, writer: Client, make_item: MakeItem, make_profile: MakeProfile, other_catalog: Catalog
    ) -> None:
        theirs = act(make_profile("x", catalog=other_catalog), make_item("x", catalog=other_catalog))
        assert writer.get(address("interactions")).json()["results"] == []
        assert writer.get(address("interactions", theirs.pk)).status_code == 404
        assert send(writer, "delete", address("interactions", theirs.pk)).status_code == 404
        assert Interaction.objects.count() == 1

    @pytest.mark.parametrize("number", [0, 2**63, 10**40])
    def test_number_of_nothing_is_not_found(self, writer: Client, number: int) -> None:
        assert writer.get(address("interactions", number)).status_code == 404

    def test_kinds_are_listed(self, writer: Client, catalog: Catalog) -> None:
        kinds = writer.get(address("interaction-kinds")).json()["results"]
        assert [kind["name"] for kind in kinds] == sorted(catalog.interaction_kinds.values_list("name", flat=True))
        rating = next(kind for kind in kinds if kind["name"] == "rating")
        assert (rating["value_mode"], rating["neutral_value"], rating["sign"]) == ("centred", 3.0, 1)


class TestPeople:
    WHERE = "?catalog=films"

    def test_they_record_read_and_take_back_their_own(self, visitor: Client, charlie: User) -> None:
        made = send(visitor, "post", f"interactions{self.WHERE}", {"item": "film 1", "kind": "like"})
        assert made.status_code == 201
        own = Profile.objects.get(user=charlie)
        assert made.json()["profile"] == own.external_id
        again = send(visitor, "post", f"interactions{self.WHERE}", {"profile": "me", "item": "film 1", "kind": "view"})
        assert again.status_code == 201
        for where in ("interactions", "profiles/me/interactions"):
            rows = visitor.get(f"/api/v1/{where}{self.WHERE}").json()["results"]
            assert [row["kind"] for row in rows] == ["view", "like"]
        assert send(visitor, "delete", f"interactions/{made.json()['id']}{self.WHERE}").status_code == 204
        assert [one.kind.name for one in Interaction.objects.all()] == ["view"]

    def test_nobody_elses_are_their_business(self, visitor: Client, alice: Profile, film: Item) -> None:
        theirs = act(alice, film)
        Profile.objects.create(catalog=alice.catalog, external_id="own", user=User.objects.get())
        sent = {"item": "film 1", "kind": "like", "profile": "alice"}
        assert send(visitor, "post", f"interactions{self.WHERE}", sent).status_code == 404
        assert visitor.get(f"/api/v1/interactions{self.WHERE}").json()["results"] == []
        assert visitor.get(f"/api/v1/interactions{self.WHERE}&profile=alice").status_code == 404
        assert visitor.get(f"/api/v1/profiles/alice/interactions{self.WHERE}").status_code == 404
        assert visitor.get(f"/api/v1/interactions/{theirs.pk}{self.WHERE}").status_code == 404
        assert send(visitor, "delete", f"interactions/{theirs.pk}{self.WHERE}").status_code == 404
        assert Interaction.objects.count() == 1

    def test_identifiers_are_the_programs(self, visitor: Client) -> None:
        sent = {"item": "film 1", "kind": "like", "external_id": "x"}
        answered = send(visitor, "post", f"interactions{self.WHERE}", sent)
        assert faults(answered) == {"external_id": "There is no such field."}
