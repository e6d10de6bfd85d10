"""The admin's pages of catalogs and items."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from catalog.lean_admin import LeanAdmin
from catalog.models import Catalog, Item


@admin.register(Catalog)
class CatalogAdmin(LeanAdmin[Catalog]):
    list_display = ("name", "slug", "on_site", "created_at")
    search_fields = ("name", "slug")
    readonly_fields = ("created_at",)
    fixed_once_made = ()

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """A whole catalog goes one at a time, by its own page."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(Item)
class ItemAdmin(LeanAdmin[Item]):
    list_display = ("title", "external_id", "kind", "catalog", "hidden", "published_at")
    list_filter = ("hidden", "catalog")
    list_select_related = ("catalog",)
    ordering = ("-pk",)
    # These make the search box appear; `get_search_results` searches.
    search_fields = ("title", "external_id")
    search_help_text = _("A piece of the title, or the whole identifier.")
    autocomplete_fields = ("catalog",)
    readonly_fields = ("content_hash", "created_at", "updated_at")
    actions = ("hide", "show")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Item], search_term: str
    ) -> tuple[QuerySet[Item], bool]:
        """In titles of every language, whatever their capitals; signs in the words are no pattern."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = Q(external_id=term) | Q(title__iregex=re.escape(term))
        for code, _name in settings.LANGUAGES:
            found |= Q(**{f"translations__{code}__title__iregex": re.escape(term)})
        return queryset.filter(found), False

    def save_model(self, request: HttpRequest, obj: Item, form: ModelForm[Item], change: bool) -> None:
        if change:
            obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Hide the chosen items: they are not recommended"), permissions=["change"])
    def hide(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        count = queryset.update(hidden=True)
        told = ngettext("%(count)d item is hidden now.", "%(count)d items are hidden now.", count)
        self.message_user(request, told % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Show the chosen items again"), permissions=["change"])
    def show(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        count = queryset.update(hidden=False)
        told = ngettext("%(count)d item is shown again.", "%(count)d items are shown again.", count)
        self.message_user(request, told % {"count": count}, messages.SUCCESS)
