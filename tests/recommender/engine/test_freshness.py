"""Freshness halves with each half-life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from recommender.engine.freshness import freshness

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_freshness_halves_with_each_half_life() -> None:
    published = [NOON - timedelta(days=days) for days in (0, 10, 20, 5)]
    assert freshness(published, NOON, 10) == pytest.approx([1.0, 0.5, 0.25, 0.5**0.5])


def test_half_life_may_be_shorter_than_a_day() -> None:
    assert freshness([NOON - timedelta(hours=12)], NOON, 0.25) == pytest.approx([0.25])


def test_what_is_not_published_yet_is_as_fresh_as_can_be() -> None:
    assert freshness([NOON + timedelta(days=400), NOON], NOON, 1).tolist() == [1.0, 1.0]


def test_item_without_a_time_is_not_fresh() -> None:
    assert freshness([None, NOON, None], NOON, 1).tolist() == [0.0, 1.0, 0.0]


def test_ancient_items_fade_to_nothing() -> None:
    assert freshness([datetime(1, 1, 1, tzinfo=UTC)], NOON, 0.001).tolist() == [0.0]


def test_time_zones_are_respected() -> None:
    shanghai = datetime(2026, 3, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert freshness([shanghai], NOON, 0.5) == pytest.approx([0.5])


def test_no_items_have_no_freshness() -> None:
    assert freshness([], NOON, 1).tolist() == []


@pytest.mark.parametrize("half_life_days", [0.0, -1.0, float("nan")])
def test_impossible_half_life_is_refused(half_life_days: float) -> None:
    with pytest.raises(ValueError, match="half_life_days"):
        freshness([NOON], NOON, half_life_days)
