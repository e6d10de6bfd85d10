"""Points in time out of files: Unix seconds, ISO 8601, years."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from catalog.importing.exceptions import InvalidValue

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
# Clocks differ; what lies further ahead is a mistake and would outweigh everything that really happened.
TOLERANCE = timedelta(days=1)
UNIX_SECONDS = re.compile(r"(\d{1,11})(?:\.(\d+))?\Z", re.ASCII)
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?\Z", re.ASCII)
YEAR = re.compile(r"(\d{1,4})(\.0*)?\Z", re.ASCII)


def latest_moment(now: datetime) -> int:
    """The last microsecond since 1970 at which something can have happened."""
    return (now + TOLERANCE - EPOCH) // MICROSECOND


def past_moment(value: object, column: str, latest: int) -> int | None:
    """Microseconds since 1970; None when there is none.

    Args:
        value: Unix seconds, or a date or time in ISO 8601; without a zone it is UTC.
        latest: as `latest_moment` gives it.

    Microseconds in an integer, because most files have Unix seconds and a datetime object for each of many million
    rows would cost more than everything else that is done with the row.
    """
    if type(value) is str and len(value) <= 11 and value.isdigit() and value.isascii():
        moment = int(value) * SECOND
    else:
        found = _moment(value, column)
        if found is None:
            return None
        moment = found
    if moment > latest:
        raise InvalidValue(column, value, _("lies in the future"))
    if moment < 0:
        raise InvalidValue(column, value, _("lies before 1970"))
    return moment


def date_and_time(value: object, column: str) -> datetime | None:
    """A point in time in UTC, from the year 1 on; as ISO 8601, Unix seconds or a year alone."""
    if isinstance(value, str) and YEAR.match(value.strip()):
        number = year(value, column)
        return None if number is None else start_of_year(number)
    moment = _moment(value, column)
    if moment is None:
        return None
    try:
        return EPOCH + timedelta(microseconds=moment)
    except OverflowError:
        raise InvalidValue(column, value, _("lies outside the years 1 to 9999")) from None


def year(value: object, column: str) -> int | None:
    """A year from 1 to 9999; `1995.0`, as spreadsheets write it, is one."""
    if value is None or value == "":
        return None
    found = None if isinstance(value, bool) else YEAR.match(str(value).strip())
    if found is None or int(found[1]) == 0:
        raise InvalidValue(column, value, _("is not a year from 1 to 9999"))
    return int(found[1])


def start_of_year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


def _moment(value: object, column: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool | list | dict):
        raise InvalidValue(column, value, _("is not a time"))
    text = str(value).strip()
    if not text:
        return None
    if found := UNIX_SECONDS.match(text):
        return int(found[1]) * SECOND + int((found[2] or "0")[:6].ljust(6, "0"))
    if NUMBER.match(text):
        too_large = _("is too large for Unix seconds; milliseconds?")
        reason = _("lies before 1970") if text.startswith("-") else too_large
        raise InvalidValue(column, value, reason)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidValue(
            column, value, _("is not a time: Unix seconds or ISO 8601 such as 2026-06-01T11:45:00Z")
        ) from None
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    return (time - EPOCH) // MICROSECOND
