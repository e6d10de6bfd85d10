"""What of a catalog a caller may read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import Item
from recommender.api.access import Caller, Scope
from recommender.exceptions import NotInCatalog
from recommender.selectors.embedding_states import with_embedded


def keeps_catalog(caller: Caller) -> bool:
    """Whether what is hidden from everybody else is the caller's business."""
    return caller.may(Scope.WRITE_ITEMS)


def readable_items(caller: Caller) -> QuerySet[Item, Any]:
    """The catalog's items with `embedded`; hidden ones for those alone who keep the catalog."""
    items = with_embedded(Item.objects.filter(catalog=caller.catalog))
    return items if keeps_catalog(caller) else items.filter(hidden=False)


def readable_item(caller: Caller, external_id: str) -> Item:
    """One query. Raises NotInCatalog."""
    item: Item | None = readable_items(caller).filter(external_id=external_id).first()
    if item is None:
        raise NotInCatalog(
            _("The catalog “%(catalog)s” has no item “%(name)s”.")
            % {"catalog": caller.catalog.slug, "name": external_id}
        )
    return item
