"""Items by the API: made, read, listed, changed, hidden and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from catalog.models import Catalog, Item
from recommender.models import Interaction
from tests.conftest import MakeItem, MakeProfile, act
from tests.recommender.api.conftest import MakeProgram
from tests.recommender.api.sending import address, faults, send
from users.models import User

FULL: dict[str, Any] = {
    "id": "film-1",
    "kind": "film",
    "title": "Rockets",
    "description": "A crew of five.",
    "language": "en",
    "translations": {"zh-hans": {"title": "火箭", "categories": ["太空"]}},
    "categories": ["space", "crew"],
    "tags": ["quiet"],
    "attributes": {"year": 1995, "cast": {"lead": "Ann", "guest": "Bo"}},
    "image_url": "https://example.com/1.jpg",
    "hidden": False,
    "published_at": "1995-06-01T00:00:00Z",
}


@pytest.fixture
def writer(program: MakeProgram) -> Client:
    return program("read", "write:items")


@pytest.fixture
def reader(program: MakeProgram) -> Client:
    return program("read")


class TestMaking:
    def test_what_is_sent_is_what_is_read(self, writer: Client) -> None:
        made = send(writer, "post", "items", FULL)
        assert made.status_code == 201
        read = writer.get(address("items", "film-1"))
        assert read.json() == made.json()
        assert {name: read.json()[name] for name in FULL} == FULL
        assert read.json()["embedded"] is False

    def test_what_a_second_row_does_not_mention_stays(self, writer: Client) -> None:
        send(writer, "post", "items", FULL)
        again = send(
            writer, "post", "items", {"id": "film-1", "title": "Rockets 2", "attributes": {"year": None, "new": 1}}
        )
        assert again.status_code == 200
        said = again.json()
        assert (said["title"], said["description"]) == ("Rockets 2", "A crew of five.")
        assert said["attributes"] == {"cast": {"lead": "Ann", "guest": "Bo"}, "new": 1}

    def test_the_same_again_changes_nothing(self, writer: Client) -> None:
        made = send(writer, "post", "items", FULL).json()
        again = send(writer, "post", "items", FULL)
        assert (again.status_code, again.json()) == (200, made)

    def test_all_mistakes_are_told_at_once(self, writer: Client) -> None:
        answered = send(writer, "post", "items", {"id": "x", "title": 5, "hidden": "yes", "image_url": "javascript:1"})
        assert answered.status_code == 400
        assert faults(answered) == {
            "title": "The value is a number, not a text.",
            "hidden": "The value is a text, not true or false.",
            "image_url": "The value is not an http or https address.",
        }
        assert not Item.objects.exists()

    def test_mistakes_are_told_in_the_readers_language(self, writer: Client) -> None:
        answered = send(writer, "post", "items?lang=en", {"id": "x"})
        assert faults(answered) == {"title": "This field is required."}

    @pytest.mark.parametrize("name", ["created_at", "embedded", "catalog", "content_hash", "pk", "search_text"])
    def test_what_the_server_alone_writes_is_refused(self, writer: Client, name: str) -> None:
        answered = send(writer, "post", "items", {**FULL, name: "x"})
        assert answered.status_code == 400
        assert faults(answered) == {name: "There is no such field."}

    @pytest.mark.parametrize("body", [[], [FULL], "text", 5, None, True])
    def test_what_is_no_object_is_refused(self, writer: Client, body: object) -> None:
        assert send(writer, "post", "items", body).status_code == 400

    @pytest.mark.parametrize(
        "external_id", ["a b", "部 1", "50%/off", "a/b/c", "%2F", "é", "?x=1#y", "..", "a\\b", "x;y"]
    )
    def test_any_visible_id_is_found_at_its_address(self, writer: Client, external_id: str) -> None:
        assert send(writer, "post", "items", {**FULL, "id": external_id}).status_code == 201
        put = send(writer, "put", address("items", external_id), {"title": "Another"})
        assert (put.status_code, put.json()["id"]) == (200, external_id)
        assert writer.get(address("items", external_id)).json()["title"] == "Another"

    @pytest.mark.parametrize("external_id", [" a", "a ", "", "e\u0301", "a\u200bb", "a" * 256, "\u202eabc"])
    def test_id_that_cannot_be_told_from_another_is_refused(self, writer: Client, external_id: str) -> None:
        answered = send(writer, "post", "items", {**FULL, "id": external_id})
        assert answered.status_code == 400
        assert list(faults(answered)) == ["id"]

    def test_key_for_reading_writes_nothing(self, reader: Client) -> None:
        assert send(reader, "post", "items", FULL).status_code == 403
        assert send(reader, "put", address("items", "film-1"), {"title": "x"}).status_code == 403
        assert not Item.objects.exists()


def test_method_that_there_is_not_is_told_before_anything_else(writer: Client) -> None:
    for method in ("trace", "put", "options"):
        assert send(writer, method, "items?catalog=other&nope=1").status_code == 405


class TestReading:
    def test_item_of_another_catalog_is_not_there(
        self, writer: Client, make_item: MakeItem, other_catalog: Catalog
    ) -> None:
        make_item("theirs", catalog=other_catalog)
        for method, body in (("get", None), ("patch", {"title": "x"}), ("delete", None)):
            assert send(writer, method, address("items", "theirs"), body).status_code == 404
        assert Item.objects.get().title == "theirs"

    def test_hidden_item_shows_to_those_alone_who_write_items(
        self, reader: Client, writer: Client, make_item: MakeItem
    ) -> None:
        make_item("shown")
        make_item("hidden", hidden=True)
        assert reader.get(address("items", "hidden")).status_code == 404
        assert [row["id"] for row in reader.get(address("items")).json()["results"]] == ["shown"]
        assert writer.get(address("items", "hidden")).json()["hidden"] is True
        assert [row["id"] for row in writer.get(address("items")).json()["results"]] == ["shown", "hidden"]

    def test_list_goes_on_where_it_ended(self, reader: Client, make_item: MakeItem) -> None:
        for number in range(5):
            make_item(f"i{number}")
        found: list[list[str]] = []
        cursor = ""
        for _page in range(3):
            asked: dict[str, str | int] = {"limit": 2, "cursor": cursor} if cursor else {"limit": 2}
            page = reader.get(address("items"), asked).json()
            found.append([row["id"] for row in page["results"]])
            cursor = page["next"]
        assert found == [["i0", "i1"], ["i2", "i3"], ["i4"]]
        assert cursor is None

    def test_filter_and_time_narrow_the_list(self, writer: Client) -> None:
        for number, kind in enumerate(["film", "book", "film"]):
            send(writer, "post", "items", {**FULL, "id": f"i{number}", "kind": kind, "attributes": {"n": number}})
        found = writer.get(address("items"), {"filter": "kind eq 'film' and attributes/n gt 0"}).json()["results"]
        assert [row["id"] for row in found] == ["i2"]
        since = writer.get(address("items", "i1")).json()["updated_at"]
        found = writer.get(address("items"), {"updated_since": since}).json()["results"]
        assert [row["id"] for row in found] == ["i1", "i2"]

    def test_bad_filter_names_its_place(self, reader: Client) -> None:
        answered = reader.get(address("items"), {"filter": "kind xx 'film'"})
        assert answered.status_code == 400
        assert "character 6" in answered.json()["detail"]

    def test_person_reads_what_is_on_the_site(self, client: Client, charlie: User, make_item: MakeItem) -> None:
        make_item("shown")
        make_item("hidden", hidden=True)
        client.force_login(charlie)
        assert client.get(address("items"), {"catalog": "films"}).status_code == 404
        Catalog.objects.update(on_site=True)
        assert [row["id"] for row in client.get(address("items"), {"catalog": "films"}).json()["results"]] == ["shown"]
        assert client.get(address("items", "hidden"), {"catalog": "films"}).status_code == 404
        assert send(client, "post", "items?catalog=films", FULL).status_code == 403


class TestReplacing:
    def test_what_is_left_out_is_as_if_never_said(self, writer: Client) -> None:
        send(writer, "post", "items", FULL)
        answered = send(writer, "put", address("items", "film-1"), {"title": "Bare", "attributes": {"cast": "none"}})
        assert answered.status_code == 200
        said = answered.json()
        assert (said["title"], said["attributes"], said["translations"]) == ("Bare", {"cast": "none"}, {})
        assert (said["kind"], said["categories"], said["published_at"]) == ("", [], None)

    def test_what_is_not_there_is_made(self, writer: Client) -> None:
        answered = send(writer, "put", address("items", "new"), {"title": "New"})
        assert (answered.status_code, answered.json()["id"]) == (201, "new")

    def test_id_of_the_body_is_that_of_the_address(self, writer: Client) -> None:
        answered = send(writer, "put", address("items", "one"), {"id": "two", "title": "x"})
        assert answered.status_code == 400
        assert list(faults(answered)) == ["id"]
        assert not Item.objects.exists()


class TestPatching:
    @pytest.fixture(autouse=True)
    def _film(self, writer: Client) -> None:
        send(writer, "post", "items", FULL)

    def test_nothing_but_what_is_mentioned_changes(self, writer: Client) -> None:
        before = writer.get(address("items", "film-1")).json()
        after = send(writer, "patch", address("items", "film-1"), {"hidden": True}).json()
        assert {name for name in after if after[name] != before[name]} == {"hidden", "updated_at"}

    def test_objects_are_merged_at_any_depth_and_null_takes_away(self, writer: Client) -> None:
        patch = {
            "attributes": {"year": None, "cast": {"guest": None, "extra": ["Di"]}},
            "translations": {"zh-hans": {"categories": None}, "fr": {"title": "Fusées"}},
            "tags": None,
            "categories": ["crew"],
        }
        said = send(writer, "patch", address("items", "film-1"), patch).json()
        assert said["attributes"] == {"cast": {"lead": "Ann", "extra": ["Di"]}}
        assert said["translations"] == {"zh-hans": {"title": "火箭"}, "fr": {"title": "Fusées"}}
        assert (said["tags"], said["categories"]) == ([], ["crew"])

    def test_title_cannot_be_taken_away(self, writer: Client) -> None:
        answered = send(writer, "patch", address("items", "film-1"), {"title": None})
        assert answered.status_code == 400
        assert list(faults(answered)) == ["title"]

    @pytest.mark.parametrize("name", ["id", "created_at", "embedded", "nonsense"])
    def test_what_is_no_field_to_write_is_refused(self, writer: Client, name: str) -> None:
        answered = send(writer, "patch", address("items", "film-1"), {name: "film-1"})
        assert answered.status_code == 400
        assert faults(answered) == {name: "There is no such field."}

    def test_what_is_not_there_is_not_made(self, writer: Client) -> None:
        assert send(writer, "patch", address("items", "other"), {"title": "x"}).status_code == 404


class TestConditions:
    def test_tag_holds_until_somebody_writes(self, writer: Client) -> None:
        tag = send(writer, "post", "items", FULL).headers["ETag"]
        assert writer.get(address("items", "film-1"), headers={"If-None-Match": tag}).status_code == 304
        changed = send(writer, "patch", address("items", "film-1"), {"title": "Two"}, If_Match=tag)
        assert changed.status_code == 200
        late = send(writer, "patch", address("items", "film-1"), {"title": "Three"}, If_Match=tag)
        assert late.status_code == 412
        assert send(writer, "delete", address("items", "film-1"), If_Match=tag).status_code == 412
        assert Item.objects.get().title == "Two"

    def test_nobody_overwrites_what_they_believed_absent(self, writer: Client) -> None:
        where = address("items", "film-1")
        assert send(writer, "put", where, {"title": "One"}, If_None_Match="*").status_code == 201
        assert send(writer, "put", where, {"title": "Two"}, If_None_Match="*").status_code == 412
        assert send(writer, "put", address("items", "x"), {"title": "x"}, If_Match="*").status_code == 412
        assert [item.title for item in Item.objects.all()] == ["One"]


class TestDeleting:
    def test_item_goes_with_what_was_done_with_it(
        self, writer: Client, make_item: MakeItem, make_profile: MakeProfile
    ) -> None:
        act(make_profile("alice"), make_item("gone"))
        assert send(writer, "delete", address("items", "gone")).status_code == 204
        assert not Item.objects.exists()
        assert not Interaction.objects.exists()
        assert send(writer, "delete", address("items", "gone")).status_code == 404
