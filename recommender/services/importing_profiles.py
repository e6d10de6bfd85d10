"""Profiles into a catalog: people of a demonstration, or those that another program already knows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction

from catalog.importing.exceptions import InvalidValue
from catalog.importing.items import object_of
from catalog.importing.layout import Layout
from catalog.importing.outcome import ImportOutcome, MergeCounts, Refuse
from catalog.importing.progress import Progress
from catalog.importing.row_error import RowError, row_error
from catalog.importing.row_file import ReadOptions, Record, open_rows
from catalog.importing.staging import array_literal, refuse_staged, staging_table
from catalog.importing.values import identifier, language_code, names, plain_text, yes_or_no
from catalog.models import Catalog
from recommender.services.importing_erased import check_for_erasures_meanwhile, refuse_erased
from users.erasures import Way

LONGEST_NAME = 200

PROFILE_LAYOUT = Layout(
    required=("user_id",),
    optional=(
        "name",
        "name_en",
        "name_zh",
        "labels",
        "statement",
        "language",
        "personalise",
        "simulated",
        "attributes",
    ),
)

# In the order of ProfileRow's fields; NULL: the file does not say.
STAGED_COLUMNS = {
    "row_number": "bigint NOT NULL",
    "external_id": "text NOT NULL",
    "name": "text",
    "labels": "text[]",
    "statement": "text",
    "language": "text",
    "personalise": "boolean",
    "simulated": "boolean",
    "attributes": "jsonb",
    "removed_attributes": "text[]",
}
MERGED = {
    "name": "coalesce(staged.name, profile.name, '')",
    "labels": "coalesce(staged.labels, profile.labels, '{}')",
    "statement": "coalesce(staged.statement, profile.statement, '')",
    "language": "coalesce(staged.language, profile.language, '')",
    "personalise": "coalesce(staged.personalise, profile.personalise, true)",
    "simulated": "coalesce(staged.simulated, profile.simulated, false)",
    "attributes": "(coalesce(profile.attributes, '{}') - coalesce(staged.removed_attributes, '{}')) "
    "|| coalesce(staged.attributes, '{}')",
}
SAME_PROFILE = "profile.catalog_id = %(catalog)s AND profile.external_id = staged.external_id"

REFUSE_REPEATED = """
WITH first AS (
    SELECT external_id, min(row_number) AS row_number FROM staged_profile GROUP BY external_id HAVING count(*) > 1
), repeated AS (
    DELETE FROM staged_profile staged USING first
    WHERE staged.external_id = first.external_id AND staged.row_number > first.row_number
    RETURNING staged.row_number, staged.external_id, first.row_number AS first_row
)
SELECT row_number, 'user_id', external_id, 'stands already in row ' || first_row FROM repeated ORDER BY row_number
"""

MERGE = f"""
WITH merged AS (
    INSERT INTO users_profile (catalog_id, external_id, {", ".join(MERGED)})
    SELECT %(catalog)s, staged.external_id, {", ".join(MERGED.values())}
    FROM staged_profile staged
    LEFT JOIN users_profile profile ON {SAME_PROFILE}
    WHERE profile.id IS NULL OR ({", ".join(f"profile.{column}" for column in MERGED)})
        IS DISTINCT FROM ({", ".join(MERGED.values())})
    ORDER BY staged.row_number
    ON CONFLICT (catalog_id, external_id) DO UPDATE
    SET {", ".join(f"{column} = EXCLUDED.{column}" for column in MERGED)}
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
"""  # noqa: S608 - made of this module's own constants


class ProfileRow(NamedTuple):
    """A profile as a file gives it. None: the file does not say, so what the catalog has stays."""

    row_number: int
    external_id: str
    name: str | None
    labels: str | None
    """As PostgreSQL writes an array."""
    statement: str | None
    language: str | None
    personalise: bool | None
    simulated: bool | None
    attributes: str | None = None
    """As JSON, merged into the profile's own."""
    removed_attributes: str | None = None
    """Names of attributes that go, as PostgreSQL writes an array."""


@transaction.atomic
def import_profile_file(
    *,
    catalog: Catalog,
    path: Path,
    options: ReadOptions,
    refuse: Refuse,
    progress: Progress,
    consent: Way | None = None,
    layout: Layout = PROFILE_LAYOUT,
) -> ImportOutcome:
    """Insert and update profiles from a CSV or JSON lines file; raises FileRefused, and then nothing changes.

    consent: by which way people who were erased agreed to come back; None: they did not, and are refused.
    layout: the fields of profiles; its aliases may be more than the usual ones.
    """
    with open_rows(path, layout, options) as file:
        rows = profile_rows(progress.reading(file))
        counts, refused = import_profiles(catalog=catalog, rows=rows, refuse=refuse, consent=consent)
        return ImportOutcome(
            name="profiles",
            counts=counts,
            refused=refused,
            empty_rows=file.empty_rows,
            unused_columns=tuple(name for name, key in file.columns.items() if key not in PROFILE_LAYOUT.fields),
        )


@transaction.atomic
def import_profiles(
    *, catalog: Catalog, rows: Iterable[ProfileRow | RowError], refuse: Refuse, consent: Way | None = None
) -> tuple[MergeCounts, int]:
    """Bring rows into the catalog as they are read; what became of them, and how many were refused.

    One import at a time works on a catalog: the others wait.
    """
    Catalog.objects.select_for_update(no_key=True).get(pk=catalog.pk)
    refused = 0

    def usable() -> Iterator[ProfileRow]:
        nonlocal refused
        for row in rows:
            if isinstance(row, RowError):
                refused += 1
                refuse(row)
            else:
                yield row

    with staging_table("staged_profile", STAGED_COLUMNS) as table:
        count = table.fill(usable())
        erased = refuse_erased(catalog, table=table.name, column="external_id", consent=consent, refuse=refuse)
        gone = erased + refuse_staged(REFUSE_REPEATED, {}, refuse)
        with connection.cursor() as cursor:
            cursor.execute(MERGE, {"catalog": catalog.pk})
            new, changed = cursor.fetchone()
        check_for_erasures_meanwhile(catalog, table=table.name, column="external_id")
    return MergeCounts(new=new, changed=changed, unchanged=count - gone - new - changed), refused + gone


def profile_rows(rows: Iterable[tuple[int, Record] | RowError]) -> Iterator[ProfileRow | RowError]:
    """Each row as a profile, or why it cannot be one."""
    for row in rows:
        if isinstance(row, RowError):
            yield row
            continue
        number, record = row
        try:
            yield _profile(number, record)
        except InvalidValue as error:
            yield row_error(number, error)


def merged_attributes(attributes: Mapping[str, object]) -> tuple[str | None, str | None]:
    """The attributes to be merged, and the names of those that go: the ones whose value is null."""
    kept = {key: value for key, value in attributes.items() if value is not None}
    removed = [key for key, value in attributes.items() if value is None]
    return json.dumps(kept, ensure_ascii=False) if kept else None, array_literal(removed) if removed else None


def _profile(number: int, record: Record) -> ProfileRow:
    attributes, removed_attributes = merged_attributes(object_of(record, "attributes"))
    language = language_code(record["language"], "language") if "language" in record else None
    return ProfileRow(
        row_number=number,
        external_id=identifier(record.get("user_id"), "user_id"),
        name=_name(record, language or ""),
        labels=array_literal(names(record["labels"], "labels")) if "labels" in record else None,
        statement=plain_text(record["statement"], "statement") if "statement" in record else None,
        language=language,
        personalise=yes_or_no(record.get("personalise"), "personalise"),
        simulated=yes_or_no(record.get("simulated"), "simulated"),
        attributes=attributes,
        removed_attributes=removed_attributes,
    )


def _name(record: Record, language: str) -> str | None:
    """The name in the person's own language where the file has several."""
    preferred = ("name_zh", "name", "name_en") if language.startswith("zh") else ("name_en", "name", "name_zh")
    found = [plain_text(record[column], column, longest=LONGEST_NAME) for column in preferred if column in record]
    return next(filter(None, found), "") if found else None
