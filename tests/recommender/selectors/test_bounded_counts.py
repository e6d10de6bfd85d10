"""Counts that stop: exact up to a bound, and what the planner believes beyond it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog, Item
from recommender.selectors.bounded_counts import Count, bounded_count, counts_by_period

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def items(catalog: Catalog) -> list[Item]:
    """Twelve on the first of May, one on the second."""
    made = Item.objects.bulk_create(
        [Item(catalog=catalog, external_id=str(number), title=f"Item {number}") for number in range(13)]
    )
    Item.objects.update(created_at=NOON)
    Item.objects.filter(external_id="12").update(created_at=NOON + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_item")
    return made


def test_few_rows_are_counted(items: list[Item]) -> None:
    assert bounded_count(Item.objects.all()) == Count(13)
    assert bounded_count(Item.objects.filter(external_id="1")) == Count(1)
    assert bounded_count(Item.objects.all(), limit=13) == Count(13)


def test_many_rows_are_estimated_and_not_read(items: list[Item]) -> None:
    with CaptureQueriesContext(connection) as captured:
        found = bounded_count(Item.objects.all(), limit=5)
    assert found == Count(13, exact=False)
    assert ["LIMIT 6" in query["sql"] or query["sql"].startswith("EXPLAIN (") for query in captured] == [True, True]


def test_periods_are_half_open(items: list[Item]) -> None:
    day = timedelta(days=1)
    assert counts_by_period(Item, [NOON - day, NOON, NOON + day, NOON + 2 * day]) == [Count(0), Count(12), Count(1)]


def test_a_full_period_is_estimated_and_the_others_are_exact(items: list[Item]) -> None:
    day = timedelta(days=1)
    counts = counts_by_period(Item, [NOON - day, NOON, NOON + day, NOON + 2 * day], limit=5)
    assert counts == [Count(0), Count(12, exact=False), Count(1)]


def test_sums_know_whether_they_are_exact() -> None:
    assert Count(1) + Count(2) == Count(3)
    assert Count(1) + Count(2, exact=False) == Count(3, exact=False)
