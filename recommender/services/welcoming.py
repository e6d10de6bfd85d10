"""Getting to know a newcomer: what to choose from, and what they say at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import Scenario
from recommender.selectors.choices import Group, groups_of
from recommender.selectors.configuration import active_config, serving_space
from recommender.selectors.history import excluded_item_ids
from recommender.selectors.popular import popular_items
from recommender.selectors.ranking_models import model_of_space
from recommender.services.answering import settings_of
from recommender.services.personal_settings import say_in_own_words
from recommender.services.reactions import like_all
from users.models import Profile

# So many of the most popular items are looked at for groups.
POOL = 500


def choices(*, catalog: Catalog, profile: Profile | None, now: datetime | None = None) -> Sequence[Group]:
    """Groups of what the person has not seen; seven queries at most, whatever the catalog's size.

    Raises NotInCatalog where the home scenario has no active configuration.
    """
    now = now or timezone.now()
    settings = settings_of(active_config(catalog.pk, Scenario.HOME), [])
    model = model_of_space(catalog.pk, serving_space(catalog.pk))
    popular = popular_items(
        catalog.pk,
        settings.popular,
        filters=settings.filters,
        excluded_ids=set() if profile is None else excluded_item_ids(profile.pk, settings.seen, now=now),
        limit=POOL,
        now=now,
        model_id=None if model is None else model.pk,
    )
    items = Item.objects.in_bulk([one.item_id for one in popular])
    best_first = [items[one.item_id] for one in popular if one.item_id in items]
    return groups_of(best_first, creator_attribute=settings.diversity.creator_attribute)


@transaction.atomic
def introduce(*, profile: Profile, items: Collection[Item], statement: str) -> int:
    """Record what somebody chose as likes, and their own words; returns how many likes are new.

    Raises InvalidRequest for too many words.
    """
    if statement.strip() != profile.statement:
        say_in_own_words(profile=profile, statement=statement)
    return like_all(profile=profile, items=items) if items else 0
