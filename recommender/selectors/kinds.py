"""What kinds of items a catalog has."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Count

from catalog.models import Item


def item_kinds(catalog_id: int) -> Sequence[str]:
    """The kinds of what can be shown, those with most items first; one query over the catalog's items."""
    items = Item.objects.filter(catalog_id=catalog_id, hidden=False).exclude(kind="")
    return list(items.values_list("kind", flat=True).annotate(count=Count("pk")).order_by("-count", "kind"))
