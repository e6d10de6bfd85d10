"""What became of rows that a program sent: each has its own answer, and the good ones are kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from django.utils.translation import gettext as _


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a row was refused: it is malformed, names something that is not there, or what is there does not allow it."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"


@dataclass(frozen=True)
class Mistake:
    """What is wrong with a field; `field` is empty where the row as a whole is meant."""

    field: str
    detail: str


class RowRefused(Exception):
    """A row that cannot be used; all that is wrong with it."""

    permanent = True

    def __init__(self, mistakes: Sequence[Mistake], refusal: Refusal = Refusal.MALFORMED) -> None:
        super().__init__("; ".join(f"{mistake.field}: {mistake.detail}" for mistake in mistakes))
        self.mistakes = tuple(mistakes)
        self.refusal = refusal


@dataclass(frozen=True)
class WrittenRow:
    """One row's answer.

    index: its place among the rows that were sent, from 0.
    external_id: the id that it gave, or the server's own for an interaction that has none; empty where unknown.
    pk: the primary key of what is stored; None where nothing is.
    note: what the sender should know although the row was taken.
    """

    index: int
    external_id: str
    outcome: Outcome
    pk: int | None = None
    mistakes: tuple[Mistake, ...] = ()
    refusal: Refusal | None = None
    note: str = ""

    @property
    def was_refused(self) -> bool:
        return self.outcome == Outcome.REFUSED

    @property
    def stored_pk(self) -> int:
        """Of a row that was not refused."""
        if self.pk is None:
            raise ValueError("A refused row is stored nowhere.")
        return self.pk


def refused(index: int, external_id: str, error: RowRefused) -> WrittenRow:
    return WrittenRow(index, external_id, Outcome.REFUSED, mistakes=error.mistakes, refusal=error.refusal)


class Row(Protocol):
    @property
    def row_number(self) -> int: ...


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Batch(Generic[R]):
    """Rows of a request without repetitions: of rows that are the same thing the last one counts.

    counting: by row number, for each row that does not count, the one that does.
    """

    rows: Sequence[R]
    counting: Mapping[int, int]

    def answers(self, written: Iterable[WrittenRow]) -> list[WrittenRow]:
        """All rows' answers in the order in which they were sent; a repeated one is answered as the one that counts."""
        by_index = {row.index: row for row in written}
        for index, counts in self.counting.items():
            note = _("Row %(number)d, counted from 0, is the same again: that one counts.") % {"number": counts}
            by_index[index] = replace(by_index[counts], index=index, note=note)
        return [by_index[index] for index in sorted(by_index)]


def without_repetitions(rows: Sequence[R], identity: Callable[[R], Hashable]) -> Batch[R]:
    last: dict[Hashable, R] = {}
    for row in rows:
        last[identity(row)] = row
    if len(last) == len(rows):
        return Batch(rows, {})
    counting = {
        row.row_number: counts.row_number
        for row in rows
        if (counts := last[identity(row)]).row_number != row.row_number
    }
    return Batch(list(last.values()), counting)


def written_in_order(
    records: Sequence[object],
    parse: Callable[[int, object], R],
    write: Callable[[Sequence[R]], list[WrittenRow]],
    *,
    id_field: str,
) -> list[WrittenRow]:
    """Parse records as they came, write the good ones, and answer for each of them.

    parse: a row out of its index and record; raises RowRefused. id_field: where a record gives its id.
    """
    rows: list[R] = []
    answers: list[WrittenRow] = []
    for index, record in enumerate(records):
        try:
            rows.append(parse(index, record))
        except RowRefused as error:
            given = record.get(id_field) if isinstance(record, dict) else None
            answers.append(refused(index, given if isinstance(given, str) else "", error))
    if rows:
        answers += write(rows)
    return sorted(answers, key=lambda row: row.index)
