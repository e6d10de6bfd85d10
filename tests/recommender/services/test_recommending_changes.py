"""What changed a moment ago is in the next answer; what must not come back does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from recommender.models import InteractionKind
from recommender.services.interactions import remove_interaction
from recommender.services.recommending import recommend
from tests.conftest import act
from tests.recommender.services.arranging import WORDS, Plane, everybody_likes
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def shelf(plane: Plane) -> Plane:
    """Two neighbours in each of two directions, and something that fits the words."""
    for name, place in {
        "red-1": (0, 1),
        "red-2": (0, 1),
        "blue-1": (0, 0, 1),
        "blue-2": (0, 0, 1),
        "song": (1,),
    }.items():
        plane.item(name, *place)
    return plane


def shown(plane: Plane, profile: Profile | None, *, statement: str = "", k: int = 10) -> list[str]:
    answer = recommend(catalog=plane.catalog, profile=profile, statement=statement, k=k, now=NOW)
    return [result.item_id for result in answer.results]


def test_new_interaction(shelf: Plane, alice: Profile) -> None:
    act(alice, shelf.catalog.items.get(external_id="red-1"))
    assert shown(shelf, alice, k=1) == ["red-2"]
    act(alice, shelf.catalog.items.get(external_id="blue-1"), "rating", value=5)
    act(alice, shelf.catalog.items.get(external_id="red-2"), "dislike")
    assert shown(shelf, alice, k=1) == ["blue-2"]


def test_removed_interaction(shelf: Plane, alice: Profile) -> None:
    red = act(alice, shelf.catalog.items.get(external_id="red-1"))
    act(alice, shelf.catalog.items.get(external_id="blue-1"), "view")
    assert shown(shelf, alice) == ["red-2", "blue-2", "song"]
    remove_interaction(red)
    assert shown(shelf, alice) == ["blue-2", "red-1", "red-2", "song"]


def test_value_of_an_interaction(shelf: Plane, alice: Profile) -> None:
    red, blue = (shelf.catalog.items.get(external_id=name) for name in ("red-1", "blue-1"))
    act(alice, red, "rating", value=4, external_id="r")
    act(alice, blue, "rating", value=5)
    assert shown(shelf, alice, k=2) == ["blue-2", "red-2"]
    act(alice, red, "rating", value=1, external_id="r")
    assert shown(shelf, alice) == ["blue-2", "song", "red-2"]


def test_configuration(shelf: Plane, alice: Profile) -> None:
    act(alice, shelf.catalog.items.get(external_id="red-1"))
    assert len(shown(shelf, alice)) == 4
    version = shelf.configure({"result_list": {"minimum_score": 0.5}})
    answer = recommend(catalog=shelf.catalog, profile=alice, now=NOW)
    assert [result.item_id for result in answer.results] == ["red-2"]
    assert answer.config_version == version.version == 2


def test_weight_of_a_kind(shelf: Plane, alice: Profile) -> None:
    act(alice, shelf.catalog.items.get(external_id="red-1"), "save")
    act(alice, shelf.catalog.items.get(external_id="blue-1"), "like")
    assert shown(shelf, alice, k=2) == ["blue-2", "red-2"]
    InteractionKind.objects.filter(catalog=shelf.catalog, name="save").update(weight=3)
    assert shown(shelf, alice, k=2) == ["red-2", "blue-2"]


def test_hidden_item_is_gone_everywhere(shelf: Plane, alice: Profile) -> None:
    act(alice, shelf.catalog.items.get(external_id="red-1"))
    everybody_likes(shelf.catalog, shelf.catalog.items.get(external_id="red-2"), at=NOW)
    for profile, statement in [(alice, ""), (alice, WORDS), (None, WORDS), (None, "")]:
        assert "red-2" in shown(shelf, profile, statement=statement)
    shelf.catalog.items.filter(external_id="red-2").update(hidden=True)
    for profile, statement in [(alice, ""), (alice, WORDS), (None, WORDS), (None, "")]:
        assert "red-2" not in shown(shelf, profile, statement=statement)
    shelf.catalog.items.filter(external_id="red-2").update(hidden=False)
    assert shown(shelf, alice, k=1) == ["red-2"]


def test_liked_item_that_was_hidden_still_speaks_for_its_neighbours(shelf: Plane, alice: Profile) -> None:
    act(alice, shelf.catalog.items.get(external_id="red-1"))
    shelf.catalog.items.filter(external_id="red-1").update(hidden=True)
    assert shown(shelf, alice, k=1) == ["red-2"]


def test_deleted_item(shelf: Plane, alice: Profile) -> None:
    act(alice, shelf.catalog.items.get(external_id="red-1"))
    shelf.catalog.items.get(external_id="red-2").delete()
    assert set(shown(shelf, alice)) == {"blue-1", "blue-2", "song"}


def test_switch_of_personalisation(shelf: Plane, alice: Profile) -> None:
    act(alice, shelf.catalog.items.get(external_id="red-1"))
    everybody_likes(shelf.catalog, shelf.catalog.items.get(external_id="blue-1"), at=NOW)
    assert shown(shelf, alice, k=1) == ["red-2"]
    alice.personalise = False
    alice.save()
    assert shown(shelf, alice) == ["blue-1", "red-2", "blue-2", "song"]
    alice.personalise = True
    alice.save()
    assert shown(shelf, alice, k=1) == ["red-2"]


@pytest.mark.parametrize("kind", ["view", "click", "like", "dislike", "hide", "save", "rating", "purchase", "follow"])
def test_nothing_that_was_touched_comes_back_by_default(shelf: Plane, alice: Profile, kind: str) -> None:
    act(alice, shelf.catalog.items.get(external_id="blue-1"))
    act(alice, shelf.catalog.items.get(external_id="red-1"), kind, value=4 if kind == "rating" else None)
    for statement in ("", WORDS):
        assert not {"red-1", "blue-1"} & set(shown(shelf, alice, statement=statement))
        assert len(shown(shelf, alice, statement=statement)) == 3


def test_kind_that_does_not_mark_as_seen(shelf: Plane, alice: Profile) -> None:
    InteractionKind.objects.filter(catalog=shelf.catalog, name="view").update(marks_seen=False)
    act(alice, shelf.catalog.items.get(external_id="red-1"), "view")
    assert shown(shelf, alice, k=2) == ["red-1", "red-2"]


def test_people_do_not_lose_what_others_have_seen(shelf: Plane, alice: Profile, bob: Profile) -> None:
    for item in shelf.catalog.items.all():
        act(bob, item)
    assert shown(shelf, alice, statement=WORDS)[0] == "song"
    assert len(shown(shelf, alice)) == 5
    assert shown(shelf, bob) == []


POLICIES: list[dict[str, Any]] = [{"policy": "never"}, {"policy": "after_days", "after_days": 30}, {"policy": "always"}]


@pytest.mark.parametrize("seen", POLICIES, ids=lambda seen: str(seen["policy"]))
@pytest.mark.parametrize("kind", ["dislike", "hide"])
@pytest.mark.parametrize("days", [0, 1000])
def test_disliked_item_never_returns(shelf: Plane, alice: Profile, seen: dict[str, Any], kind: str, days: int) -> None:
    shelf.configure({"seen": seen})
    act(alice, shelf.catalog.items.get(external_id="red-1"), kind, occurred_at=NOW - timedelta(days=days))
    for statement in ("", WORDS):
        assert "red-1" not in shown(shelf, alice, statement=statement)


def test_dislike_that_was_taken_back_returns_where_seen_items_do(shelf: Plane, alice: Profile) -> None:
    shelf.configure({"seen": {"policy": "always"}})
    red = shelf.catalog.items.get(external_id="red-1")
    act(alice, red, "dislike", occurred_at=NOW - timedelta(days=3))
    assert "red-1" not in shown(shelf, alice)
    act(alice, red, "like", occurred_at=NOW - timedelta(days=2))
    assert shown(shelf, alice, k=1) == ["red-1"]
    act(alice, red, "dislike", occurred_at=NOW - timedelta(days=1))
    assert "red-1" not in shown(shelf, alice)


def test_dislike_followed_by_a_view_stays_a_dislike(shelf: Plane, alice: Profile) -> None:
    shelf.configure({"seen": {"policy": "always"}})
    red = shelf.catalog.items.get(external_id="red-1")
    act(alice, red, "dislike", occurred_at=NOW - timedelta(days=3))
    act(alice, red, "view", occurred_at=NOW)
    assert "red-1" not in shown(shelf, alice)


def test_poor_rating_is_a_rejection_and_a_good_one_takes_it_back(shelf: Plane, alice: Profile) -> None:
    shelf.configure({"seen": {"policy": "always"}})
    red = shelf.catalog.items.get(external_id="red-1")
    act(alice, red, "dislike", occurred_at=NOW - timedelta(days=3))
    act(alice, red, "rating", value=1, occurred_at=NOW - timedelta(days=2))
    assert "red-1" not in shown(shelf, alice)
    act(alice, red, "rating", value=5, occurred_at=NOW - timedelta(days=1))
    assert shown(shelf, alice, k=1) == ["red-1"]


def test_seen_item_returns_after_the_days_that_are_configured(shelf: Plane, alice: Profile) -> None:
    shelf.configure({"seen": {"policy": "after_days", "after_days": 30}})
    act(alice, shelf.catalog.items.get(external_id="red-1"), occurred_at=NOW - timedelta(days=29, hours=23))
    act(alice, shelf.catalog.items.get(external_id="red-2"), occurred_at=NOW - timedelta(days=30, hours=1))
    assert shown(shelf, alice, k=1) == ["red-2"]
    assert set(shown(shelf, alice)) == {"red-2", "blue-1", "blue-2", "song"}


def test_item_seen_at_an_unknown_time_is_not_said_to_be_long_ago(shelf: Plane, alice: Profile) -> None:
    shelf.configure({"seen": {"policy": "after_days", "after_days": 30}})
    act(alice, shelf.catalog.items.get(external_id="red-1"), sequence=1)
    assert "red-1" not in shown(shelf, alice)
