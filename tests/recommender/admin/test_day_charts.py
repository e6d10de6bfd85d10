"""Bars of days: in proportion, seen where there is anything, and told in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from recommender.admin.day_charts import count_in_words, day_chart
from recommender.selectors.bounded_counts import Count
from recommender.selectors.dashboard import DayCount

FIRST = date(2026, 3, 1)


def days(*counts: Count) -> list[DayCount]:
    return [DayCount(FIRST + timedelta(days=number), count) for number, count in enumerate(counts)]


def test_bars_stand_on_the_ground_in_proportion() -> None:
    chart = day_chart("item", "Items", days(Count(0), Count(50), Count(100)))
    assert [(bar.x, bar.y, bar.height) for bar in chart.bars] == [
        ("1", "60.00", "0.00"),
        ("11", "30.00", "30.00"),
        ("21", "0.00", "60.00"),
    ]
    assert (chart.total, chart.highest) == ("150", "100")


def test_a_single_row_among_thousands_is_seen() -> None:
    chart = day_chart("item", "Items", days(Count(1), Count(9_000)))
    assert (chart.bars[0].y, chart.bars[0].height) == ("58.50", "1.50")


def test_nothing_at_all_is_no_fault() -> None:
    chart = day_chart("item", "Items", days(Count(0), Count(0)))
    assert {bar.height for bar in chart.bars} == {"0.00"}
    assert (chart.total, chart.highest) == ("0", "0")


def test_estimated_days_are_marked_and_make_the_total_an_estimate() -> None:
    chart = day_chart("item", "Items", days(Count(20), Count(36_216, exact=False)))
    assert [bar.exact for bar in chart.bars] == [True, False]
    assert (chart.bars[1].count, chart.total, chart.exact) == ("about 36,000", "about 36,000", False)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (Count(12_345), "12,345"),
        (Count(12_345, exact=False), "about 12,000"),
        (Count(959_814, exact=False), "about 960,000"),
        (Count(7, exact=False), "about 7"),
    ],
)
def test_estimates_claim_two_digits(count: Count, words: str) -> None:
    assert count_in_words(count) == words
