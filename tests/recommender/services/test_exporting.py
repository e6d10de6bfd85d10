"""The export of a person: all of it, in words, as it is read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from catalog.models import Catalog, Item
from recommender.models import Interaction, LaterFeedback, Slate
from recommender.services.exporting import export_account, export_profile
from recommender.services.recommending import recommend
from tests.conftest import MakeItem, MakeProfile, act, embed_all
from tests.recommender.trained import train_clusters
from users.models import Profile, User

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def exported(profile: Profile, language: str = "en") -> dict[str, Any]:
    with override(language):
        document: dict[str, Any] = json.loads("".join(export_profile(profile=profile, now=NOON)))
    return document


def rows(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    (section,) = (section for section in document["sections"] if section["name"] == name)
    found: list[dict[str, Any]] = section["rows"]
    return found


@pytest.fixture
def film(make_item: MakeItem) -> Item:
    return make_item("film-1", title="Night train", translations={"zh-hans": {"title": "夜车"}})


class TestDocument:
    def test_says_what_it_is_and_what_its_sections_are(self, alice: Profile) -> None:
        document = exported(alice)
        assert document["format"] == "genre-personal-data"
        assert (document["version"], document["kind"], document["exported_at"]) == (1, "profile", NOON.isoformat())
        assert document["catalog"] == {"id": "films", "name": "Films"}
        assert document["profile"] == "alice"
        assert [section["name"] for section in document["sections"]] == [
            "profile",
            "administration_log",
            "interactions",
            "later_interactions",
            "answers",
            "interests",
            "profile_vectors",
            "sessions",
            "imports",
            "kept_answers",
        ]
        assert all(section["title"] and section["about"] for section in document["sections"])

    def test_speaks_the_readers_language(self, alice: Profile, film: Item) -> None:
        act(alice, film)
        assert rows(exported(alice, "zh-hans"), "interactions")[0]["item"] == {"id": "film-1", "title": "夜车"}

    @pytest.mark.parametrize(
        ("section", "model", "left_out"),
        [
            ("profile", Profile, {"id"}),
            ("interactions", Interaction, {"catalog", "profile"}),
            ("later_interactions", LaterFeedback, {"catalog", "profile"}),
            ("answers", Slate, {"catalog", "profile"}),
        ],
    )
    def test_every_column_is_in_it(
        self, alice: Profile, film: Item, catalog: Catalog, section: str, model: Any, left_out: set[str]
    ) -> None:
        interaction = act(alice, film)
        LaterFeedback.objects.create(catalog=catalog, profile=alice, item=film, kind=interaction.kind, occurred_at=NOON)
        embed_all(catalog.embedding_spaces.get())
        recommend(catalog=catalog, profile=alice)
        (row,) = rows(exported(alice), section)
        assert set(row) == {field.name for field in model._meta.concrete_fields} - left_out


class TestRows:
    def test_interactions_are_told_in_words(self, alice: Profile, film: Item) -> None:
        act(alice, film, kind="rating", value=4.0, occurred_at=NOON, external_id="event-1")
        (row,) = rows(exported(alice), "interactions")
        assert row["item"] == {"id": "film-1", "title": "Night train"}
        assert (row["kind"], row["value"], row["occurred_at"], row["external_id"]) == (
            "rating",
            4.0,
            NOON.isoformat(),
            "event-1",
        )

    def test_profile_has_words_labels_and_settings(self, make_profile: MakeProfile, charlie: User) -> None:
        profile = make_profile("me", statement="quiet films", labels=["a", "b"], attributes={"plan": 2}, user=charlie)
        (row,) = rows(exported(profile), "profile")
        assert (row["statement"], row["labels"], row["attributes"]) == ("quiet films", ["a", "b"], {"plan": 2})
        assert (row["catalog"], row["user"], row["personalise"]) == ("films", "charlie@example.com", True)

    def test_answers_have_results_reasons_and_the_interest(
        self, alice: Profile, film: Item, catalog: Catalog, make_item: MakeItem
    ) -> None:
        make_item("film-2", title="Night train returns")
        embed_all(catalog.embedding_spaces.get())
        act(alice, film)
        answer = recommend(catalog=catalog, profile=alice)
        (row,) = rows(exported(alice), "answers")
        assert row["request_id"] == str(answer.request_id)
        assert row["results"][0]["title"] == "Night train returns"
        assert "Because you liked" in row["results"][0]["reason"]
        assert (row["config"], row["space_id"]) == ("v1", "hashing")
        assert len(row["interest_vector"]) == catalog.embedding_spaces.get().dimension

    def test_what_was_computed_is_told(self, catalog: Catalog) -> None:
        made = train_clusters(catalog, clusters=("orbit", "kitchen"), items_each=6, people_each=4, likes_each=3)
        person = made.people["orbit"][0]
        recommend(catalog=catalog, profile=person)
        document = exported(person)
        (vector,) = rows(document, "profile_vectors")
        assert vector["model"] == "v1"
        assert len(vector["vector"]) == made.trained.dimension
        (interest,) = rows(document, "interests")
        assert interest["model_version"] == 1
        assert sorted(one["item"]["id"] for one in interest["weights"]) == sorted(
            person.interactions.values_list("item__external_id", flat=True)
        )

    def test_staff_who_changed_the_profile_are_not_named(self, alice: Profile, operator: User) -> None:
        LogEntry.objects.create(
            user=operator,
            content_type=ContentType.objects.get_for_model(Profile),
            object_id=str(alice.pk),
            object_repr="Alice",
            action_flag=CHANGE,
            change_message='[{"changed": {"fields": ["Statement"]}}]',
        )
        (row,) = rows(exported(alice), "administration_log")
        assert (row["object_repr"], row["told"]) == ("Alice", "Changed Statement.")
        assert "operator" not in json.dumps(row)

    def test_nothing_of_anybody_else(self, alice: Profile, bob: Profile, film: Item) -> None:
        act(bob, film)
        document = exported(alice)
        assert rows(document, "interactions") == []
        assert "Bob" not in json.dumps(document)


def test_a_longer_history_takes_no_more_queries(alice: Profile, bob: Profile, make_item: MakeItem) -> None:
    def queries(profile: Profile, count: int) -> int:
        for number in range(count):
            act(profile, make_item(f"{profile.external_id}-{number}"))
        with CaptureQueriesContext(connection) as captured:
            exported(profile)
        return len(captured)

    assert queries(alice, 1) == queries(bob, 12)


def test_is_read_as_it_is_written(alice: Profile, film: Item, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands before the history is sent before any of the history is read."""
    monkeypatch.setattr("recommender.services.exporting.BLOCK", 1)
    for number in range(3):
        act(alice, film, sequence=number)
    document = export_profile(profile=alice, now=NOON)
    with CaptureQueriesContext(connection) as captured:
        next(document)
    assert not any("recommender_interaction" in query["sql"] for query in captured.captured_queries)
    document.close()  # type: ignore[attr-defined]  # a generator is an iterator that can be closed


class TestAccount:
    def test_has_the_profiles_of_all_catalogs(
        self, charlie: User, catalog: Catalog, other_catalog: Catalog, make_profile: MakeProfile
    ) -> None:
        for one in (catalog, other_catalog):
            make_profile("charlie", catalog=one, user=charlie, statement=f"words in {one.slug}")
        document = json.loads("".join(export_account(user=charlie, now=NOON)))
        assert (document["kind"], document["account"]) == ("account", "charlie@example.com")
        assert [rows(profile, "profile")[0]["statement"] for profile in document["profiles"]] == [
            "words in films",
            "words in dishes",
        ]
        (account,) = rows(document, "account")
        assert account["email"] == "charlie@example.com"
        assert "password" not in account
