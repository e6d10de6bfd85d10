"""Which kind of interaction a file without a column for it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain, islice

from catalog.importing.exceptions import FileRefused, InvalidValue
from catalog.importing.row_error import RowError
from catalog.importing.row_file import Record
from catalog.importing.values import finite_number

ROWS_LOOKED_AT = 1_000
RATING = "rating"
LARGEST_RATING = 10.0

Rows = Iterator[tuple[int, Record] | RowError]


def choose_kind(rows: Rows, *, asked: str | None, kinds: Collection[str], file_name: str) -> tuple[str | None, Rows]:
    """The kind of rows that name none, and the rows again, the first of which were looked at.

    `asked` if given; none where the rows name their kinds; else ratings, when the values look like them. Raises
    FileRefused where that is not so: purchases taken for ratings would be understood wrongly for ever.
    """
    has = f"This catalog's kinds are: {', '.join(sorted(kinds))}."
    if asked is not None:
        if asked not in kinds:
            raise FileRefused(f"There is no kind {asked!r}. {has}")
        return asked, rows
    first = list(islice(rows, ROWS_LOOKED_AT))
    again = chain(first, rows)
    records = [row[1] for row in first if not isinstance(row, RowError)]
    if not records or any("kind" in record for record in records):
        return None, again
    if RATING in kinds and look_like_ratings(record.get("value") for record in records):
        return RATING, again
    raise FileRefused(f"{file_name} has no column kind, and its values are no ratings: say --kind. {has}")


def look_like_ratings(values: Iterable[object]) -> bool:
    """Whether there are several different values, all from 0 to 10."""
    found = set()
    for value in values:
        try:
            number = finite_number(value, "value")
        except InvalidValue:
            continue
        if number is not None:
            found.add(number)
    return len(found) > 1 and min(found) >= 0 and max(found) <= LARGEST_RATING
