"""What a person likes, in the order in which they said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.models import Item
from recommender.engine.history import item_weights
from recommender.engine.settings import InterestSettings
from recommender.selectors.history import kind_rules, newest_events
from users.models import Profile

# So many of the newest interactions are looked at, and so much an item must weigh: a like, a good rating, something
# saved, and not that it was only looked at.
EVENTS_LOOKED_AT = 50
LEAST_WEIGHT = 0.5


@dataclass(frozen=True)
class LikedItem:
    """An item that a person likes, and the kind of interaction that says so most."""

    item: Item
    kind: str


def newest_liked(profile: Profile, settings: InterestSettings, *, limit: int) -> Sequence[LikedItem]:
    """The items liked last that can be shown, newest first; three queries."""
    events = newest_events(profile.pk, length=EVENTS_LOOKED_AT)
    rules = kind_rules(profile.catalog_id)
    # Ages are for ranking: what was liked long ago is liked all the same.
    ageless = settings.model_copy(update={"half_life_days": None, "half_life_interactions": None})
    liked = {one.item_id: one.kind for one in item_weights(events, rules, ageless) if one.weight >= LEAST_WEIGHT}
    items = Item.objects.filter(hidden=False).in_bulk(liked)
    return [LikedItem(items[item_id], kind) for item_id, kind in liked.items() if item_id in items][:limit]
