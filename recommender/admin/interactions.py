"""Kinds of interaction, which operators weigh and add to; and interactions, which are looked at and removed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Field, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.lean_admin import LeanAdmin, ReadOnlyAdmin
from catalog.models import Item
from recommender.models import Interaction, InteractionKind
from users.models import Profile

# A number alone, such as 1, names somebody in each catalog.
MOST_NAMESAKES = 200
MADE_BY_PROGRAMS = _(
    "A kind that a program names by the Gorse-compatible API, and that the catalog lacks, is made with the weight 1; "
    "with 0.2 where its name tells of a look (read, view …), and against the item where it says so (dislike …)."
)


@admin.register(InteractionKind)
class InteractionKindAdmin(LeanAdmin[InteractionKind]):
    list_display = ("name", "catalog", "weight", "sign", "value_mode", "states", "marks_seen")
    list_filter = ("catalog", "sign")
    list_select_related = ("catalog",)
    search_fields = ("name",)
    autocomplete_fields = ("catalog",)
    fixed_once_made = ("catalog", "name")

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        formfield = super().formfield_for_dbfield(db_field, request, **kwargs)
        if formfield is not None and db_field.name == "weight":
            formfield.help_text = MADE_BY_PROGRAMS
        return formfield

    def has_delete_permission(self, request: HttpRequest, obj: InteractionKind | None = None) -> bool:
        """Only a kind that nothing is of: the database keeps the others."""
        is_free = obj is not None and not obj.interactions.exists()
        return is_free and super().has_delete_permission(request, obj)


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin[Interaction]):
    list_display = ("profile", "kind", "item", "value", "occurred_at", "catalog")
    list_filter = ("catalog", ("kind__name", admin.AllValuesFieldListFilter))
    list_select_related = ("profile", "kind", "item", "catalog")
    ordering = ("-pk",)
    # These make the search box appear; `get_search_results` searches.
    search_fields = ("profile__external_id", "item__external_id")
    search_help_text = _("The whole identifier of a profile or of an item.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Interaction], search_term: str
    ) -> tuple[QuerySet[Interaction], bool]:
        """By ids that were looked up first: a condition over two joined tables would use no index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        profiles = Profile.objects.filter(external_id=term).values_list("pk", flat=True)[:MOST_NAMESAKES]
        items = Item.objects.filter(external_id=term).values_list("pk", flat=True)[:MOST_NAMESAKES]
        return queryset.filter(Q(profile_id__in=list(profiles)) | Q(item_id__in=list(items))), False

    def has_delete_permission(self, request: HttpRequest, obj: Interaction | None = None) -> bool:
        """Removing is allowed: the interest vector is computed from what remains."""
        return LeanAdmin.has_delete_permission(self, request, obj)
