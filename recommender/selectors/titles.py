"""What a person reads of an item."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from catalog.models import Item


@dataclass(frozen=True)
class ItemLabel:
    """An item's identifier and its title in the reader's language."""

    external_id: str
    title: str


def item_labels(item_ids: Collection[int], *, language: str) -> dict[int, ItemLabel]:
    """Labels by item id; one query."""
    items = Item.objects.filter(pk__in=item_ids).only("external_id", "title", "translations")
    return {item.pk: ItemLabel(item.external_id, item.title_in(language)) for item in items}
