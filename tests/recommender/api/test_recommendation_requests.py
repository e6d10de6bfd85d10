"""POST /api/v1/recommendations: what a program may ask, and what it is told."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import EmbeddingSpace, Slate
from recommender.services.slates import create_partition
from tests.conftest import MakeItem, act, embed_all
from tests.recommender.api.conftest import Answered, MakeProgram
from users.models import Profile, User

ADDRESS = "/api/v1/recommendations"
JSON = "application/json"


@pytest.fixture
def reader(program: MakeProgram) -> Client:
    create_partition(timezone.now().year, timezone.now().month)
    return program("read")


def post(client: Client, body: Any, query: str = "") -> Answered:
    return client.post(f"{ADDRESS}{query}", body, content_type=JSON)


def ids(answered: Answered) -> list[str]:
    assert answered.status_code == 200, answered.content
    return [result["id"] for result in answered.json()["results"]]


class TestAsking:
    def test_key_names_the_catalog(self, reader: Client, stargazer: Profile) -> None:
        body = post(reader, {"profile": "alice", "k": 2}).json()
        assert [result["id"] for result in body["results"]] == ["space-2", "space-3"]
        assert body["basis"] == "history"
        assert Slate.objects.get().profile == stargazer

    def test_everything_at_once(self, reader: Client, stargazer: Profile, make_item: MakeItem) -> None:
        Item.objects.filter(external_id__startswith="piano").update(kind="music", categories=["quiet"])
        answered = post(
            reader,
            {
                "profile": "alice",
                "statement": "quiet piano",
                "scenario": "home",
                "k": 3,
                "filter": "id ne 'space-3'",
                "exclude": ["piano-1", "never-heard-of"],
                "boost": [{"filter": "kind eq 'music'", "by": 5}],
                "explain": True,
                "fields": ["kind", "categories", "attributes", "published_at"],
            },
        )
        first, second = answered.json()["results"]
        assert (first["id"], second["id"]) == ("piano-2", "space-2")
        assert first["item"] == {"kind": "music", "categories": ["quiet"], "attributes": {}, "published_at": None}
        assert first["parts"]["boost"] == 5.0
        assert first["reason"] == "Put forward here."
        assert [one["id"] for one in second["evidence"]] == ["space-1"]
        for result in (first, second):
            assert sum(result["parts"].values()) == pytest.approx(result["score"], abs=1e-9)
        kept = Slate.objects.get().wishes
        assert (kept["filter"], kept["boost"], kept["statement"]) == (
            "id ne 'space-3'",
            [{"filter": "kind eq 'music'", "by": 5.0}],
            "quiet piano",
        )

    def test_anonymous_history(self, reader: Client, films: dict[str, Item]) -> None:
        history = [
            {"item": "space-1", "kind": "like", "occurred_at": "2026-01-01T00:00:00Z"},
            {"item": "piano-1", "kind": "dislike", "value": None},
            {"item": "gone", "kind": "view"},
        ]
        body = post(reader, {"history": history, "k": 5}).json()
        assert [result["id"] for result in body["results"]] == ["space-2", "space-3", "piano-2"]
        assert body["basis"] == "history"
        assert body["notices"] == [
            {"code": "unknown_items", "message": "1 item of the history is not known here, and was passed over."}
        ]

    def test_newest_of_an_anonymous_history_is_the_one_of_the_latest_time(
        self, reader: Client, films: dict[str, Item]
    ) -> None:
        """The opinion that counts is the later one, wherever it stands."""
        opinions = [
            {"item": "space-1", "kind": "dislike", "occurred_at": "2026-01-01T00:00:00Z"},
            {"item": "space-1", "kind": "like", "occurred_at": "2026-02-01T00:00:00Z"},
        ]
        assert ids(post(reader, {"history": opinions, "k": 1})) == ["space-2"]
        assert ids(post(reader, {"history": opinions[::-1], "k": 1})) == ["space-2"]

    def test_language_of_reasons_is_that_asked_for(self, reader: Client, stargazer: Profile) -> None:
        (result,) = post(reader, {"profile": "alice", "k": 1, "fields": ["title"]}, "?lang=zh").json()["results"]
        assert result["reason"] == "因为你喜欢“中文 space-1”。"
        assert result["item"] == {"title": "中文 space-2"}

    def test_short_form_asks_the_same(self, reader: Client, stargazer: Profile) -> None:
        query = {"profile": "alice", "filter": "startswith(id, 'space')", "exclude": "space-2", "fields": "kind,tags"}
        (result,) = reader.get(ADDRESS, query | {"explain": "true"}).json()["results"]
        assert (result["id"], result["item"]) == ("space-3", {"kind": "", "tags": []})
        assert [one["id"] for one in result["evidence"]] == ["space-1"]


class TestUnknownProfile:
    def test_it_is_an_error_unless_allowed(self, reader: Client, films: dict[str, Item]) -> None:
        assert post(reader, {"profile": "dora"}).status_code == 404
        body = post(reader, {"profile": "dora", "allow_unknown": True}).json()
        assert [notice["code"] for notice in body["notices"]] == ["profile_unknown", "nothing_known"]
        assert (body["basis"], len(body["results"])) == ("popular", 5)


class TestNext:
    def test_pieces_are_the_whole_list_without_repeats(self, reader: Client, stargazer: Profile) -> None:
        whole = ids(post(reader, {"profile": "alice", "k": 4}))
        answered = post(reader, {"profile": "alice", "k": 2})
        pieces = ids(answered)
        answered = post(reader, {"next": answered.json()["next"]})
        assert pieces + ids(answered) == whole
        last = reader.get(ADDRESS, {"next": answered.json()["next"]})
        assert (ids(last), last.json()["next"]) == ([], None)

    def test_other_wishes_beside_it_are_refused(self, reader: Client, stargazer: Profile) -> None:
        token = post(reader, {"profile": "alice", "k": 2}).json()["next"]
        assert post(reader, {"next": token, "profile": "alice"}).status_code == 400
        assert post(reader, {"next": token, "k": 1, "explain": True}).status_code == 200
        assert post(reader, {"next": "x" + token}).status_code == 400

    def test_key_of_another_catalog_does_not_go_on(
        self, reader: Client, program: MakeProgram, other_catalog: Catalog, stargazer: Profile
    ) -> None:
        token = post(reader, {"profile": "alice", "k": 2}).json()["next"]
        assert post(program("read", catalog=other_catalog), {"next": token}).status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"k": 0}, ["k"]),
        ({"k": "ten"}, ["k"]),
        ({"k": True}, ["k"]),
        ({"profile": ""}, ["profile"]),
        ({"profile": ["alice"]}, ["profile"]),
        ({"filter": "kind eq"}, ["filter"]),
        ({"filter": ""}, ["filter"]),
        ({"filter": "x" * 2_001}, ["filter"]),
        ({"filter": "hidden eq true"}, ["filter"]),
        (
            {"boost": [{"filter": "kind eq 'a'", "by": 1}, {"filter": "nope eq 1", "by": 99}]},
            ["boost.1.filter", "boost.1.by"],
        ),
        ({"boost": [{"filter": "kind eq 'a'"}]}, ["boost.0.by"]),
        ({"boost": [{"filter": "kind eq 'a'", "by": 1}] * 11}, ["boost"]),
        ({"exclude": "a"}, ["exclude"]),
        ({"exclude": ["a"] * 1_001}, ["exclude"]),
        ({"exclude": [""]}, ["exclude.0"]),
        ({"history": [{"item": "a"}]}, ["history.0.kind"]),
        ({"history": [{"item": "a", "kind": "like", "value": "NaN"}]}, ["history.0.value"]),
        ({"history": [{"item": "a", "kind": "like", "occurred_at": "yesterday"}]}, ["history.0.occurred_at"]),
        ({"history": [{"item": "a", "kind": "like", "profile": "bob"}]}, ["history.0.profile"]),
        ({"history": [{"item": "a", "kind": "like"}] * 1_001}, ["history"]),
        ({"fields": ["password"]}, ["fields.0"]),
        ({"statement": "字" * 501}, ["statement"]),
        ({"explain": "perhaps"}, ["explain"]),
        ({"config": 1, "within": [1]}, ["config", "within"]),
        ([], [""]),
    ],
)
def test_each_mistake_is_named_by_its_place(
    reader: Client, films: dict[str, Item], body: Any, fields: list[str]
) -> None:
    answered = post(reader, body)
    assert (answered.status_code, answered.headers["Content-Type"]) == (400, "application/problem+json")
    assert [fault["field"] for fault in answered.json()["errors"]] == fields
    assert not Slate.objects.exists()


def test_bad_filter_names_the_character(reader: Client, films: dict[str, Item]) -> None:
    for answered in (post(reader, {"filter": "kind eq film"}), reader.get(ADDRESS, {"filter": "kind eq film"})):
        assert answered.json()["errors"] == [
            {
                "field": "filter",
                "detail": "The filter is wrong at character 9: a text in single quotation marks was expected.",
            }
        ]


def test_unknown_kind_of_a_history_is_named(reader: Client, films: dict[str, Item]) -> None:
    answered = post(reader, {"history": [{"item": "space-1", "kind": "like"}, {"item": "space-1", "kind": "gaze"}]})
    assert answered.status_code == 400
    assert answered.json()["detail"].startswith("history.1: there is no kind of interaction “gaze” here; there are: ")


class TestPeople:
    @pytest.fixture
    def charlies(self, client: Client, charlie: User, stargazer: Profile, catalog: Catalog) -> Client:
        """Charlie, signed in, with a profile of his own in a catalog that is on the site."""
        Catalog.objects.update(on_site=True)
        own = Profile.objects.create(catalog=catalog, external_id="charlies", user=charlie)
        act(own, catalog.items.get(external_id="piano-1"))
        client.force_login(charlie)
        return client

    def test_they_ask_about_themselves_alone(self, charlies: Client) -> None:
        query = "?catalog=films"
        assert ids(post(charlies, {"profile": "me", "k": 1}, query)) == ["piano-2"]
        assert post(charlies, {"profile": "alice"}, query).status_code == 404
        assert post(charlies, {"profile": "charlies"}, query).status_code == 404
        assert post(charlies, {"profile": "alice", "allow_unknown": True}, query).status_code == 404
        assert charlies.get(ADDRESS, {"catalog": "films", "profile": "alice"}).status_code == 404

    def test_they_go_on_with_and_read_their_own_answers_alone(
        self, charlies: Client, reader: Client, charlie: User
    ) -> None:
        query = "?catalog=films"
        own = post(charlies, {"profile": "me", "k": 1}, query).json()
        foreign = post(reader, {"profile": "alice", "k": 1}).json()
        nobodys = post(reader, {"k": 1}).json()
        for answer, status in ((own, 200), (foreign, 404), (nobodys, 200)):
            assert post(charlies, {"next": answer["next"]}, query).status_code == status
            address = f"{ADDRESS}/{answer['request_id']}{query}"
            assert charlies.get(address).status_code == status

    def test_catalog_that_is_not_on_the_site_is_not_there(self, charlies: Client) -> None:
        Catalog.objects.update(on_site=False)
        assert post(charlies, {}, "?catalog=films").status_code == 404


class TestReadAgain:
    def test_as_it_was_given_and_replayed(self, reader: Client, stargazer: Profile, films: dict[str, Item]) -> None:
        given = post(reader, {"profile": "alice", "k": 2, "explain": True}).json()
        act(stargazer, films["piano-1"])

        assert reader.get(f"{ADDRESS}/{given['request_id']}").json() == given
        replay = reader.get(f"{ADDRESS}/{given['request_id']}?replay=1").json()["replay"]
        assert (replay["computed"], replay["equal"], replay["differences"], replay["causes"]) == (True, True, [], [])
        assert replay["results"] == given["results"]

        stargazer.interactions.all().delete()
        replay = reader.get(f"{ADDRESS}/{given['request_id']}?replay=1&lang=zh").json()["replay"]
        assert not replay["equal"]
        assert "history_changed" in {cause["code"] for cause in replay["causes"]}

    def test_answer_of_another_catalog_is_not_there(
        self, reader: Client, program: MakeProgram, other_catalog: Catalog, stargazer: Profile
    ) -> None:
        given = post(reader, {"profile": "alice"}).json()
        foreign = program("read", catalog=other_catalog)
        assert foreign.get(f"{ADDRESS}/{given['request_id']}").status_code == 404


@pytest.mark.parametrize("way", ["post", "get", "read", "replay"])
def test_cost_does_not_grow(
    reader: Client, stargazer: Profile, make_item: MakeItem, space: EmbeddingSpace, way: str
) -> None:
    body: dict[str, Any] = {
        "profile": "alice",
        "filter": "title ne ''",
        "exclude": ["piano-1"],
        "boost": [{"filter": "kind eq ''", "by": 0.1}, {"filter": "id eq 'space-2'", "by": 0.1}],
        "explain": True,
        "fields": ["kind"],
    }

    def queries(k: int) -> int:
        given = post(reader, body | {"k": k}).json()["request_id"]
        with CaptureQueriesContext(connection) as captured:
            if way == "post":
                assert len(ids(post(reader, body | {"k": k}))) == k
            elif way == "get":
                ids(reader.get(ADDRESS, {"profile": "alice", "k": str(k), "filter": "title ne ''", "fields": "kind"}))
            else:
                ids(reader.get(f"{ADDRESS}/{given}", {"replay": "1"} if way == "replay" else {}))
        return len(captured)

    few = queries(1)
    for number in range(40):
        item = make_item(f"more-{number}", title=f"More rockets {number}")
        if number % 4 == 0:
            act(stargazer, item)
    embed_all(space)
    assert queries(20) == queries(1) == few <= {"post": 26, "get": 24, "read": 3, "replay": 26}[way]
