"""The statements that bring staged interactions into a catalog, one set for each of an interaction's identities."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from catalog.importing.outcome import MergeCounts, Refuse
from catalog.importing.staging import Parameters, joins_for, refuse_staged
from catalog.models import Catalog
from recommender.services import interactions

# In the order of InteractionRow's fields, the kind by its primary key.
STAGED_COLUMNS = {
    "row_number": "bigint NOT NULL",
    "user_id": "text NOT NULL",
    "item_id": "text",
    "kind_id": "bigint",
    "value": "double precision",
    "occurred_us": "bigint",
    "sequence": "bigint",
    "external_id": "text",
}

# Where neither time nor sequence is known, the order in the file is all that is.
GIVE_POSITIONS = """
UPDATE staged_interaction staged SET sequence = placed.position
FROM (
    SELECT row_number, row_number() OVER (PARTITION BY user_id ORDER BY row_number) AS position
    FROM staged_interaction WHERE occurred_us IS NULL AND sequence IS NULL
) placed
WHERE staged.row_number = placed.row_number
"""

DROP_PLACEHOLDERS = "DELETE FROM staged_interaction WHERE item_id IS NULL"

PRESENT = "SELECT EXISTS (SELECT FROM staged_interaction staged WHERE {condition})"

REFUSE_UNKNOWN_ITEMS = """
WITH unknown AS (
    DELETE FROM staged_interaction staged
    WHERE NOT EXISTS (
        SELECT FROM catalog_item item WHERE item.catalog_id = %(catalog)s AND item.external_id = staged.item_id
    )
    RETURNING staged.row_number, staged.item_id
)
SELECT row_number, 'item_id', item_id, 'is no item of this catalog' FROM unknown ORDER BY row_number
"""

REFUSE_REPEATED = """
WITH first AS (
    SELECT {columns}, min(row_number) AS row_number FROM staged_interaction staged WHERE {condition}
    GROUP BY {columns} HAVING count(*) > 1
), repeated AS (
    DELETE FROM staged_interaction staged USING first
    WHERE ({staged}) = ({first}) AND {condition} AND staged.row_number > first.row_number
    RETURNING staged.row_number, staged.{shown}::text AS shown, first.row_number AS first_row
)
SELECT row_number, '{shown_as}', shown, 'is the same interaction as row ' || first_row
FROM repeated ORDER BY row_number
"""

REFUSE_TAKEN_IDENTIFIERS = """
WITH taken AS (
    DELETE FROM staged_interaction staged
    USING recommender_interaction kept, users_profile profile, catalog_item item
    WHERE kept.catalog_id = %(catalog)s AND kept.external_id = staged.external_id
        AND profile.id = kept.profile_id AND item.id = kept.item_id
        AND (profile.external_id, item.external_id, kept.kind_id) <> (staged.user_id, staged.item_id, staged.kind_id)
    RETURNING staged.row_number, staged.external_id
)
SELECT row_number, 'interaction_id', external_id, 'belongs to another user, item or kind in this catalog already'
FROM taken ORDER BY row_number
"""

MAKE_PROFILES = """
INSERT INTO users_profile (catalog_id, external_id)
SELECT %(catalog)s, staged.user_id FROM staged_interaction staged
WHERE NOT EXISTS (
    SELECT FROM users_profile profile
    WHERE profile.catalog_id = %(catalog)s AND profile.external_id = staged.user_id
)
GROUP BY staged.user_id ORDER BY min(staged.row_number)
ON CONFLICT (catalog_id, external_id) DO NOTHING
"""

# An interaction that is there and says the same is left alone: it is in neither count.
MERGE = """
WITH merged AS (
    INSERT INTO recommender_interaction AS kept
        (catalog_id, profile_id, item_id, kind_id, value, occurred_at, sequence, external_id)
    SELECT %(catalog)s, profile.id, item.id, staged.kind_id, staged.value,
        timestamptz 'epoch' + staged.occurred_us * interval '1 microsecond', staged.sequence, staged.external_id
    FROM staged_interaction staged
    JOIN users_profile profile ON profile.catalog_id = %(catalog)s AND profile.external_id = staged.user_id
    JOIN catalog_item item ON item.catalog_id = %(catalog)s AND item.external_id = staged.item_id
    WHERE {condition}
    ORDER BY staged.row_number
    ON CONFLICT {conflict_target} DO {on_conflict}
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM merged
"""


@dataclass(frozen=True)
class Identity:
    """One way in which two interactions are the same, as recommender.models.Interaction describes them."""

    condition: str
    """Which staged rows have this identity."""
    columns: tuple[str, ...]
    conflict_target: str
    updated: tuple[str, ...]
    """What the same interaction may say anew."""
    shown: str

    def refuse_repeated(self, refuse: Refuse) -> int:
        """Of rows that are one interaction the first stays, so that the same file again changes nothing."""
        statement = REFUSE_REPEATED.format(
            columns=", ".join(self.columns),
            condition=self.condition,
            staged=", ".join(f"staged.{column}" for column in self.columns),
            first=", ".join(f"first.{column}" for column in self.columns),
            shown=self.shown,
            shown_as={"external_id": "interaction_id"}.get(self.shown, self.shown),
        )
        return refuse_staged(statement, {}, refuse)

    def merge(self, parameters: Parameters, *, value_given: bool) -> tuple[int, int]:
        """How many are new and how many changed."""
        updated = [column for column in self.updated if value_given or column != "value"]
        kept, said = (", ".join(f"{table}.{column}" for column in updated) for table in ("kept", "EXCLUDED"))
        assignments = ", ".join(f"{column} = EXCLUDED.{column}" for column in updated)
        differs = f"ROW({kept}) IS DISTINCT FROM ROW({said})"
        statement = MERGE.format(
            condition=self.condition,
            conflict_target=self.conflict_target,
            on_conflict=f"UPDATE SET {assignments} WHERE {differs}" if updated else "NOTHING",
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            new, changed = cursor.fetchone()
        return new, changed


BY_IDENTIFIER = Identity(
    condition="staged.external_id IS NOT NULL",
    columns=("external_id",),
    conflict_target=interactions.BY_IDENTIFIER,
    updated=("value", "occurred_at", "sequence"),
    shown="external_id",
)
BY_TIME = Identity(
    condition="staged.external_id IS NULL AND staged.occurred_us IS NOT NULL",
    columns=("user_id", "item_id", "kind_id", "occurred_us"),
    conflict_target=interactions.BY_TIME,
    updated=("value",),
    shown="item_id",
)
BY_SEQUENCE = Identity(
    condition="staged.external_id IS NULL AND staged.occurred_us IS NULL",
    columns=("user_id", "item_id", "kind_id", "sequence"),
    conflict_target=interactions.BY_SEQUENCE,
    updated=("value",),
    shown="item_id",
)
IDENTITIES = (BY_IDENTIFIER, BY_TIME, BY_SEQUENCE)


def give_positions() -> None:
    """Order the staged rows that have neither time nor sequence, and drop those that only held a place."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_POSITIONS)
        cursor.execute(DROP_PLACEHOLDERS)


def merge(catalog: Catalog, *, count: int, value_given: bool, refuse: Refuse) -> tuple[MergeCounts, int]:
    """Refuse what cannot be stored, make the profiles that are missing, insert and update the rest.

    Args:
        count: how many rows are staged.
        value_given: whether the file has values at all; without, those that are stored stay.

    Returns:
        What became of the rows, and how many were refused.
    """
    parameters = {"catalog": catalog.pk}
    with joins_for(count):
        refused = refuse_staged(REFUSE_UNKNOWN_ITEMS, parameters, refuse)
        present = [identity for identity in IDENTITIES if _is_present(identity)]
        if BY_IDENTIFIER in present:
            refused += refuse_staged(REFUSE_TAKEN_IDENTIFIERS, parameters, refuse)
        refused += sum(identity.refuse_repeated(refuse) for identity in present)
        with connection.cursor() as cursor:
            cursor.execute(MAKE_PROFILES, parameters)
        merged = [identity.merge(parameters, value_given=value_given) for identity in present]
    new, changed = sum(pair[0] for pair in merged), sum(pair[1] for pair in merged)
    return MergeCounts(new=new, changed=changed, unchanged=count - refused - new - changed), refused


def _is_present(identity: Identity) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(PRESENT.format(condition=identity.condition))
        return bool(cursor.fetchone()[0])
