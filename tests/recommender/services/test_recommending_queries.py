"""What an answer costs does not grow with the catalogue, the list or the history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from recommender.services.slates import create_partition
from tests.conftest import act
from tests.recommender.services.arranging import WORDS, Plane
from users.models import Profile

# Savepoints left out, the look for the month's partition counted: it is remembered once a transaction is done.
MOST_PERSONAL, MOST_IMPERSONAL, MOST_SIMILAR = 13, 7, 10


@pytest.fixture(autouse=True)
def _partition_of_this_month(db: None) -> None:
    """The first answer of a month makes it; what every other answer costs is counted here."""
    create_partition(timezone.now().year, timezone.now().month)


def queries(answer: Callable[[], object]) -> int:
    # What the first one reads of settings, space and version is kept for those that follow.
    answer()
    with CaptureQueriesContext(connection) as captured:
        answer()
    return len([query for query in captured if "SAVEPOINT" not in query["sql"]])


def fill(plane: Plane, profile: Profile, *, items: int) -> None:
    have = plane.catalog.items.count()
    for number in range(have, have + items):
        item = plane.item(f"item-{number}", 1, number % 7, number % 5)
        if number % 3 == 0:
            act(profile, item, "dislike" if number % 9 == 0 else "like")


def test_personal_answer(plane: Plane, alice: Profile) -> None:
    fill(plane, alice, items=40)
    few = queries(lambda: recommend(catalog=plane.catalog, profile=alice, statement=WORDS, k=2))
    fill(plane, alice, items=60)
    many = queries(lambda: recommend(catalog=plane.catalog, profile=alice, statement=WORDS, k=30))
    assert few == many <= MOST_PERSONAL


def test_personal_answer_where_seen_items_may_return(plane: Plane, alice: Profile) -> None:
    plane.configure({"seen": {"policy": "after_days"}})
    fill(plane, alice, items=40)
    few = queries(lambda: recommend(catalog=plane.catalog, profile=alice, k=2))
    fill(plane, alice, items=60)
    assert queries(lambda: recommend(catalog=plane.catalog, profile=alice, k=30)) == few <= MOST_PERSONAL + 1


def test_impersonal_answer(plane: Plane, alice: Profile) -> None:
    fill(plane, alice, items=40)
    few = queries(lambda: recommend(catalog=plane.catalog, k=2))
    fill(plane, alice, items=60)
    assert queries(lambda: recommend(catalog=plane.catalog, k=60)) == few <= MOST_IMPERSONAL


def test_similar_items(plane: Plane, alice: Profile) -> None:
    fill(plane, alice, items=30)
    item = plane.catalog.items.get(external_id="item-1")
    few = queries(lambda: similar_items(item=item, k=2))
    fill(plane, alice, items=60)
    assert queries(lambda: similar_items(item=item, k=60)) == few <= MOST_SIMILAR


@pytest.mark.parametrize("k", [1, 20])
def test_each_query_is_asked_once(plane: Plane, alice: Profile, k: int) -> None:
    fill(plane, alice, items=60)
    with CaptureQueriesContext(connection) as captured:
        recommend(catalog=plane.catalog, profile=alice, statement=WORDS, k=k)
    reads = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    assert len(reads) == len(set(reads))
