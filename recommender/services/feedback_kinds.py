"""Kinds of interaction that feedback names and the catalog does not have: made with what their names suggest."""

from __future__ import annotations

import re
from collections.abc import Collection

from catalog.models import Catalog
from recommender.models import InteractionKind

LONGEST_KIND = 63
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
# That something was looked at, which says little; and words that speak against it. Anything else speaks for it.
LOOKED_AT = frozenset(
    {"exposure", "impression", "open", "read", "see", "seen", "show", "shown", "view", "viewed", "visit"}
)
AGAINST = frozenset({"block", "disliked", "dislike", "downvote", "hate", "hide", "uninterested", "unlike"})
LOOKED_AT_WEIGHT = 0.2


def kind_for(name: str) -> InteractionKind:
    """A kind as its name suggests, not saved: little weight for looks, a negative sign for dislikes, else weight 1."""
    words = {word.lower() for word in WORD.findall(name)}
    if words & AGAINST or {"not", "interested"} <= words or {"thumbs", "down"} <= words:
        return InteractionKind(name=name, weight=1.0, sign=InteractionKind.Sign.NEGATIVE, states=True)
    return InteractionKind(name=name, weight=LOOKED_AT_WEIGHT if words & LOOKED_AT else 1.0)


def kinds_named(*, catalog: Catalog, names: Collection[str]) -> dict[str, int]:
    """The primary keys of kinds by name; those that are missing are made. One query, three where one was missing."""
    found = _found(catalog, names)
    missing = [name for name in dict.fromkeys(names) if name not in found]
    if missing:
        kinds = [kind_for(name) for name in sorted(missing)]
        for kind in kinds:
            kind.catalog = catalog
        InteractionKind.objects.bulk_create(kinds, ignore_conflicts=True)
        found = _found(catalog, names)
    return found


def _found(catalog: Catalog, names: Collection[str]) -> dict[str, int]:
    return dict(InteractionKind.objects.filter(catalog=catalog, name__in=list(names)).values_list("name", "pk"))
