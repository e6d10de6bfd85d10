"""Points in time: Unix seconds, ISO 8601 with and without a zone, years."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.importing.exceptions import InvalidValue
from catalog.importing.moments import date_and_time, latest_moment, past_moment, year

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LATEST = latest_moment(NOW)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("964980499", 964_980_499_000_000),
        (964980499, 964_980_499_000_000),
        ("964980499.0", 964_980_499_000_000),
        (964980499.25, 964_980_499_250_000),
        ("0", 0),
        ("2000-07-30T18:08:19Z", 964_980_499_000_000),
        ("2000-07-31T02:08:19+08:00", 964_980_499_000_000),
        ("2000-07-30T18:08:19", 964_980_499_000_000),
        ("2000-07-30 18:08:19.000001", 964_980_499_000_001),
        ("2000-07-30", 964_915_200_000_000),
        ("", None),
        ("  ", None),
        (None, None),
        ("2026-11-25T11:59:59Z", 1_795_607_999_000_000),
    ],
)
def test_past_moment_is_taken(value: object, expected: int | None) -> None:
    assert past_moment(value, "timestamp", LATEST) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("-1", "lies before 1970"),
        ("1969-12-31T23:59:59Z", "lies before 1970"),
        ("2026-11-25T12:00:01Z", "lies in the future"),
        ("9999999999", "lies in the future"),
        ("964980499000", "is too large for Unix seconds; milliseconds?"),
        ("9" * 5_000, "is too large for Unix seconds; milliseconds?"),
        ("yesterday", "is not a time: Unix seconds or ISO 8601 such as 2026-06-01T11:45:00Z"),
        ("2026-13-01", "is not a time: Unix seconds or ISO 8601 such as 2026-06-01T11:45:00Z"),
        ("NaN", "is not a time: Unix seconds or ISO 8601 such as 2026-06-01T11:45:00Z"),
        ("9.6E+08", "is not a time: Unix seconds or ISO 8601 such as 2026-06-01T11:45:00Z"),
        ("²", "is not a time: Unix seconds or ISO 8601 such as 2026-06-01T11:45:00Z"),
        (True, "is not a time"),
    ],
)
def test_past_moment_is_refused(value: object, reason: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        past_moment(value, "timestamp", LATEST)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1925-12-24", datetime(1925, 12, 24, tzinfo=UTC)),
        ("1925-12-24T02:00:00+08:00", datetime(1925, 12, 23, 18, tzinfo=UTC)),
        ("1925", datetime(1925, 1, 1, tzinfo=UTC)),
        ("964980499", datetime(2000, 7, 30, 18, 8, 19, tzinfo=UTC)),
        ("", None),
    ],
)
def test_date_and_time_reaches_back_to_year_one(value: str, expected: datetime | None) -> None:
    assert date_and_time(value, "published_at") == expected


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00-14:00"])
def test_moment_that_utc_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(InvalidValue, match="outside the years 1 to 9999"):
        date_and_time(value, "published_at")


@pytest.mark.parametrize(("value", "expected"), [("1995", 1995), ("1995.0", 1995), (1995, 1995), ("", None)])
def test_year_is_taken(value: object, expected: int | None) -> None:
    assert year(value, "year") == expected


@pytest.mark.parametrize("value", ["0", "95a", "-500", "12345", "1995.5", True])
def test_year_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="is not a year from 1 to 9999"):
        year(value, "year")
