"""What a catalog recommends without knowing anybody: popular and fresh items."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from catalog.models import Item
from recommender.engine.settings import FilterSettings, PopularSettings
from recommender.selectors.eligible import eligible
from recommender.selectors.named_parameters import named_sql
from recommender.selectors.pools import EVERYTHING, Pool

# popularity = log(1 + w) / log(1 + largest w), w being the sum of what positive interactions say about the item;
# freshness = 0.5 ^ (age / half-life), 0 where the age is not known. Each is in 0..1 before its weight.
COUNTED = """
    SELECT interaction.item_id, sum(
        kind.weight * CASE kind.value_mode
            WHEN 'multiply' THEN coalesce(interaction.value, 1)
            WHEN 'centred' THEN (interaction.value - kind.neutral_value) / kind.value_spread
            ELSE 1
        END
    ) AS weight
    FROM recommender_interaction interaction
    JOIN recommender_interactionkind kind ON kind.id = interaction.kind_id
    WHERE interaction.catalog_id = %(catalog)s AND kind.sign = 1
        AND (%(since)s::timestamptz IS NULL OR interaction.occurred_at >= %(since)s)
    GROUP BY interaction.item_id
"""

# What the active version counted when it was trained: no look at all interactions for each request.
AS_TRAINED = """
SELECT item_id, exp(popularity::float8) - 1 AS weight FROM recommender_rankingvector WHERE model_id = %(model)s
"""

POPULAR_ITEMS = """
WITH touched AS ({touched}),
eligible AS ({eligible}),
measured AS (
    SELECT eligible.id, eligible.boost::float8 AS boost,
        coalesce(
            ln(1 + greatest(touched.weight, 0)) / nullif(ln(1 + greatest(max(touched.weight) OVER (), 0)), 0), 0
        ) AS popularity,
        CASE WHEN eligible.published_at IS NULL THEN 0 ELSE power(0.5::float8, least(
            greatest(extract(epoch FROM %(now)s::timestamptz - eligible.published_at), 0)::float8 / %(half_life)s, 1000
        )) END AS freshness
    FROM eligible LEFT JOIN touched ON touched.item_id = eligible.id
)
SELECT id, %(popularity_weight)s::float8 * popularity, %(freshness_weight)s::float8 * freshness, boost
FROM measured
ORDER BY %(popularity_weight)s::float8 * popularity + %(freshness_weight)s::float8 * freshness + boost DESC, id
LIMIT %(limit)s
"""

SECONDS_A_DAY = 86_400.0


@dataclass(frozen=True)
class PopularItem:
    """An item with the weighted parts of its score; they add up to it."""

    item_id: int
    popularity: float
    freshness: float
    boost: float = 0.0

    @property
    def parts(self) -> dict[str, float]:
        boost = {"boost": self.boost} if self.boost else {}
        return {"popularity": self.popularity, "freshness": self.freshness, **boost}


def popular_items(
    catalog_id: int,
    settings: PopularSettings,
    *,
    filters: FilterSettings,
    excluded_ids: Collection[int],
    limit: int,
    now: datetime,
    model_id: int | None = None,
    pool: Pool = EVERYTHING,
) -> list[PopularItem]:
    """The most popular and freshest eligible items, best first, ties by id; one query.

    With a trained version, and no window of time, popularity is what that version counted; else the interactions are
    counted now.
    """
    items = Item.objects.filter(eligible(catalog_id, filters, excluded_ids), pool.q())
    sql, parameters = named_sql(items.values("id", "published_at", boost=pool.boost()), "eligible")
    since = None if settings.window_days is None else now - timedelta(days=settings.window_days)
    with connection.cursor() as cursor:
        cursor.execute(
            POPULAR_ITEMS.format(
                touched=COUNTED if model_id is None or since is not None else AS_TRAINED,
                eligible=sql,
            ),
            {
                "model": model_id,
                "catalog": catalog_id,
                "since": since,
                "now": now,
                "half_life": settings.freshness_half_life_days * SECONDS_A_DAY,
                "popularity_weight": settings.popularity_weight,
                "freshness_weight": settings.freshness_weight,
                "limit": limit,
                **parameters,
            },
        )
        return [PopularItem(*row) for row in cursor.fetchall()]
