"""A row that was not used, as it is told to the person who brought the file."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.importing.exceptions import InvalidValue

LONGEST_SHOWN_VALUE = 80
# Characters that nobody sees, that steer the direction of text, or that are none (lone surrogates).
INVISIBLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True)
class RowError:
    """Why a row was refused; `column` is empty where the row's form is at fault, not a value."""

    row_number: int
    column: str
    value: str
    reason: str


def row_error(row_number: int, error: InvalidValue) -> RowError:
    return RowError(row_number, error.column, shown(error.value), error.reason)


def shown(value: object) -> str:
    """A value as a message may show it: short, and with invisible characters made visible."""
    text = value if isinstance(value, str) else "" if value is None else repr(value)
    if len(text) > LONGEST_SHOWN_VALUE:
        text = text[: LONGEST_SHOWN_VALUE - 1] + "…"
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
