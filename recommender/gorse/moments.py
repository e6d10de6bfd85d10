"""Points in time as Gorse's clients write them, and as Go writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.utils.translation import gettext as _

from catalog.importing.exceptions import InvalidValue
from catalog.importing.moments import date_and_time

# Go has no "none" for times: it writes this instead.
ZERO_TIME = "0001-01-01T00:00:00Z"
# 2024/05/01, as people write dates.
SLASHES = re.compile(r"\d{4}/\d{1,2}/\d{1,2}")
# 2024-05-01 12:00:00.5 +0000 UTC m=+0.1, as Go prints them.
GO_ZONE = re.compile(r" ([+-]\d{2}):?(\d{2})( [A-Z]{1,5})?( m=.*)?\Z")
NAMED_ZONE = re.compile(r" (UTC|GMT)\Z")
# Unix milliseconds, microseconds and nanoseconds; seconds are those with fewer digits.
SMALL_UNITS = {13: 10**3, 16: 10**6, 19: 10**9}
UNITS = {"h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(h|ms|m|us|µs|μs|ns|s)")
LONGEST_DELAY = timedelta(days=3_650)


def moment_of(value: object, name: str) -> datetime | None:
    """A time in ISO 8601, Unix seconds or what else Gorse reads; None where there is none, as in Go's zero time.

    Raises InvalidValue.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidValue(name, value, _("is no time, such as 2024-05-01T12:00:00Z"))
    text = value.strip()
    try:
        found = _moment(text, name)
    except (InvalidValue, ValueError, OverflowError):
        raise InvalidValue(name, value, _("is no time, such as 2024-05-01T12:00:00Z")) from None
    # In another zone, Go's zero time is a day before or after.
    return None if found is None or found.year == 1 else found


def moment_text(moment: datetime | None) -> str:
    """RFC 3339 in UTC with as many decimals as it takes, as Go writes it."""
    if moment is None:
        return ZERO_TIME
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def duration_of(text: str, name: str) -> timedelta:
    """A duration as Go reads it, such as 30m or 1h30m0s; "" is none. Raises InvalidValue."""
    if not text or text == "0":
        return timedelta(0)
    sign, unsigned = (-1, text[1:]) if text[0] == "-" else (1, text.removeprefix("+"))
    parts = DURATION_PART.findall(unsigned)
    if not parts or "".join(number + unit for number, unit in parts) != unsigned:
        raise InvalidValue(name, text, _("is no duration, such as 1h30m"))
    seconds = sum(float(number) * UNITS[unit] for number, unit in parts)
    if seconds > LONGEST_DELAY.total_seconds():
        raise InvalidValue(name, text, _("is longer than ten years"))
    return timedelta(seconds=sign * seconds)


def _moment(text: str, name: str) -> datetime | None:
    if text.isascii() and text.isdigit() and len(text) in SMALL_UNITS:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(text) * 10**6 // SMALL_UNITS[len(text)])
    if text[:3].isalpha():
        found = parsedate_to_datetime(text)
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
    if matched := SLASHES.match(text):
        date = "-".join(part.zfill(2) for part in matched[0].split("/"))
        text = date + text[matched.end() :]
    text = NAMED_ZONE.sub("+00:00", GO_ZONE.sub(r"\1:\2", text))
    return date_and_time(text, name)
