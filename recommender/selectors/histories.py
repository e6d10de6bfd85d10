"""Histories in bulk and with their state, straight out of PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from recommender.engine.history import HistoryEvent
from recommender.selectors.halfvec import fetch_binary

# The order of the index `interaction_history`.
NEWEST_FIRST = "occurred_at DESC NULLS LAST, sequence DESC NULLS LAST, interaction.id DESC"
# All that an interest is made of, and the id, which says that it is the same interaction.
HASH = "hash_record_extended(ROW(interaction.id, item_id, kind_id, value, occurred_at, sequence), 0)"

# The state of a history: how many of the newest interactions there are, and the sum of their hashes.
STATE = f"""
SELECT count(*) || ':' || coalesce(sum(newest.hash), 0) FROM (
    SELECT {HASH} AS hash FROM recommender_interaction interaction
    WHERE profile_id = %s ORDER BY {NEWEST_FIRST} LIMIT %s
) newest
"""  # noqa: S608 - constants of this code

EVENTS = f"""
SELECT item_id, kind.name, value, occurred_at, {HASH}
FROM recommender_interaction interaction JOIN recommender_interactionkind kind ON kind.id = interaction.kind_id
WHERE profile_id = %s AND interaction.id <> ALL (%s) AND interaction.id <= %s ORDER BY {NEWEST_FIRST} LIMIT %s
"""  # noqa: S608 - constants of this code

# The largest id that a column holds: no bound.
ALL_OF_THEM = 2**63 - 1

EVENTS_OF_MANY = f"""
SELECT people.id, newest.* FROM unnest(%s::bigint[]) people (id) CROSS JOIN LATERAL (
    SELECT item_id, kind.name, value, occurred_at
    FROM recommender_interaction interaction JOIN recommender_interactionkind kind ON kind.id = interaction.kind_id
    WHERE profile_id = people.id ORDER BY {NEWEST_FIRST} LIMIT %s
) newest
"""  # noqa: S608 - constants of this code


@dataclass(frozen=True)
class History:
    """A person's newest interactions, newest first, and their state as STATE gives it, of the same moment."""

    events: list[HistoryEvent]
    state: str


# Where the history is not looked at.
NO_HISTORY = History([], "0:0")


def newest_history(profile_id: int, *, length: int, without: Collection[int] = (), until: int = ALL_OF_THEM) -> History:
    """The newest interactions and their state; those without a time count as older than those with one. One query.

    `without`: ids of interactions that are passed over, as if they were not there; so are ids above `until`.
    """
    rows = fetch_binary(EVENTS, [profile_id, list(without), until, length])
    return History([HistoryEvent(*row[:4]) for row in rows], f"{len(rows)}:{sum(row[4] for row in rows)}")


def newest_events_of(profile_ids: Sequence[int], *, length: int) -> dict[int, list[HistoryEvent]]:
    """The newest interactions of many people by profile id, newest first; those without any are absent. One query."""
    found: dict[int, list[HistoryEvent]] = {}
    for profile_id, *event in fetch_binary(EVENTS_OF_MANY, [list(profile_ids), length]):
        found.setdefault(profile_id, []).append(HistoryEvent(*event))
    return found
