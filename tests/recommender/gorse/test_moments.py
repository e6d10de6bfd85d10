from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.exceptions import InvalidValue
from catalog.importing.moments import EPOCH
from recommender.gorse.moments import duration_of, moment_of, moment_text

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T12:00:00Z",
        "2024-05-01T20:00:00+08:00",
        "2024-05-01 12:00:00",
        "2024-05-01T12:00:00.000000000Z",
        "2024-05-01 12:00:00 +0000 UTC",
        "2024-05-01 12:00:00 UTC",
        "2024-05-01 12:00:00.0 +0000 UTC m=+0.000000001",
        "2024/5/1 12:00:00",
        "Wed, 01 May 2024 12:00:00 GMT",
        "1714564800",
        "1714564800000",
        "1714564800000000000",
    ],
)
def test_what_gorse_reads_as_a_time(text: str) -> None:
    assert moment_of(text, "Timestamp") == NOON


def test_a_date_is_its_first_moment() -> None:
    assert moment_of("2024-05-01", "Timestamp") == datetime(2024, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "0001-01-01T00:00:00Z", "0001-01-01T08:05:43+08:05"])
def test_the_zero_time_is_no_time(value: object) -> None:
    assert moment_of(value, "Timestamp") is None


@pytest.mark.parametrize("value", [7, True, {}, "yesterday", "2024-13-01", "Wed, 99 May 2024", "12:00", "٣"])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue):
        moment_of(value, "Timestamp")


@given(
    st.integers(-62_000_000_000, 250_000_000_000).map(
        lambda seconds: EPOCH + timedelta(seconds=seconds, microseconds=seconds % 10**6)
    )
)
def test_what_is_written_is_read_again(moment: datetime) -> None:
    assert moment_of(moment_text(moment), "Timestamp") == moment


def test_times_are_written_as_go_writes_them() -> None:
    assert moment_text(NOON) == "2024-05-01T12:00:00Z"
    assert moment_text(NOON + timedelta(milliseconds=250)) == "2024-05-01T12:00:00.25Z"
    assert moment_text(None) == "0001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", 0),
        ("0", 0),
        ("30s", 30),
        ("1h30m", 5_400),
        ("0h10m0s", 600),
        ("1.5h", 5_400),
        ("100ms", 0.1),
        ("-5m", -300),
    ],
)
def test_durations_are_those_of_go(text: str, seconds: float) -> None:
    assert duration_of(text, "write-back-delay") == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["10", "1d", "m", "1h 30m", "99999999999h", "١s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        duration_of(text, "write-back-delay")
