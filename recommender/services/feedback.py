"""Feedback as Gorse knows it: of each kind, person and item one, to which values are added, or which is overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from catalog.models import Catalog
from recommender.models import Interaction, LaterFeedback
from recommender.selectors.effective import CLOCK_ERROR
from recommender.services.feedback_kinds import kinds_named
from recommender.services.feedback_statements import ADD, ADD_LATER, CLEAR, COUNTING, RELEASE, SET
from recommender.services.missing_rows import ids_of_items, ids_of_profiles


@dataclass(frozen=True)
class FeedbackRow:
    """One sending, with the names that it uses. occurred_at: None is now; in the future, it counts from then on."""

    kind: str
    profile_id: str
    item_id: str
    value: float | None = None
    occurred_at: datetime | None = None
    details: Mapping[str, object] | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.profile_id, self.item_id


@dataclass(frozen=True)
class _Sent:
    kind_id: int
    profile_id: int
    item_id: int
    value: float | None
    occurred_at: datetime
    details: Mapping[str, object]
    key_as_sent: tuple[str, str, str]

    @property
    def key(self) -> tuple[int, int, int]:
        return self.kind_id, self.profile_id, self.item_id


@transaction.atomic
def write_feedback(*, catalog: Catalog, rows: Sequence[FeedbackRow], overwrite: bool, now: datetime) -> int:
    """Store feedback; kinds, people and items that the catalog does not have yet are made. How many rows it was.

    Rows of people who were erased are not stored, and do not count. Without `overwrite`, the values of the same kind,
    person and item add up, and the earliest time counts. With it, the last row takes the place of everything that
    there is of the three.

    As many statements for a thousand rows as for one.
    """
    rows = [replace(row, occurred_at=row.occurred_at or now) for row in rows]
    sent = _with_ids(catalog, (_last if overwrite else _added_up)(rows))
    later = [row for row in sent if row.occurred_at > now + CLOCK_ERROR]
    at_once = [row for row in sent if row.occurred_at <= now + CLOCK_ERROR]
    if overwrite:
        _run(CLEAR, catalog, later, all=True)
        _run(CLEAR, catalog, at_once, all=False)
        _run(SET, catalog, at_once)
    else:
        counting = _counting(catalog, later)
        at_once += [replace(row, occurred_at=counting[row.key]) for row in later if row.key in counting]
        later = [row for row in later if row.key not in counting]
        _run(ADD, catalog, at_once)
    _run(ADD_LATER, catalog, later)
    stored = {row.key_as_sent for row in sent}
    return sum(row.key in stored for row in rows)


@transaction.atomic
def delete_feedback(*, catalog: Catalog, profile_id: int, item_id: int, kind_id: int | None = None) -> int:
    """Remove what a person said of an item, by one kind or by all; of how many kinds there was something."""
    same = {"catalog": catalog, "profile_id": profile_id, "item_id": item_id}
    if kind_id is not None:
        same["kind_id"] = kind_id
    kinds: set[int] = set()
    for model in (Interaction, LaterFeedback):
        found = model.objects.filter(**same)
        kinds |= set(found.values_list("kind_id", flat=True))
        found.delete()
    return len(kinds)


def release_due_feedback(*, now: datetime) -> int:
    """Let that feedback count whose time has come; how many it was. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, {"now": now})
        return int(cursor.rowcount)


def _added_up(rows: Iterable[FeedbackRow]) -> list[FeedbackRow]:
    found: dict[tuple[str, str, str], FeedbackRow] = {}
    for row in rows:
        same = found.get(row.key)
        if same is None or same.occurred_at is None or row.occurred_at is None:
            found[row.key] = row
            continue
        found[row.key] = replace(
            row,
            value=((same.value or 0) + (row.value or 0)) or None,
            occurred_at=min(same.occurred_at, row.occurred_at),
            details={**(same.details or {}), **(row.details or {})},
        )
    return list(found.values())


def _last(rows: Iterable[FeedbackRow]) -> list[FeedbackRow]:
    return list({row.key: row for row in rows}.values())


def _with_ids(catalog: Catalog, rows: Sequence[FeedbackRow]) -> list[_Sent]:
    kinds = kinds_named(catalog=catalog, names={row.kind for row in rows})
    profiles = ids_of_profiles(catalog=catalog, external_ids={row.profile_id for row in rows})
    items = ids_of_items(catalog=catalog, external_ids={row.item_id for row in rows})
    sent = [
        _Sent(
            kinds[row.kind],
            profiles[row.profile_id],
            items[row.item_id],
            row.value,
            row.occurred_at,
            row.details or {},
            row.key,
        )
        for row in rows
        # Erased people have no profile; the times were set by now.
        if row.profile_id in profiles and row.occurred_at is not None
    ]
    return sorted(sent, key=lambda row: row.key)


def _counting(catalog: Catalog, rows: Sequence[_Sent]) -> dict[tuple[int, int, int], datetime]:
    return {(row[0], row[1], row[2]): row[3] for row in _run(COUNTING, catalog, rows)}


def _run(
    statement: str, catalog: Catalog, rows: Sequence[_Sent], **parameters: bool
) -> list[tuple[int, int, int, datetime]]:
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "catalog": catalog.pk,
                "kinds": [row.kind_id for row in rows],
                "profiles": [row.profile_id for row in rows],
                "items": [row.item_id for row in rows],
                "values": [row.value for row in rows],
                "moments": [row.occurred_at for row in rows],
                "details": [Jsonb(dict(row.details)) for row in rows],
                **parameters,
            },
        )
        return cursor.fetchall() if cursor.description else []
