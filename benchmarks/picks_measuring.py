"""What a newcomer gets who picks five works of one category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from catalog.models import Catalog, Item
from recommender.models import ScoringConfig
from recommender.services.interactions import record_interaction
from recommender.services.recommending import recommend
from recommender.services.welcoming import choices
from users.models import Profile

PICKS, ASKED = 5, 10
LEAST_FITTING, MOST_SHARED = 6, 3
# Fewer works than these would leave fewer than six of a category to recommend, or little to choose among.
SMALLEST_CATEGORY = 12


@dataclass(frozen=True)
class Picks:
    """Works of one category that somebody chooses; `where` is the kind of the welcome page's group, or empty."""

    where: str
    category: str
    works: Sequence[Item]


@dataclass(frozen=True)
class Picked:
    """The first ten after the picks: how many are in the category, and how many a stranger gets as well."""

    where: str
    category: str
    fitting: int
    shared: int

    @property
    def holds(self) -> bool:
        return self.fitting >= LEAST_FITTING and self.shared <= MOST_SHARED


def welcome_picks(catalog: Catalog) -> list[Picks]:
    """The first five of each group on the welcome page that has as many."""
    groups = [group for group in choices(catalog=catalog, profile=None) if len(group.items) >= PICKS]
    return [Picks(group.kind, group.category, group.items[:PICKS]) for group in groups if group.category]


def category_picks(catalog: Catalog) -> list[Picks]:
    """Of each category that is large enough its first five works in the catalogue's order."""
    items = list(Item.objects.filter(catalog=catalog).order_by("pk"))
    counts = Counter(category for item in items for category in set(item.categories))
    large = sorted(category for category, count in counts.items() if count >= SMALLEST_CATEGORY)
    return [Picks("", category, [item for item in items if category in item.categories][:PICKS]) for category in large]


def lists_after(catalog: Catalog, chosen: Sequence[Picks], *, config: ScoringConfig | None = None) -> Iterator[Picked]:
    """Each by somebody new, who is gone afterwards; the home scenario's configuration answers where none is given."""
    popular = {result.item_id for result in recommend(catalog=catalog, k=ASKED, config=config).results}
    for picks in chosen:
        with transaction.atomic():
            newcomer = Profile.objects.create(catalog=catalog, external_id="five-picks")
            for work in picks.works:
                record_interaction(profile=newcomer, item=work, kind="like")
            results = recommend(catalog=catalog, profile=newcomer, k=ASKED, config=config).results
            transaction.set_rollback(True)
        shown = Item.objects.filter(catalog=catalog, external_id__in=[result.item_id for result in results])
        yield Picked(
            picks.where,
            picks.category,
            fitting=sum(picks.category in item.categories for item in shown),
            shared=sum(item.external_id in popular for item in shown),
        )
