"""Lists with those fields of their items that were asked for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from catalog.models import Catalog
from recommender.selectors.item_fields import ItemField, item_fields


def with_items(
    answer: dict[str, Any], catalog: Catalog, fields: Collection[ItemField], *, language: str
) -> dict[str, Any]:
    """The answer, each of its results with an `item`; one query, none for no fields. Items that are gone have none."""
    if not fields:
        return answer
    results = answer["results"]
    items = item_fields(catalog, [result["id"] for result in results], fields, language=language)
    return answer | {"results": [result | _item(items.get(result["id"])) for result in results]}


def _item(item: dict[str, object] | None) -> dict[str, object]:
    return {} if item is None else {"item": item}
