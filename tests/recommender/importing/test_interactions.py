"""Interactions into the database: what makes two of them the same, what changes, who is made."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.importing.exceptions import FileRefused
from catalog.importing.outcome import MergeCounts
from catalog.importing.row_error import RowError
from catalog.models import Catalog, Item
from recommender.models import Interaction
from recommender.services.interactions import record_interaction
from tests.recommender.importing.conftest import Import
from users.models import Profile

SEEN = datetime(2000, 7, 30, 18, 8, 19, tzinfo=UTC)


def stored() -> list[tuple[object, ...]]:
    return list(
        Interaction.objects.order_by("pk").values_list(
            "profile__external_id", "item__external_id", "kind__name", "value", "occurred_at", "sequence", "external_id"
        )
    )


def test_every_field_reaches_the_database(imported: Import) -> None:
    counts = imported(
        "user_id,item_id,kind,value,timestamp,sequence,interaction_id\n"
        "alice,1,rating,4.5,964980499,,\nbob,2,view,,,7,\nalice,3,like,,2000-07-31T02:08:19.5+08:00,8,e1\n"
    )
    assert counts == MergeCounts(new=3)
    assert sorted(stored(), key=str) == [
        ("alice", "1", "rating", 4.5, SEEN, None, None),
        ("alice", "3", "like", None, SEEN.replace(microsecond=500_000), 8, "e1"),
        ("bob", "2", "view", None, None, 7, None),
    ]


def test_unknown_people_become_profiles_in_the_order_of_the_file(imported: Import, alice: Profile) -> None:
    imported("user_id,item_id,timestamp\ncharlie,1,5\nalice,1,5\nbob,1,5\n")
    assert list(Profile.objects.order_by("pk").values_list("external_id", flat=True)) == ["alice", "charlie", "bob"]


def test_unknown_item_is_refused_and_makes_no_profile(imported: Import) -> None:
    assert imported("user_id,item_id,timestamp\nalice,1,5\nbob,99,5\n") == MergeCounts(new=1)
    assert imported.refused == [RowError(3, "item_id", "99", "is no item of this catalog")]
    assert [profile.external_id for profile in Profile.objects.all()] == ["alice"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("time", "user_id,item_id,value,timestamp\nalice,1,4,5\nalice,1,4,6\nbob,1,4,5\n"),
        ("sequence", "user_id,item_id,value,timestamp,seq\nalice,1,4,,1\nalice,1,4,,2\nbob,1,4,,1\n"),
        ("identifier", "user_id,item_id,value,timestamp,interaction_id\nalice,1,4,5,a\nalice,1,4,5,b\nbob,1,4,,c\n"),
        ("position", "user_id,item_id,value\nalice,1,4\nalice,1,5\nbob,1,4\n"),
    ],
)
def test_the_same_file_again_changes_nothing(imported: Import, name: str, content: str) -> None:
    assert imported(content) == MergeCounts(new=3)
    before = list(Interaction.objects.order_by("pk").values())
    assert imported(content) == MergeCounts(unchanged=3)
    assert list(Interaction.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "content",
    [
        "user_id,item_id,value,timestamp\nalice,1,#,5\n",
        "user_id,item_id,value,seq\nalice,1,#,5\n",
        "user_id,item_id,value,timestamp,interaction_id\nalice,1,#,5,e1\n",
    ],
    ids=["time", "sequence", "identifier"],
)
def test_another_value_changes_the_interaction(imported: Import, content: str) -> None:
    imported(content.replace("#", "4"))
    assert imported(content.replace("#", "2.5")) == MergeCounts(changed=1)
    assert Interaction.objects.get().value == 2.5
    assert imported(content.replace("#", "")) == MergeCounts(changed=1)
    assert Interaction.objects.get().value is None


def test_file_without_values_keeps_those_that_are_stored(imported: Import) -> None:
    imported("user_id,item_id,value,timestamp\nalice,1,4,5\n")
    assert imported("user_id,item_id,timestamp\nalice,1,5\n") == MergeCounts(unchanged=1)
    assert Interaction.objects.get().value == 4.0


def test_event_with_an_identifier_can_be_moved_in_time(imported: Import) -> None:
    imported("user_id,item_id,timestamp,interaction_id\nalice,1,5,e1\n")
    assert imported("user_id,item_id,timestamp,interaction_id\nalice,1,964980499,e1\n") == MergeCounts(changed=1)
    assert Interaction.objects.get().occurred_at == SEEN


@pytest.mark.parametrize("row", ["bob,1,view", "alice,2,view", "alice,1,like"])
def test_identifier_of_another_event_is_refused(imported: Import, row: str) -> None:
    imported("user_id,item_id,kind,timestamp,interaction_id\nalice,1,view,5,e1\n")
    assert imported(f"user_id,item_id,kind,timestamp,interaction_id\n{row},5,e1\n") == MergeCounts()
    assert imported.refused == [
        RowError(2, "interaction_id", "e1", "belongs to another user, item or kind in this catalog already")
    ]
    assert stored() == [("alice", "1", "view", None, datetime(1970, 1, 1, 0, 0, 5, tzinfo=UTC), None, "e1")]


def test_of_one_interaction_that_stands_twice_the_first_row_counts(imported: Import) -> None:
    content = (
        "user_id,item_id,value,timestamp,seq,interaction_id\n"
        "alice,1,4,5,,\nalice,1,2,1970-01-01T00:00:05Z,,\n"
        "alice,1,4,,1,\nalice,1,2,,1,\n"
        "bob,1,4,5,,e1\nbob,2,2,9,,e1\n"
    )
    assert imported(content) == MergeCounts(new=3)
    assert sorted(imported.refused, key=lambda error: error.row_number) == [
        RowError(3, "item_id", "1", "is the same interaction as row 2"),
        RowError(5, "item_id", "1", "is the same interaction as row 4"),
        RowError(7, "interaction_id", "e1", "is the same interaction as row 6"),
    ]
    assert {row[3] for row in stored()} == {4.0}
    assert imported(content) == MergeCounts(unchanged=3)


def test_repeated_purchases_in_sequence_are_all_kept(imported: Import) -> None:
    rows = "user_id,item_id,value,timestamp,seq,split\nA1,1,1,,1,train\nA1,2,1,,2,train\nA1,1,1,,3,test\n"
    assert imported(rows, kind="purchase") == MergeCounts(new=3)
    assert [(row[1], row[5]) for row in stored()] == [("1", 1), ("2", 2), ("1", 3)]


def test_order_in_the_file_becomes_the_sequence_of_each_person(imported: Import) -> None:
    imported("user_id,item_id\nalice,3\nbob,1\nalice,1\nbob,1\n")
    assert [(row[0], row[1], row[5]) for row in stored()] == [
        ("alice", "3", 1),
        ("bob", "1", 1),
        ("alice", "1", 2),
        ("bob", "1", 2),
    ]


def test_mended_file_keeps_the_interactions_of_its_other_rows(imported: Import) -> None:
    assert imported("user_id,item_id,value\nalice,1,x\nalice,99,3\nalice,2,4\n") == MergeCounts(new=1)
    assert imported("user_id,item_id,value\nalice,1,5\nalice,3,3\nalice,2,4\n") == MergeCounts(new=2, unchanged=1)
    assert sorted((row[5], row[1]) for row in stored()) == [(1, "1"), (2, "3"), (3, "2")]


def test_interaction_recorded_by_the_service_is_recognised(imported: Import, alice: Profile) -> None:
    item = Item.objects.get(external_id="1")
    record_interaction(profile=alice, item=item, kind="like", occurred_at=SEEN)
    assert imported("user_id,item_id,kind,timestamp\nalice,1,like,2000-07-30T18:08:19Z\n") == MergeCounts(unchanged=1)


def test_catalogs_are_apart(imported: Import, other_catalog: Catalog) -> None:
    Item.objects.create(catalog=other_catalog, external_id="1", title="Congee")
    content = "user_id,item_id,timestamp,interaction_id\nalice,1,5,e1\nalice,1,6,\n"
    assert imported(content) == MergeCounts(new=2)
    assert imported(content, catalog=other_catalog) == MergeCounts(new=2)
    assert imported("user_id,item_id,timestamp\nalice,2,5\n", catalog=other_catalog) == MergeCounts()
    assert imported.refused == [RowError(2, "item_id", "2", "is no item of this catalog")]
    assert Profile.objects.filter(external_id="alice").count() == 2
    assert {(row.catalog_id, row.item.title) for row in Interaction.objects.select_related("item")} == {
        (imported.catalog.pk, "1"),
        (other_catalog.pk, "Congee"),
    }


def test_json_lines_are_imported_alike(imported: Import) -> None:
    lines = '{"user_id": "alice", "item_id": 1, "kind": "like", "timestamp": 964980499}\n{"user_id": "alice", "ite'
    assert imported(lines, kind=None, name="i.jsonl") == MergeCounts(new=1)
    assert stored() == [("alice", "1", "like", None, SEEN, None, None)]
    assert imported.refused[0].row_number == 2


def test_kind_must_be_said_where_values_are_no_ratings(imported: Import) -> None:
    with pytest.raises(FileRefused, match=r"say --kind\. This catalog's kinds are: click, dislike"):
        imported("user_id,item_id,value,timestamp\nalice,1,1,5\nalice,2,1,6\n", kind=None)
    assert imported("user_id,item_id,value,timestamp\nalice,1,4,5\nalice,2,1,6\n", kind=None) == MergeCounts(new=2)
    assert {row[2] for row in stored()} == {"rating"}


def test_file_refused_half_way_leaves_nothing(imported: Import) -> None:
    with pytest.raises(FileRefused):
        imported('user_id,item_id,timestamp\nalice,1,5\n"bob,1,5\nbob,2,5\n')
    assert Interaction.objects.count() == Profile.objects.count() == 0


def test_many_rows_need_no_more_queries_than_few(imported: Import) -> None:
    def queries_for(rows: range) -> int:
        with CaptureQueriesContext(connection) as queries:
            imported("user_id,item_id,timestamp\n" + "".join(f"u{n % 50},{n % 3 + 1},{n}\n" for n in rows))
        return len(queries)

    assert queries_for(range(5)) == queries_for(range(100, 900)) <= 20
    # From a thousand rows on, joins are hashed: two more.
    assert queries_for(range(1_000, 4_000)) <= 22
    assert Interaction.objects.count() == 3_805
