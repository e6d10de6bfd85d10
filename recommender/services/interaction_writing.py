"""Recording what programs send of people, one interaction or a thousand; each is stored once however often it comes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from catalog.importing.sent_rows import parameters_of
from catalog.models import Catalog
from recommender.selectors.shown import readers_of_answers
from recommender.services.interaction_rows import InteractionRow
from recommender.services.interaction_statements import NAMED, RECORD
from recommender.services.kept_interactions import say_anew
from recommender.services.new_profiles import make_profiles, refusal_of_erased
from recommender.services.written_rows import (
    Mistake,
    Outcome,
    Refusal,
    RowRefused,
    WrittenRow,
    refused,
    without_repetitions,
)

__all__ = ["InteractionRow", "record_interactions"]


class Named(NamedTuple):
    """What a row's names stand for, and the interaction that was stored; None where there is none."""

    profile_id: int | None
    item_id: int | None
    kind_id: int | None
    stored_id: int | None


def record_interactions(
    *, catalog: Catalog, rows: Sequence[InteractionRow], create_missing: bool = False, now: datetime | None = None
) -> list[WrittenRow]:
    """Store interactions and answer for each row, in order; the good ones are kept whatever becomes of the others.

    The same interaction sent again (by its external id; else by profile, item, kind and time; else by profile, item,
    kind and sequence) changes what is stored where it says something else, and is stored once. Of such rows in one
    call the last counts. An answer that was not given to the person, or not found any more, is not referred to.

    One statement for what is new, four more for what is not, two more where rows name answers.

    Args:
        create_missing: whether people who are not known yet become profiles; items never do.
        now: the time of rows that have neither time nor sequence.
    """
    now = now or timezone.now()
    batch = without_repetitions([_placed(row, now) for row in rows], lambda row: row.identity)
    sound, unfounded = _with_founded_references(catalog, batch.rows)
    named = _record(catalog, sound, now)
    erased: set[str] = set()
    if create_missing and (strangers := _of_strangers(sound, named)):
        with transaction.atomic():
            erased = make_profiles(catalog, {row.profile for row in strangers})
            named |= _record(catalog, [row for row in strangers if row.profile not in erased], now)
    again = [row for row in sound if _is_complete(named[row.row_number]) and named[row.row_number].stored_id is None]
    said_again = {row.index: row for row in say_anew(catalog, [(row, named[row.row_number]) for row in again])}
    written = [
        said_again.get(row.row_number) or _answer(row, named[row.row_number], erased, create_missing) for row in sound
    ]
    return batch.answers(_with_notes(written, unfounded))


def _placed(row: InteractionRow, now: datetime) -> InteractionRow:
    """The row with a time by which it is known, where nothing else tells it from others."""
    if row.external_id is None and row.occurred_at is None and row.sequence is None:
        return row._replace(occurred_at=now)
    return row


def _record(catalog: Catalog, rows: Sequence[InteractionRow], now: datetime) -> dict[int, Named]:
    """Find what the rows name and store those that are new; by row number. One statement."""
    if not rows:
        return {}
    parameters: dict[str, Any] = {"catalog": catalog.pk, **parameters_of(NAMED, (_sent(row, now) for row in rows))}
    with connection.cursor() as cursor:
        cursor.execute(RECORD, parameters)
        return {number: Named(*found) for number, *found in cursor.fetchall()}


def _sent(row: InteractionRow, now: datetime) -> tuple[object, ...]:
    """In the order of NAMED."""
    details = None if not row.details else json.dumps(row.details, ensure_ascii=False)
    occurred_at = now if row.occurred_at is None and row.sequence is None else row.occurred_at
    return (*row[:5], occurred_at, row.sequence, row.external_id, details, row.request_id)


def _with_founded_references(
    catalog: Catalog, rows: Sequence[InteractionRow]
) -> tuple[Sequence[InteractionRow], frozenset[int]]:
    """The rows, referring to answers that the person was given alone; and which rows refer to others."""
    asked = {row.request_id for row in rows if row.request_id is not None}
    if not asked:
        return rows, frozenset()
    readers: Mapping[UUID, str | None] = readers_of_answers(catalog, asked)
    unfounded = frozenset(
        row.row_number
        for row in rows
        if row.request_id is not None
        and not (row.request_id in readers and readers[row.request_id] in (None, row.profile))
    )
    return [row._replace(request_id=None) if row.row_number in unfounded else row for row in rows], unfounded


def _with_notes(written: Iterable[WrittenRow], unfounded: frozenset[int]) -> list[WrittenRow]:
    note = _("This person was given no answer of that request_id: the interaction is stored without it.")
    return [
        replace(row, note=note) if row.index in unfounded and row.outcome != Outcome.REFUSED else row for row in written
    ]


def _is_complete(named: Named) -> bool:
    return None not in named[:3]


def _of_strangers(rows: Sequence[InteractionRow], named: Mapping[int, Named]) -> list[InteractionRow]:
    """Rows in which nothing but the person is unknown."""
    found: list[InteractionRow] = []
    for row in rows:
        known = named[row.row_number]
        if known.profile_id is None and known.item_id is not None and known.kind_id is not None:
            found.append(row)
    return found


def _answer(row: InteractionRow, named: Named, erased: set[str], create_missing: bool) -> WrittenRow:
    external_id = row.external_id or ""
    if named.stored_id is not None:
        return WrittenRow(row.row_number, external_id, Outcome.CREATED, pk=named.stored_id)
    if row.profile in erased:
        return refused(row.row_number, external_id, refusal_of_erased("profile"))
    unknown: tuple[tuple[str, Any, str], ...] = (
        ("profile", named.profile_id, _("The catalog has no profile “%(name)s”.") % {"name": row.profile}),
        ("item", named.item_id, _("The catalog has no item “%(name)s”.") % {"name": row.item}),
        ("kind", named.kind_id, _("The catalog has no interaction kind “%(name)s”.") % {"name": row.kind}),
    )
    # That somebody is new is no mistake where new people are welcome.
    mistakes = [
        Mistake(field, detail)
        for field, found, detail in unknown
        if found is None and not (field == "profile" and create_missing)
    ]
    return refused(row.row_number, external_id, RowRefused(mistakes, Refusal.UNKNOWN))
