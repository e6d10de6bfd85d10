"""Numbers as bars from a common zero."""

from __future__ import annotations

from recommender.views.bars import part_bars, places, plain, signed


def test_bars_that_add_start_at_the_left_edge() -> None:
    assert places([2.0, 1.0]) == [("0.00", "100.00"), ("0.00", "50.00")]


def test_what_takes_away_lies_left_of_zero() -> None:
    assert places([3.0, -1.0]) == [("25.00", "75.00"), ("0.00", "25.00")]


def test_nothing_has_no_length() -> None:
    assert places([0.0]) == [("0.00", "0.00")]
    assert places([]) == []


def test_parts_are_told_the_largest_first_without_those_that_add_nothing() -> None:
    bars = part_bars({"popularity": 0.5, "factors": 0.0, "text": -0.25, "collaborative": 0.75})
    assert [(bar.name, bar.value) for bar in bars] == [
        ("collaborative", "+0.75"),
        ("popularity", "+0.50"),
        ("text", "−0.25"),
    ]


def test_numbers_have_true_minus_signs_and_no_negative_zero() -> None:
    assert [signed(value) for value in (1.234, -1.2, 0.001, -0.001)] == ["+1.23", "−1.20", "0.00", "0.00"]
    assert [plain(value) for value in (1.234, -1.2, -0.001)] == ["1.23", "−1.20", "0.00"]
