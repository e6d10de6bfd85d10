"""The statements that bring feedback into a catalog.

Feedback of a kind, a person and an item is one interaction. Its identifier says so, and is the same whoever sends it;
what else was recorded of the three (by the native API, a page) is added to when feedback adds, and replaced when it
overwrites. Rows come in the order of their keys, so that two requests never wait for each other.
"""

from __future__ import annotations

from recommender.services.interactions import BY_IDENTIFIER

IDENTIFIER = "format('gorse:%%s:%%s:%%s', {0}.kind_id, {0}.profile_id, {0}.item_id)"
SAME = "({0}.kind_id, {0}.profile_id, {0}.item_id) = (sent.kind_id, sent.profile_id, sent.item_id)"
# No value is the same as 0 to whoever adds them up, and 0 is the same as none to whoever weighs them.
SUM = "nullif(coalesce({0}.value, 0) + coalesce({1}.value, 0), 0)"

SENT = """sent AS MATERIALIZED (
    SELECT * FROM unnest(
        %(kinds)s::bigint[], %(profiles)s::bigint[], %(items)s::bigint[], %(values)s::double precision[],
        %(moments)s::timestamptz[], %(details)s::jsonb[]
    ) AS sent (kind_id, profile_id, item_id, value, occurred_at, details)
)"""

# What had been sent before it was to count, and counts now because the same is sent with a time that has come.
ADD = f"""
WITH {SENT}, released AS (
    DELETE FROM recommender_laterfeedback later USING sent WHERE {SAME.format("later")}
    RETURNING later.kind_id, later.profile_id, later.item_id, later.value, later.details
)
INSERT INTO recommender_interaction AS kept
    (catalog_id, profile_id, item_id, kind_id, value, occurred_at, details, external_id)
SELECT %(catalog)s, sent.profile_id, sent.item_id, sent.kind_id, {SUM.format("sent", "released")}, sent.occurred_at,
    coalesce(released.details, '{{}}') || sent.details, {IDENTIFIER.format("sent")}
FROM sent LEFT JOIN released ON {SAME.format("released")}
ON CONFLICT {BY_IDENTIFIER} DO UPDATE SET value = {SUM.format("kept", "EXCLUDED")},
    occurred_at = least(kept.occurred_at, EXCLUDED.occurred_at), details = kept.details || EXCLUDED.details
"""  # noqa: S608 - constants of this code

# The earliest time at which something counts already, of what is sent for later.
COUNTING = f"""
WITH {SENT}
SELECT sent.kind_id, sent.profile_id, sent.item_id, min(coalesce(there.occurred_at, there.created_at))
FROM sent JOIN recommender_interaction there ON {SAME.format("there")}
GROUP BY sent.kind_id, sent.profile_id, sent.item_id
"""  # noqa: S608 - constants of this code

ADD_LATER = f"""
WITH {SENT}
INSERT INTO recommender_laterfeedback AS kept (catalog_id, profile_id, item_id, kind_id, value, occurred_at, details)
SELECT %(catalog)s, profile_id, item_id, kind_id, value, occurred_at, details FROM sent
ON CONFLICT (profile_id, item_id, kind_id) DO UPDATE SET value = {SUM.format("kept", "EXCLUDED")},
    occurred_at = least(kept.occurred_at, EXCLUDED.occurred_at), details = kept.details || EXCLUDED.details
"""  # noqa: S608 - constants of this code

# In place of whatever there is. The interaction that stays keeps its primary key.
CLEAR = f"""
WITH {SENT}, unsent AS (
    DELETE FROM recommender_laterfeedback later USING sent WHERE {SAME.format("later")}
)
DELETE FROM recommender_interaction kept USING sent
WHERE {SAME.format("kept")} AND (%(all)s OR kept.external_id IS DISTINCT FROM {IDENTIFIER.format("sent")})
"""  # noqa: S608 - constants of this code
SET = f"""
WITH {SENT}
INSERT INTO recommender_interaction AS kept
    (catalog_id, profile_id, item_id, kind_id, value, occurred_at, details, external_id)
SELECT %(catalog)s, profile_id, item_id, kind_id, value, occurred_at, details, {IDENTIFIER.format("sent")} FROM sent
ON CONFLICT {BY_IDENTIFIER} DO UPDATE
SET value = EXCLUDED.value, occurred_at = EXCLUDED.occurred_at, details = EXCLUDED.details
"""  # noqa: S608 - constants of this code

# Of all catalogs; who is releasing some at this moment is not waited for.
RELEASE = f"""
WITH sent AS (
    DELETE FROM recommender_laterfeedback WHERE id = ANY (ARRAY(
        SELECT id FROM recommender_laterfeedback later WHERE occurred_at <= %(now)s
        ORDER BY kind_id, profile_id, item_id FOR UPDATE SKIP LOCKED
    ))
    RETURNING *
)
INSERT INTO recommender_interaction AS kept
    (catalog_id, profile_id, item_id, kind_id, value, occurred_at, details, external_id)
SELECT catalog_id, profile_id, item_id, kind_id, value, occurred_at, details, {IDENTIFIER.format("sent")}
FROM sent ORDER BY kind_id, profile_id, item_id
ON CONFLICT {BY_IDENTIFIER} DO UPDATE SET value = {SUM.format("kept", "EXCLUDED")},
    occurred_at = least(kept.occurred_at, EXCLUDED.occurred_at), details = kept.details || EXCLUDED.details
"""  # noqa: S608 - constants of this code
