"""Rows of interactions, as a file gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from catalog.importing.exceptions import InvalidValue
from catalog.importing.layout import Layout
from catalog.importing.moments import past_moment
from catalog.importing.row_error import RowError, row_error
from catalog.importing.row_file import Record
from catalog.importing.values import finite_number, identifier, plain_text, whole_number

INTERACTION_LAYOUT = Layout(
    required=("user_id", "item_id"),
    optional=("value", "timestamp", "kind", "sequence", "interaction_id"),
    aliases={"seq": "sequence"},
)


class InteractionRow(NamedTuple):
    """An interaction with everything by the names that the file uses.

    A tuple and no dataclass: of all rows these are the most, and a tuple is what COPY writes.
    """

    row_number: int
    user_id: str
    item_id: str | None
    """None in a row that was refused and only holds its place in the person's order."""
    kind: str | None
    value: float | None
    occurred_us: int | None
    """Microseconds since 1970."""
    sequence: int | None
    external_id: str | None

    @property
    def is_placeholder(self) -> bool:
        return self.item_id is None

    @property
    def lacks_order(self) -> bool:
        """Whether neither a time nor a sequence says where it belongs."""
        return self.occurred_us is None and self.sequence is None


def interaction_rows(
    rows: Iterable[tuple[int, Record] | RowError], *, kinds: Collection[str], default_kind: str | None, latest: int
) -> Iterator[InteractionRow | RowError]:
    """Each row as an interaction, or why it cannot be one.

    Args:
        rows: as `open_rows` gives them.
        kinds: the kinds that the catalog has.
        default_kind: the kind of a row that names none.
        latest: see `past_moment`.

    A refused row without time and sequence is followed by a placeholder: once it is mended, the rows behind it must
    still be the same interactions as before.
    """
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        number, record = row
        try:
            yield _interaction(number, record, kinds, default_kind, latest)
        except InvalidValue as error:
            yield row_error(number, error)
            if placeholder := _placeholder(number, record):
                yield placeholder


def _interaction(
    number: int, record: Record, kinds: Collection[str], default_kind: str | None, latest: int
) -> InteractionRow:
    get = record.get
    kind = get("kind") or default_kind
    if type(kind) is not str or kind not in kinds:
        kind = _known_kind(kind, kinds)
    external_id = get("interaction_id")
    return InteractionRow(
        number,
        identifier(get("user_id"), "user_id"),
        identifier(get("item_id"), "item_id"),
        kind,
        finite_number(get("value"), "value"),
        past_moment(get("timestamp"), "timestamp", latest),
        whole_number(get("sequence"), "sequence"),
        None if external_id is None or external_id == "" else identifier(external_id, "interaction_id"),
    )


def _known_kind(value: object, kinds: Collection[str]) -> str:
    name = plain_text(value, "kind")
    if not name:
        raise InvalidValue("kind", value, "is empty, and --kind names none for such rows")
    if name not in kinds:
        raise InvalidValue("kind", value, f"is no kind of this catalog: {', '.join(sorted(kinds))}")
    return name


def _placeholder(number: int, record: Record) -> InteractionRow | None:
    if record.get("timestamp") or record.get("sequence"):
        return None
    try:
        user_id = identifier(record.get("user_id"), "user_id")
    except InvalidValue:
        return None
    return InteractionRow(number, user_id, None, None, None, None, None, None)
