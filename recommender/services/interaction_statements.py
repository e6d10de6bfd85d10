"""The statements that store interactions which programs send."""

from __future__ import annotations

from catalog.importing.sent_rows import sent_rows

# Rows as they are sent, everything by its name.
NAMED = {
    "number": "bigint",
    "profile": "text",
    "item": "text",
    "kind": "text",
    "value": "double precision",
    "occurred_at": "timestamptz",
    "sequence": "bigint",
    "external_id": "text",
    "details": "jsonb",
    "slate_id": "uuid",
}
# Rows whose names are known: the primary keys that they stand for, and the identity.
RESOLVED = {
    "number": "bigint",
    "profile_id": "bigint",
    "item_id": "bigint",
    "kind_id": "bigint",
    "occurred_at": "timestamptz",
    "sequence": "bigint",
    "external_id": "text",
}
# What the same interaction may say anew.
CHANGED = {
    "id": "bigint",
    "value": "double precision",
    "occurred_at": "timestamptz",
    "sequence": "bigint",
    "details": "jsonb",
    "slate_id": "uuid",
}

# Finds what the rows name, and stores those that name what there is and are not there yet: one statement, so that a
# click costs one round trip. What is found is held, as foreign keys would hold it a moment later: who is being erased
# is waited for, and is nobody then. Ids are drawn before the insert to tell which row became which. Rows are held and
# stored in the order of their ids and identities: two requests about the same never wait for each other.
RECORD = f"""
WITH sent AS MATERIALIZED ({sent_rows(NAMED)}), people AS MATERIALIZED (
    SELECT id, external_id FROM users_profile
    WHERE catalog_id = %(catalog)s AND external_id IN (SELECT profile FROM sent) ORDER BY id FOR KEY SHARE
), things AS MATERIALIZED (
    SELECT id, external_id FROM catalog_item
    WHERE catalog_id = %(catalog)s AND external_id IN (SELECT item FROM sent) ORDER BY id FOR KEY SHARE
), known AS MATERIALIZED (
    SELECT sent.*, people.id AS profile_id, things.id AS item_id, interaction_kind.id AS kind_id,
        nextval('recommender_interaction_id_seq') AS new_id
    FROM sent
    LEFT JOIN people ON people.external_id = sent.profile
    LEFT JOIN things ON things.external_id = sent.item
    LEFT JOIN recommender_interactionkind interaction_kind
        ON interaction_kind.catalog_id = %(catalog)s AND interaction_kind.name = sent.kind
), stored AS (
    INSERT INTO recommender_interaction (id, catalog_id, profile_id, item_id, kind_id, value, occurred_at, sequence,
        external_id, slate_id, details)
    SELECT new_id, %(catalog)s, profile_id, item_id, kind_id, value, occurred_at, sequence, external_id, slate_id,
        coalesce(details, '{{}}')
    FROM known WHERE profile_id IS NOT NULL AND item_id IS NOT NULL AND kind_id IS NOT NULL
    ORDER BY external_id, profile_id, item_id, kind_id, occurred_at, sequence
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT known.number, known.profile_id, known.item_id, known.kind_id, stored.id
FROM known LEFT JOIN stored ON stored.id = known.new_id
"""  # noqa: S608 - made of this module's own constants

# What stands already, by each of the three identities; each has its own partial index.
KEPT = "kept.id, kept.profile_id, kept.item_id, kept.kind_id, kept.value, kept.occurred_at, kept.sequence, kept.details"
FIND = f"""
WITH sent AS MATERIALIZED ({sent_rows(RESOLVED)})
SELECT sent.number, {KEPT}, kept.slate_id
FROM sent JOIN recommender_interaction kept ON kept.catalog_id = %(catalog)s AND kept.external_id = sent.external_id
UNION ALL
SELECT sent.number, {KEPT}, kept.slate_id
FROM sent JOIN recommender_interaction kept
    ON (kept.profile_id, kept.item_id, kept.kind_id) = (sent.profile_id, sent.item_id, sent.kind_id)
    AND kept.external_id IS NULL AND kept.occurred_at = sent.occurred_at
WHERE sent.external_id IS NULL
UNION ALL
SELECT sent.number, {KEPT}, kept.slate_id
FROM sent JOIN recommender_interaction kept
    ON (kept.profile_id, kept.item_id, kept.kind_id) = (sent.profile_id, sent.item_id, sent.kind_id)
    AND kept.external_id IS NULL AND kept.occurred_at IS NULL AND kept.sequence = sent.sequence
WHERE sent.external_id IS NULL AND sent.occurred_at IS NULL
"""  # noqa: S608 - made of this module's own constants

LOCK = "SELECT id FROM recommender_interaction WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"

CHANGE = f"""
WITH sent AS MATERIALIZED ({sent_rows(CHANGED)})
UPDATE recommender_interaction kept SET value = sent.value, occurred_at = sent.occurred_at, sequence = sent.sequence,
    details = sent.details, slate_id = sent.slate_id
FROM sent WHERE kept.id = sent.id
RETURNING kept.id
"""  # noqa: S608 - made of this module's own constants

MAKE_PROFILES = """
INSERT INTO users_profile (catalog_id, external_id)
SELECT %(catalog)s, name FROM unnest(%(names)s::text[]) AS sent (name) ORDER BY name
ON CONFLICT (catalog_id, external_id) DO NOTHING
RETURNING external_id, id
"""
