"""What a person has said of items and not taken back: what a page shows as pressed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from recommender.models import Interaction
from users.models import Profile

LIKE, DISLIKE, HIDE, SAVE = "like", "dislike", "hide", "save"
REACTIONS = (LIKE, DISLIKE, HIDE, SAVE)
# Of these the latest about an item counts.
OPINIONS = frozenset({LIKE, DISLIKE, HIDE})


def reactions_to(profile: Profile | None, item_ids: Collection[int]) -> Mapping[int, frozenset[str]]:
    """By item the kinds that hold, of `REACTIONS`; items without any are missing. One query."""
    if profile is None or not item_ids:
        return {}
    rows = (
        Interaction.objects.filter(profile=profile, item_id__in=item_ids, kind__name__in=REACTIONS)
        .order_by("occurred_at", "pk")
        .values_list("item_id", "kind__name")
    )
    said: defaultdict[int, frozenset[str]] = defaultdict(frozenset)
    for item_id, kind in rows:
        kept = said[item_id] - OPINIONS if kind in OPINIONS else said[item_id]
        said[item_id] = kept | {kind}
    return dict(said)
