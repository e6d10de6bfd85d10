"""A person's history as the interest model reads it: in order, by its catalog's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalog.models import Catalog
from recommender.engine.history import KindRule
from recommender.engine.settings import SeenSettings
from recommender.models import InteractionKind
from recommender.selectors.history import excluded_item_ids, kind_rules, newest_events
from tests.conftest import MakeItem, act
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
NEVER = SeenSettings(policy="never")
ALWAYS = SeenSettings(policy="always")
AFTER_30_DAYS = SeenSettings(policy="after_days", after_days=30)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_kinds_become_rules(catalog: Catalog, other_catalog: Catalog) -> None:
    InteractionKind.objects.create(catalog=other_catalog, name="taste")
    rules = kind_rules(catalog.pk)
    assert set(rules) == {"view", "click", "like", "dislike", "hide", "save", "rating", "purchase", "follow"}
    assert rules["rating"] == KindRule("rating", 1.0, 1, "centred", 3.0, 2.0, states=True)
    assert rules["dislike"] == KindRule("dislike", 1.0, -1, "ignore", None, 1.0, states=True)
    assert rules["view"] == KindRule("view", 0.2, 1, "ignore", None, 1.0, states=False)


def test_newest_events_come_first_and_those_without_a_time_last(alice: Profile, make_item: MakeItem) -> None:
    items = [make_item(f"item-{number}") for number in range(6)]
    act(alice, items[0], sequence=1)
    act(alice, items[1], sequence=2)
    act(alice, items[2], occurred_at=days_ago(3))
    act(alice, items[3], occurred_at=days_ago(1), sequence=1)
    act(alice, items[4], occurred_at=days_ago(1), sequence=2)
    act(alice, items[5], "rating", occurred_at=days_ago(2), value=4.5)
    events = newest_events(alice.pk, length=10)
    assert [event.item_id for event in events] == [items[number].pk for number in (4, 3, 5, 2, 1, 0)]
    assert (events[2].kind, events[2].value, events[2].occurred_at) == ("rating", 4.5, days_ago(2))
    assert [event.item_id for event in newest_events(alice.pk, length=2)] == [items[4].pk, items[3].pk]


def test_events_are_the_persons_own(alice: Profile, bob: Profile, make_item: MakeItem) -> None:
    act(bob, make_item("film"))
    assert newest_events(alice.pk, length=10) == []


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (
            NEVER,
            {"viewed-long-ago", "viewed-lately", "disliked-long-ago", "rated-poorly-long-ago", "viewed-at-no-time"},
        ),
        (AFTER_30_DAYS, {"viewed-lately", "disliked-long-ago", "rated-poorly-long-ago", "viewed-at-no-time"}),
        (ALWAYS, {"disliked-long-ago", "rated-poorly-long-ago"}),
    ],
)
def test_what_may_not_come_back(alice: Profile, make_item: MakeItem, seen: SeenSettings, expected: set[str]) -> None:
    act(alice, make_item("viewed-long-ago"), "view", occurred_at=days_ago(31))
    act(alice, make_item("viewed-lately"), "view", occurred_at=days_ago(29))
    act(alice, make_item("viewed-at-no-time"), "view", sequence=1)
    act(alice, make_item("disliked-long-ago"), "dislike", occurred_at=days_ago(1000))
    act(alice, make_item("rated-poorly-long-ago"), "rating", value=2, occurred_at=days_ago(1000))
    make_item("untouched")
    names = dict(alice.catalog.items.values_list("pk", "external_id"))
    assert {names[item_id] for item_id in excluded_item_ids(alice.pk, seen, now=NOW)} == expected


@pytest.mark.parametrize(
    ("history", "is_rejected"),
    [
        (["dislike"], True),
        (["hide"], True),
        (["like"], False),
        (["dislike", "like"], False),
        (["like", "dislike"], True),
        (["dislike", "view", "purchase"], True),
        (["rating 1"], True),
        (["rating 3"], False),
        (["dislike", "rating 4"], False),
        (["rating 5", "rating 2"], True),
    ],
)
def test_newest_opinion_decides_whether_an_item_is_rejected(
    alice: Profile, make_item: MakeItem, history: list[str], is_rejected: bool
) -> None:
    item = make_item("film")
    for day, words in enumerate(history):
        kind, *value = words.split()
        act(alice, item, kind, value=float(value[0]) if value else None, occurred_at=days_ago(100 - day))
    assert excluded_item_ids(alice.pk, ALWAYS, now=NOW) == ({item.pk} if is_rejected else set())


def test_negative_kind_excludes_even_where_it_does_not_mark_as_seen(alice: Profile, make_item: MakeItem) -> None:
    InteractionKind.objects.filter(catalog=alice.catalog).update(marks_seen=False)
    viewed, disliked = make_item("viewed"), make_item("disliked")
    act(alice, viewed, "view")
    act(alice, disliked, "dislike")
    assert excluded_item_ids(alice.pk, NEVER, now=NOW) == {disliked.pk}
