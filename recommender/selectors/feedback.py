"""Interactions as feedback: one for each kind, person and item, whatever was recorded of the three.

Values add up, and the earliest time counts. What was sent before it is to count (LaterFeedback) is not there yet.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

# A person at a time, in the order of their ids: a page reads no more people than it takes to fill it.
FEEDBACK = """
SELECT kind.name, profile.external_id, item.external_id, found.value, found.occurred_at, found.details,
    profile.id, found.item_id, found.kind_id
FROM users_profile profile
CROSS JOIN LATERAL (
    SELECT interaction.item_id, interaction.kind_id, sum(interaction.value) AS value,
        min(coalesce(interaction.occurred_at, interaction.created_at)) AS occurred_at,
        (array_agg(interaction.details ORDER BY interaction.id DESC))[1] AS details
    FROM recommender_interaction interaction
    WHERE interaction.profile_id = profile.id{of_interaction}
    GROUP BY interaction.item_id, interaction.kind_id
) found
JOIN catalog_item item ON item.id = found.item_id
JOIN recommender_interactionkind kind ON kind.id = found.kind_id
WHERE profile.catalog_id = %(catalog)s{of_profile}
ORDER BY profile.id, found.item_id, found.kind_id LIMIT %(limit)s
"""
BEHIND = """ AND profile.id >= %(after_profile)s
    AND (profile.id, found.item_id, found.kind_id) > (%(after_profile)s, %(after_item)s, %(after_kind)s)"""
OF_ITEM = """ AND profile.id IN (SELECT profile_id FROM recommender_interaction WHERE item_id = %(item)s)"""


@dataclass(frozen=True)
class Feedback:
    """All that one person said of one item by one kind; `key`: its place in the order of a catalog's feedback."""

    kind: str
    profile_id: str
    item_id: str
    value: float | None
    occurred_at: datetime
    details: Mapping[str, object]
    key: tuple[int, int, int]


def feedback_in(
    catalog_id: int,
    *,
    kind_id: int | None = None,
    profile_id: int | None = None,
    item_id: int | None = None,
    behind: Sequence[int] | None = None,
    limit: int | None = None,
) -> list[Feedback]:
    """The feedback of a catalog that is of this kind, person and item, in the order of its keys; one query.

    behind: the key of the last one of the page before. limit: None for all.
    """
    of_interaction, of_profile = "", ""
    parameters: dict[str, int | None] = {"catalog": catalog_id, "limit": limit}
    if kind_id is not None:
        of_interaction += " AND interaction.kind_id = %(kind)s"
        parameters["kind"] = kind_id
    if item_id is not None:
        of_interaction += " AND interaction.item_id = %(item)s"
        parameters["item"] = item_id
    if profile_id is not None:
        of_profile += " AND profile.id = %(profile)s"
        parameters["profile"] = profile_id
    elif item_id is not None:
        of_profile += OF_ITEM
    if behind is not None:
        of_profile += BEHIND
        parameters |= dict(zip(("after_profile", "after_item", "after_kind"), behind, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(FEEDBACK.format(of_interaction=of_interaction, of_profile=of_profile), parameters)
        return [_feedback(row) for row in cursor.fetchall()]


def _feedback(row: Sequence[Any]) -> Feedback:
    kind, profile_id, item_id, value, occurred_at, details, *key = row
    return Feedback(kind, profile_id, item_id, value, occurred_at, json.loads(details), (key[0], key[1], key[2]))
