"""Links from one page of the admin to others, for those who may follow them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import Item


def page_link(model: type[Model], pk: object, label: object) -> SafeString:
    """To a row's own page."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    return format_html('<a href="{}">{}</a>', address, label)


def list_link(model: type[Model], label: object, **filters: object) -> SafeString:
    """To a list, filtered."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", query=filters)
    return format_html('<a href="{}">{}</a>', address, label)


def item_ids_by_name(catalog_id: int, external_ids: Collection[str]) -> Mapping[str, int]:
    """Ids of those items that are still there; one query."""
    named = Item.objects.filter(catalog_id=catalog_id, external_id__in=external_ids)
    return dict(named.values_list("external_id", "pk"))
