"""Profiles as programs send them: made, or changed by what a row mentions, many in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from catalog.importing.staging import array_literal
from catalog.models import Catalog
from recommender.services import row_checks as check
from recommender.services.answering import LONGEST_STATEMENT
from recommender.services.importing_profiles import (
    LONGEST_NAME,
    MERGED,
    SAME_PROFILE,
    STAGED_COLUMNS,
    ProfileRow,
    merged_attributes,
)
from recommender.services.merged_rows import Upsert
from recommender.services.new_profiles import refusal_of_erased, remove_erased
from recommender.services.written_rows import Outcome, WrittenRow, refused, without_repetitions
from users.erasures import Way
from users.tombstones import accept_consent

__all__ = ["ProfileRow", "profile_row", "upsert_profiles"]

CHECKS: dict[str, check.Check] = {
    "id": check.identifier,
    "name": check.text(LONGEST_NAME),
    "labels": check.names,
    "statement": check.text(LONGEST_STATEMENT),
    "language": check.language,
    "personalise": check.true_or_false,
    "attributes": check.attributes,
}

UPSERT = Upsert(table="users_profile", alias="profile", sent=STAGED_COLUMNS, same=SAME_PROFILE, merged=MERGED)


def profile_row(index: int, record: object) -> ProfileRow:
    """A row out of what a program sent. Raises RowRefused with all its mistakes."""
    return row_of(index, check.checked(record, CHECKS, required=("id",)))


def row_of(index: int, values: dict[str, Any]) -> ProfileRow:
    """A row out of checked values, by the names that they have in the API."""
    attributes, removed = merged_attributes(values.get("attributes") or {})
    labels = values.get("labels")
    return ProfileRow(
        row_number=index,
        external_id=values["id"],
        name=values.get("name"),
        labels=None if labels is None else array_literal(labels),
        statement=values.get("statement"),
        language=values.get("language"),
        personalise=values.get("personalise"),
        simulated=None,
        attributes=attributes,
        removed_attributes=removed,
    )


@transaction.atomic
def upsert_profiles(*, catalog: Catalog, rows: Sequence[ProfileRow], consent: Way | None = None) -> list[WrittenRow]:
    """Make the profiles that are new and change what the rows mention of the others; one answer a row, in order.

    Of rows with one id the last counts. Attributes are merged by name: None takes one away. Two statements where all
    are new, four where none is.

    Args:
        consent: by which way people who were erased agreed to come back; None: they did not, and are refused.
    """
    batch = without_repetitions(rows, lambda row: row.external_id)
    if consent is not None:
        ids = [row.external_id for row in batch.rows]
        accept_consent(catalog_id=catalog.pk, external_ids=ids, way=consent, now=timezone.now())
    written = UPSERT.run(catalog, batch.rows, batch.rows)
    erased = remove_erased(
        catalog, {row.external_id: row.pk for row in written if row.outcome == Outcome.CREATED and row.pk is not None}
    )
    return batch.answers(
        refused(row.index, row.external_id, refusal_of_erased("id")) if row.external_id in erased else row
        for row in written
    )
