"""import_gorse_dump: files that Gorse exports."""

from __future__ import annotations

import gzip
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.gorse.moments import moment_text
from recommender.models import Interaction, InteractionKind
from recommender.services.catalogs import open_catalog
from recommender.services.erasing import erase_profile
from tests.recommender.gorse.conftest import Caller, secret_for
from users.models import Profile, Way

NOON = "2024-05-01T12:00:00Z"
# As Go writes them: each member of the three, whether it is set or not.
USERS: list[dict[str, Any]] = [
    {"UserId": "bob", "Labels": {"age": 40}, "Comment": "Bob"},
    {"UserId": "carol", "Labels": ["x", "y"], "Comment": "several\nlines"},
]
ITEMS: list[dict[str, Any]] = [
    {
        "ItemId": "heat",
        "IsHidden": False,
        "Categories": ["crime", "drama"],
        "Timestamp": "1995-12-15T00:00:00Z",
        "Labels": {"year": 1995, "people": [{"name": "Mann"}]},
        "Comment": "Heat",
    },
    {
        "ItemId": "ran",
        "IsHidden": True,
        "Categories": [],
        "Timestamp": "0001-01-01T00:00:00Z",
        "Labels": None,
        "Comment": "",
    },
]
FEEDBACK: list[dict[str, Any]] = [
    {
        "FeedbackType": "star",
        "UserId": "bob",
        "ItemId": "heat",
        "Value": 3.0,
        "Timestamp": NOON,
        "Labels": {"device": "tv"},
        "Comment": "good",
    },
    {
        "FeedbackType": "read",
        "UserId": "dave",
        "ItemId": "unlisted",
        "Value": 0.0,
        "Timestamp": "0001-01-01T00:00:00Z",
        "Labels": None,
        "Comment": "",
    },
]


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.chdir(tmp_path)
    write("users.jsonl", USERS)
    write("items.jsonl.gz", ITEMS)
    write("feedback.jsonl", FEEDBACK)


def write(name: str, rows: list[Any]) -> None:
    lines = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    content = lines.encode()
    Path(name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


def run(*arguments: str) -> list[str]:
    output = io.StringIO()
    call_command("import_gorse_dump", *arguments, "--catalog", "moved", stdout=output)
    return output.getvalue().splitlines()


def test_a_dump_is_imported_and_given_back_as_it_was() -> None:
    assert run("feedback.jsonl", "items.jsonl.gz", "users.jsonl") == [
        "users: 2 new, 0 changed, 0 unchanged, 0 refused",
        "items: 2 new, 0 changed, 0 unchanged, 0 refused",
        "feedback: 2 new, 0 changed, 0 unchanged, 0 refused",
        "items that feedback alone names: 1 new, 0 changed, 0 unchanged, 0 refused",
    ]
    call = Caller(secret_for(Catalog.objects.get(slug="moved")))
    assert [call("GET", f"item/{item['ItemId']}").json() for item in ITEMS] == ITEMS
    assert [call("GET", f"user/{user['UserId']}").json() for user in USERS] == USERS
    assert call("GET", "feedback/star/bob/heat").json() == FEEDBACK[0]
    (read,) = call("GET", "user/dave/feedback").json()
    assert (read["FeedbackType"], read["ItemId"], read["Value"]) == ("read", "unlisted", 0.0)
    assert InteractionKind.objects.get(catalog__slug="moved", name="read").weight == 0.2


def test_the_same_dump_again_changes_nothing() -> None:
    files = ("users.jsonl", "items.jsonl.gz", "feedback.jsonl")
    run(*files)
    stored = list(Interaction.objects.order_by("pk").values())
    assert run(*files) == [
        f"{name}: 0 new, 0 changed, 2 unchanged, 0 refused" for name in ("users", "items", "feedback")
    ]
    assert list(Interaction.objects.order_by("pk").values()) == stored


def test_a_later_dump_changes_what_it_says_otherwise() -> None:
    run("feedback.jsonl")
    write("feedback.jsonl", [{**FEEDBACK[0], "Value": 5.0, "Timestamp": "2023-01-01T00:00:00Z"}, FEEDBACK[1]])
    assert run("feedback.jsonl") == ["feedback: 0 new, 1 changed, 1 unchanged, 0 refused"]
    star = Interaction.objects.get(kind__name="star")
    assert (star.value, moment_text(star.occurred_at)) == (5.0, "2023-01-01T00:00:00Z")


def test_clients_go_on_where_the_dump_ended() -> None:
    run("feedback.jsonl")
    call = Caller(secret_for(Catalog.objects.get(slug="moved")))
    call("POST", "feedback", [{**FEEDBACK[0], "Value": 2.0}])
    assert call("GET", "feedback/star/bob/heat").json()["Value"] == 5.0
    assert Interaction.objects.filter(kind__name="star").count() == 1


def test_refused_rows_are_told_by_their_numbers() -> None:
    later = moment_text(timezone.now() + timedelta(hours=1))
    write(
        "feedback.jsonl",
        [
            FEEDBACK[0],
            {**FEEDBACK[0], "Value": 9.0},
            {**FEEDBACK[0], "ItemId": ""},
            {**FEEDBACK[0], "ItemId": "a", "Timestamp": later},
            {**FEEDBACK[0], "ItemId": "b", "Value": "much"},
            "{broken",
            {**FEEDBACK[0], "ItemId": "c", "FeedbackType": "x" * 64},
            {**FEEDBACK[0], "ItemId": "d"},
        ],
    )
    assert run("feedback.jsonl")[0] == "feedback: 2 new, 0 changed, 0 unchanged, 6 refused"
    told = Path("feedback.jsonl.errors.csv").read_text(encoding="utf-8").splitlines()
    assert sorted(line.split(",")[0:2] for line in told[1:]) == [
        ["2", "item_id"],
        ["3", "ItemId"],
        ["4", "Timestamp"],
        ["5", "Value"],
        ["6", ""],
        ["7", "FeedbackType"],
    ]
    assert "is the same feedback as row 1" in "\n".join(told)


def test_what_a_file_holds_can_be_said() -> None:
    write("odd.jsonl", [{"UserId": "bob", "ItemId": "heat"}])
    assert run("odd.jsonl") == ["items: 1 new, 0 changed, 0 unchanged, 0 refused", "items: columns not used: UserId"]
    assert run("odd.jsonl", "--rows", "users")[0] == "users: 1 new, 0 changed, 0 unchanged, 0 refused"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"Name": "x"}\n', "has no row with"),
        ("", "is empty"),
        ("item_id,time_stamp\n1,2\n", "is no JSON lines file"),
        ('[{"ItemId": "x"}]', "is a JSON list"),
    ],
)
def test_what_is_no_dump_is_refused_as_a_whole(content: str, message: str) -> None:
    Path("other.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=message):
        run("users.jsonl", "other.jsonl")
    assert not Catalog.objects.filter(slug="moved").exists()


def test_columns_cannot_be_named() -> None:
    with pytest.raises(CommandError, match="--column does not apply"):
        run("users.jsonl", "--column", "userid=Name")


def test_erased_people_come_back_with_consent_alone() -> None:
    catalog = open_catalog(slug="moved")
    erase_profile(profile=Profile.objects.create(catalog=catalog, external_id="bob"), way=Way.API)
    assert run("users.jsonl", "feedback.jsonl")[:2] == [
        "users: 1 new, 0 changed, 0 unchanged, 1 refused",
        "feedback: 1 new, 0 changed, 0 unchanged, 1 refused",
    ]
    assert not Profile.objects.filter(external_id="bob").exists()
    assert run("users.jsonl", "--consent")[0] == "users: 1 new, 0 changed, 1 unchanged, 0 refused"


def test_a_catalog_that_nothing_is_said_of_stays_as_it_is() -> None:
    other = open_catalog(slug="other")
    Item.objects.create(catalog=other, external_id="heat", title="Something else")
    run("items.jsonl.gz", "feedback.jsonl")
    assert list(Item.objects.filter(catalog=other).values_list("title", flat=True)) == ["Something else"]
    assert not Interaction.objects.filter(catalog=other).exists()
