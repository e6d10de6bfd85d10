"""The home page as rows: which there are, that no item is in two of them, and what they cost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Item
from recommender.models import Slate
from recommender.services.answers import Basis
from recommender.services.feed import FIRST_ROW_LENGTH, ROW_LENGTH, FeedRow, RowKind, feed
from recommender.services.slates import create_partition
from tests.conftest import act
from tests.recommender.services.arranging import WORDS, Plane, everybody_likes
from users.models import Profile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
KINDS = ("film", "book")


@pytest.fixture
def works(plane: Plane) -> dict[str, Item]:
    """Sixty works of two kinds, around two directions: odd ones are along the second axis, even ones the third."""
    return {
        f"{kind}-{number}": plane.item(f"{kind}-{number}", 0.1, number % 2, (number + 1) % 2, 0.01 * number, kind=kind)
        for kind in KINDS
        for number in range(30)
    }


def rows_for(plane: Plane, profile: Profile | None) -> list[FeedRow]:
    return feed(catalog=plane.catalog, profile=profile, language="en", now=NOW)


def shown(rows: list[FeedRow]) -> list[str]:
    return [result.item_id for row in rows for result in row.answer.results]


def described(rows: list[FeedRow]) -> list[tuple[str, str, int]]:
    """Each row's kind, what it is about, and its length."""
    return [
        (row.kind, row.liked.item.external_id if row.liked else row.item_kind, len(row.answer.results)) for row in rows
    ]


def test_somebody_with_a_history_has_rows_for_them_for_what_they_liked_for_each_kind_and_what_is_popular(
    plane: Plane, works: dict[str, Item], alice: Profile
) -> None:
    for days, name in enumerate(["film-1", "film-2", "book-2"]):
        act(alice, works[name], occurred_at=NOW - timedelta(days=9 - days))

    rows = rows_for(plane, alice)

    assert described(rows) == [
        ("for-you", "", FIRST_ROW_LENGTH),
        ("liked", "book-2", ROW_LENGTH),
        ("liked", "film-2", ROW_LENGTH),
        ("of-kind", "book", ROW_LENGTH),
        ("of-kind", "film", ROW_LENGTH),
        ("popular", "", ROW_LENGTH),
    ]
    assert [row.answer.basis for row in rows] == [
        Basis.HISTORY,
        Basis.ITEM,
        Basis.ITEM,
        Basis.HISTORY,
        Basis.HISTORY,
        Basis.POPULAR,
    ]


def test_no_item_is_on_the_page_twice_and_nothing_that_the_person_has_seen(
    plane: Plane, works: dict[str, Item], alice: Profile
) -> None:
    liked = ["film-1", "film-2", "book-2"]
    for name in liked:
        act(alice, works[name])

    names = shown(rows_for(plane, alice))

    assert max(Counter(names).values()) == 1
    assert len(names) == FIRST_ROW_LENGTH + 5 * ROW_LENGTH
    assert set(names) <= set(works) - set(liked)


@pytest.mark.parametrize("policy", ["never", "after_days", "always"])
@pytest.mark.parametrize("kind", ["dislike", "hide"])
def test_refused_item_is_in_no_row_whatever_may_return(
    plane: Plane, works: dict[str, Item], alice: Profile, policy: str, kind: str
) -> None:
    plane.configure({"seen": {"policy": policy, "after_days": 1}})
    long_ago = NOW - timedelta(days=400)
    act(alice, works["film-2"], occurred_at=long_ago)
    act(alice, works["film-4"], kind=kind, occurred_at=long_ago)
    # Without the refusal the most popular of all, and most like what is liked.
    everybody_likes(plane.catalog, works["film-4"], times=9, at=NOW)

    for _ in range(2):
        rows = rows_for(plane, alice)
        assert "film-4" not in shown(rows)
        assert {row.kind for row in rows} >= {RowKind.FOR_YOU, RowKind.LIKED, RowKind.OF_KIND}
    act(alice, works["film-4"], occurred_at=NOW)
    if policy == "always":
        assert "film-4" in shown(rows_for(plane, alice))


def test_nobody_known_is_shown_what_is_popular_at_all_and_of_each_kind(plane: Plane, works: dict[str, Item]) -> None:
    everybody_likes(plane.catalog, works["book-7"], times=2, at=NOW)
    everybody_likes(plane.catalog, works["film-3"], at=NOW)

    rows = rows_for(plane, None)

    assert described(rows) == [
        ("for-you", "", FIRST_ROW_LENGTH),
        ("of-kind", "book", ROW_LENGTH),
        ("of-kind", "film", ROW_LENGTH),
    ]
    assert {row.answer.basis for row in rows} == {Basis.POPULAR}
    assert shown(rows)[:2] == ["book-7", "film-3"]


def test_who_switched_personalisation_off_has_no_row_of_their_likes(
    plane: Plane, works: dict[str, Item], alice: Profile
) -> None:
    act(alice, works["film-2"])
    alice.personalise = False
    alice.save()
    rows = rows_for(plane, alice)
    assert {row.kind for row in rows} == {RowKind.FOR_YOU, RowKind.OF_KIND}
    assert not any(row.is_personal for row in rows)


def test_what_was_only_looked_at_or_refused_later_is_not_called_liked(
    plane: Plane, works: dict[str, Item], alice: Profile
) -> None:
    act(alice, works["film-1"], kind="view", occurred_at=NOW)
    act(alice, works["film-2"], occurred_at=NOW - timedelta(days=3))
    act(alice, works["film-2"], kind="dislike", occurred_at=NOW - timedelta(days=2))
    act(alice, works["film-3"], kind="rating", value=2, occurred_at=NOW - timedelta(days=1))
    act(alice, works["film-5"], kind="save", occurred_at=NOW - timedelta(days=9))

    liked = [row.liked for row in rows_for(plane, alice) if row.liked]

    assert [(one.item.external_id, one.kind) for one in liked] == [("film-5", "save")]


def test_liked_item_without_an_embedding_has_no_row(plane: Plane, works: dict[str, Item], alice: Profile) -> None:
    act(alice, works["film-2"], occurred_at=NOW - timedelta(days=1))
    act(alice, plane.item("new", kind="film"), occurred_at=NOW)
    assert [row.liked.item.external_id for row in rows_for(plane, alice) if row.liked] == ["film-2"]


def test_one_kind_has_no_row_beside_the_first(plane: Plane) -> None:
    for number in range(30):
        plane.item(f"film-{number}", 0, 1, number, kind="film")
    assert described(rows_for(plane, None)) == [("for-you", "", FIRST_ROW_LENGTH)]


def test_kinds_that_the_configuration_leaves_out_have_no_row(plane: Plane, works: dict[str, Item]) -> None:
    plane.item("game-1", 0, 1, kind="game")
    plane.configure({"filters": {"kinds": ["film", "game"]}})
    rows = rows_for(plane, None)
    assert [row.item_kind for row in rows[1:]] == ["film", "game"]
    assert not any(name.startswith("book") for name in shown(rows))


def test_each_row_is_logged_for_whom_it_was_made(plane: Plane, works: dict[str, Item], alice: Profile) -> None:
    act(alice, works["film-2"])
    for row in rows_for(plane, alice):
        slate = Slate.objects.get(pk=row.answer.request_id)
        expected = None if row.kind in {RowKind.LIKED, RowKind.POPULAR} else alice
        assert (slate.profile, slate.created_at) == (expected, NOW)


def test_rows_cost_no_more_queries_where_there_is_more(plane: Plane, works: dict[str, Item], alice: Profile) -> None:
    create_partition(timezone.now().year, timezone.now().month)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(feed(catalog=plane.catalog, profile=alice, language="en")) == 6
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    alice.statement = WORDS
    alice.save()
    for name in ("film-1", "film-2", "book-1"):
        act(alice, works[name])
    queries()  # What the first page reads of settings and space is kept for those that follow.
    few = queries()
    for number in range(30, 70):
        for kind in KINDS:
            item = plane.item(f"{kind}-{number}", 0.1, number % 2, (number + 1) % 2, 0.01 * number, kind=kind)
            if number % 4 == 0:
                act(alice, item)
    assert queries() == few <= 90
