"""An item's text as an embedding space renders it."""

from __future__ import annotations

from catalog.models import Item
from recommender.embeddings.item_text import ItemText, render_item_text


def rendered_text(item: Item, template: str) -> str:
    """The template's lines with the item's fields in them."""
    fields = ItemText(
        title=item.title,
        description=item.description,
        language=item.language,
        kind=item.kind,
        categories=item.categories,
        tags=item.tags,
        attributes=item.attributes,
        translations=item.translations,
    )
    return render_item_text(template, fields)
