"""Interactions that are stored already and are sent again: what they say anew is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.importing.sent_rows import parameters_of
from catalog.models import Catalog
from recommender.services.interaction_rows import InteractionRow
from recommender.services.interaction_statements import CHANGE, CHANGED, FIND, LOCK, RESOLVED
from recommender.services.written_rows import Mistake, Outcome, Refusal, RowRefused, WrittenRow, refused


class KnownNames(Protocol):
    @property
    def profile_id(self) -> int | None: ...
    @property
    def item_id(self) -> int | None: ...
    @property
    def kind_id(self) -> int | None: ...


class Content(NamedTuple):
    """What the same interaction may say anew."""

    value: float | None
    occurred_at: datetime | None
    sequence: int | None
    details: str
    slate_id: UUID | None


def say_anew(catalog: Catalog, rows: Sequence[tuple[InteractionRow, KnownNames]]) -> list[WrittenRow]:
    """Find the interactions that the rows are, and change those that say something else.

    One query where all say the same, three otherwise.
    """
    if not rows:
        return []
    sent = [
        (row.row_number, known.profile_id, known.item_id, known.kind_id, row.occurred_at, row.sequence, row.external_id)
        for row, known in rows
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FIND, {"catalog": catalog.pk, **parameters_of(RESOLVED, sent)})
        found = {number: kept for number, *kept in cursor.fetchall()}
        answers: list[WrittenRow] = []
        changes: dict[int, Content] = {}
        for row, known in rows:
            answer, change = _compared(row, known, found.get(row.row_number))
            answers.append(answer)
            if answer.pk is not None and change is not None:
                changes[answer.pk] = change
        if changes:
            cursor.execute(LOCK, [list(changes)])
            cursor.execute(CHANGE, parameters_of(CHANGED, [(pk, *content) for pk, content in changes.items()]))
    return answers


def _compared(
    row: InteractionRow, known: KnownNames, kept: Sequence[object] | None
) -> tuple[WrittenRow, Content | None]:
    """The row's answer, and what the interaction says from now on where that is something else than before."""
    external_id = row.external_id or ""
    if kept is None:
        gone = Mistake("", _("It was deleted at the same moment. Send it again."))
        return refused(row.row_number, external_id, RowRefused([gone], Refusal.CONFLICT)), None
    pk, profile_id, item_id, kind_id, *rest = kept
    if (profile_id, item_id, kind_id) != (known.profile_id, known.item_id, known.kind_id):
        taken = Mistake("external_id", _("This identifier names another interaction already."))
        return refused(row.row_number, external_id, RowRefused([taken], Refusal.CONFLICT)), None
    value, occurred_at, sequence, details, slate_id = rest
    before = Content(value, occurred_at, sequence, _written(details), slate_id)  # type: ignore[arg-type]  # as selected
    after = Content(
        row.value,
        row.occurred_at or before.occurred_at,
        before.sequence if row.sequence is None else row.sequence,
        before.details if row.details is None else _written(row.details),
        row.request_id or before.slate_id,
    )
    outcome = Outcome.UNCHANGED if after == before else Outcome.UPDATED
    return WrittenRow(row.row_number, external_id, outcome, pk=int(str(pk))), None if after == before else after


def _written(details: object) -> str:
    """The same text for the same content; a raw cursor gives JSON as text."""
    content = json.loads(details) if isinstance(details, str) else details
    return json.dumps(content, ensure_ascii=False, sort_keys=True)
