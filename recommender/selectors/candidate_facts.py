"""What composing a list needs to know of its candidates, beside their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import connection

from catalog.models import Item
from recommender.engine.freshness import freshness
from recommender.engine.interest import FloatArray
from recommender.engine.trending import trend_scores
from recommender.models import RankingModel, RankingVector

# Beyond so many half-lives an interaction counts less than a thousandth.
HALF_LIVES_LOOKED_AT = 10
SECONDS_A_DAY = 86_400.0

# Recent positive weights, each halved by its age; read by the index on (item, kind, time).
RECENT_WEIGHTS = """
SELECT interaction.item_id, sum(
    kind.weight * power(0.5::float8, extract(epoch FROM %(now)s::timestamptz - interaction.occurred_at)::float8
        / %(half_life)s)
)
FROM recommender_interaction interaction JOIN recommender_interactionkind kind ON kind.id = interaction.kind_id
WHERE interaction.item_id = ANY(%(items)s) AND kind.sign = 1
    AND interaction.occurred_at > %(since)s AND interaction.occurred_at <= %(now)s
    AND (kind.value_mode <> 'centred' OR interaction.value > kind.neutral_value)
GROUP BY interaction.item_id
"""


def freshness_of(item_ids: Sequence[int], *, now: datetime, half_life_days: float) -> FloatArray:
    """(n,) 0..1 in the order of the ids. One query."""
    published = dict(Item.objects.filter(pk__in=item_ids).values_list("pk", "published_at"))
    return freshness([published.get(item_id) for item_id in item_ids], now, half_life_days)


def trends_of(item_ids: Sequence[int], *, now: datetime, half_life_days: float) -> FloatArray:
    """(n,) 0..1 in the order of the ids, 1 for the one of them that most people turned to lately. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            RECENT_WEIGHTS,
            {
                "items": list(item_ids),
                "now": now,
                "since": now - timedelta(days=HALF_LIVES_LOOKED_AT * half_life_days),
                "half_life": half_life_days * SECONDS_A_DAY,
            },
        )
        weights = dict(cursor.fetchall())
    return trend_scores(np.array([weights.get(item_id, 0.0) for item_id in item_ids], dtype=np.float64))


def novelty_of(model: RankingModel, item_ids: Sequence[int]) -> FloatArray:
    """(n,) 1 for an item that nobody has tried, falling as interactions arrive. One query."""
    learned = dict(
        RankingVector.objects.filter(model_id=model.pk, item_id__in=item_ids).values_list("item_id", "learned")
    )
    return np.array([1.0 - learned.get(item_id, 1.0) for item_id in item_ids])


def categories_and_creators(
    item_ids: Sequence[int], *, creator_attribute: str
) -> tuple[list[list[str]], list[list[str]]]:
    """For each id its categories and its creators, which an attribute holds as one text or a list. One query."""
    rows = Item.objects.filter(pk__in=item_ids).values_list("pk", "categories", "attributes")
    found = {item_id: (categories, attributes) for item_id, categories, attributes in rows}
    categories = [list(found[item_id][0]) if item_id in found else [] for item_id in item_ids]
    creators = [_names(found[item_id][1].get(creator_attribute)) if item_id in found else [] for item_id in item_ids]
    return categories, creators


def _names(value: object) -> list[str]:
    if value is None or value == "":
        return []
    return [str(name) for name in value] if isinstance(value, list) else [str(value)]
