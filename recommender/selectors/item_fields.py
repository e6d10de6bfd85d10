"""Fields of the items of an answer, as its reader asked for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from catalog.models import Catalog, Item


class ItemField(StrEnum):
    """By the names that they have in the API."""

    TITLE = "title"
    KIND = "kind"
    DESCRIPTION = "description"
    LANGUAGE = "language"
    CATEGORIES = "categories"
    TAGS = "tags"
    ATTRIBUTES = "attributes"
    IMAGE_URL = "image_url"
    PUBLISHED_AT = "published_at"


def item_fields(
    catalog: Catalog, external_ids: Iterable[str], fields: Collection[ItemField], *, language: str
) -> dict[str, dict[str, object]]:
    """By external id; title, description and categories in the reader's language. One query, none for no fields."""
    if not fields:
        return {}
    translated = {ItemField.TITLE, ItemField.DESCRIPTION, ItemField.CATEGORIES} & set(fields)
    columns = [*map(str, fields), "external_id", *(["translations"] if translated else [])]
    items = Item.objects.filter(catalog=catalog, external_id__in=set(external_ids)).only(*columns)
    return {item.external_id: {str(name): _value(item, name, language) for name in fields} for item in items}


def _value(item: Item, field: ItemField, language: str) -> object:
    if field is ItemField.TITLE:
        return item.title_in(language)
    if field is ItemField.DESCRIPTION:
        return item.description_in(language)
    if field is ItemField.CATEGORIES:
        return item.categories_in(language)
    return getattr(item, str(field))
