"""Lists that are nobody's: the latest items, and the popular ones of all time or of late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from catalog.models import Catalog, Item
from recommender.engine.settings import FilterSettings, PopularSettings
from recommender.models import Interaction
from recommender.selectors.configuration import serving_space
from recommender.selectors.eligible import eligible
from recommender.selectors.filter_language import ItemFilter, parse_filter
from recommender.selectors.pools import Pool
from recommender.selectors.popular import popular_items
from recommender.selectors.ranking_models import model_of_space
from recommender.selectors.titles import item_labels

TRENDING_DAYS = 7.0
EVERYTHING = FilterSettings()


@dataclass(frozen=True)
class Score:
    """An entry of a list, by the id that Gorse knows it by."""

    id: str
    score: float

    def as_json(self) -> dict[str, object]:
        return {"Id": self.id, "Score": self.score}


def in_categories(names: Collection[str]) -> ItemFilter | None:
    """The items that are in all of these categories; None where there are none to be in. Raises InvalidRequest."""
    if not names:
        return None
    quoted = (name.replace("'", "''") for name in dict.fromkeys(names))
    return parse_filter(" and ".join(f"categories/any(one: one eq '{name}')" for name in quoted))


def latest_items(
    catalog: Catalog, *, condition: ItemFilter | None, excluded_ids: Collection[int], length: int
) -> list[Score]:
    """What was published last, the newest first; the score is that time in Unix seconds, 0 for none. One query."""
    items = Item.objects.filter(eligible(catalog.pk, EVERYTHING, excluded_ids), Pool(condition=condition).q())
    newest = items.order_by(F("published_at").desc(nulls_last=True), "-pk").values_list("external_id", "published_at")
    return [Score(item_id, moment.timestamp() if moment else 0.0) for item_id, moment in newest[:length]]


def most_popular(
    catalog: Catalog,
    *,
    condition: ItemFilter | None,
    excluded_ids: Collection[int],
    length: int,
    now: datetime,
    window_days: float | None = None,
) -> list[Score]:
    """The items that speaks most for, of all time or of so many days; scores are in 0..1. Four queries."""
    model = model_of_space(catalog.pk, serving_space(catalog.pk))
    found = popular_items(
        catalog.pk,
        PopularSettings(popularity_weight=1.0, freshness_weight=0.0, window_days=window_days),
        filters=EVERYTHING,
        excluded_ids=excluded_ids,
        limit=length,
        now=now,
        model_id=None if model is None else model.pk,
        pool=Pool(condition=condition),
    )
    labels = item_labels([item.item_id for item in found], language=catalog.slug)
    return [
        Score(labels[item.item_id].external_id, item.popularity)
        for item in found
        if item.popularity > 0 and item.item_id in labels
    ]


def items_met_by(catalog: Catalog, user_id: str) -> set[int]:
    """Everything that a user did anything with; one query."""
    met = Interaction.objects.filter(catalog=catalog, profile__catalog=catalog, profile__external_id=user_id)
    return set(met.values_list("item_id", flat=True).distinct())
