"""Works for a newcomer to choose from: popular ones, spread over kinds, categories and creators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from catalog.models import Item

# So many works in a group that five of one category can be chosen, and so few groups that a page holds them.
GROUP_SIZE, SMALLEST_GROUP = 6, 3
KINDS, CATEGORIES_A_KIND = 6, 4


@dataclass(frozen=True)
class Group:
    """Works of one kind and category, the most popular first; the category is empty where the kind has none.

    All of its items are in the category.
    """

    kind: str
    category: str
    items: Sequence[Item]

    def category_in(self, language: str) -> str:
        """The category's name in a language, by an item whose categories are translated one by one."""
        for item in self.items:
            names = item.categories_in(language)
            if names is not item.categories and len(names) == len(item.categories):
                return names[item.categories.index(self.category)]
        return self.category


def groups_of(items: Sequence[Item], *, creator_attribute: str = "creator") -> list[Group]:
    """Groups to choose from, no item in two of them.

    Args:
        items: the most popular first.
        creator_attribute: the attribute that names who made an item: of one creator a group has one item, unless it
            would be left short.
    """
    by_kind = Counter(item.kind for item in items)
    return [
        group
        for kind, _count in by_kind.most_common(KINDS)
        for group in _groups_of_kind(kind, [item for item in items if item.kind == kind], creator_attribute)
    ]


def _groups_of_kind(kind: str, items: Sequence[Item], creator_attribute: str) -> Iterator[Group]:
    counts = Counter(category for item in items for category in set(item.categories))
    # What every item of the kind has is its medium, and tells nobody's taste.
    telling = [category for category, count in counts.most_common() if SMALLEST_GROUP <= count < len(items)]
    chosen = telling[:CATEGORIES_A_KIND]
    if not chosen:
        yield Group(kind, "", _spread(items, creator_attribute))
        return
    taken: set[int] = set()
    found = {}
    # The rarest first: the others find enough elsewhere.
    for category in reversed(chosen):
        free = [item for item in items if category in item.categories and item.pk not in taken]
        found[category] = _spread(free, creator_attribute)
        taken |= {item.pk for item in found[category]}
    for category in chosen:
        if found[category]:
            yield Group(kind, category, found[category])


def _spread(items: Sequence[Item], creator_attribute: str) -> list[Item]:
    """The first ones of different creators, then others, in the order given."""
    firsts: list[Item] = []
    creators: Collection[str] = set()
    for item in items:
        creator = str(item.attributes.get(creator_attribute, "")) or f"#{item.pk}"
        if creator not in creators:
            creators = {*creators, creator}
            firsts.append(item)
    rest = [item for item in items if item not in firsts]
    chosen = (firsts + rest)[:GROUP_SIZE]
    return [item for item in items if item in chosen]
