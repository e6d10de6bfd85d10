"""Embedding spaces from their recipe to serving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from recommender.admin.space_comparison import compare, may_compare
from recommender.admin.space_steering import SpaceSteering
from recommender.admin.telling import nudge, retry_spaces
from recommender.embeddings.exceptions import EmbeddingError
from recommender.embeddings.recipe import EmbeddingRecipe
from recommender.embeddings.registry import create_encoder
from recommender.exceptions import SpaceNotReady
from recommender.models import EmbeddingSpace
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.space_deletion import delete_space

RECIPE = (
    "backend",
    "model",
    "revision",
    "dimension",
    "item_prefix",
    "query_prefix",
    "normalize",
    "text_template",
)
MADE = ("state", "serving", "filled_at", "served_until", "created_at")


class EmbeddingSpaceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the type stubs alone
    class Meta:
        model = EmbeddingSpace
        fields = ("catalog", "name", *RECIPE)

    def clean(self) -> dict[str, Any]:
        """Refuse a recipe that no encoder follows; what only loading a model shows is said by its failed jobs."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        recipe = {name: cleaned[name] for name in RECIPE if name in cleaned}
        if len(recipe) == len(RECIPE):
            try:
                checked = EmbeddingRecipe(**recipe)
                create_encoder(checked.backend, checked.model, checked.revision, checked.dimension)
            except EmbeddingError as error:
                raise forms.ValidationError(str(error)) from error
        return cleaned


@admin.register(EmbeddingSpace)
class EmbeddingSpaceAdmin(SpaceSteering):
    """A recipe is fixed once its space is made: another one is another space, beside the first until it serves."""

    form = EmbeddingSpaceForm
    list_display = ("name", "catalog", "backend", "dimension", "state", "serving", "filled_at", "served_until")
    list_filter = ("catalog", "serving", "state")
    list_select_related = ("catalog",)
    ordering = ("catalog", "name")
    search_fields = ("name", "catalog__slug")
    actions = ("embed", "serve", "retry", "compare_spaces")
    fixed_once_made = ("catalog", "name", *RECIPE)

    class Media:
        css = {"all": ("genre/dashboard.css",)}

    def get_fields(self, request: HttpRequest, obj: EmbeddingSpace | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("catalog", "name", *RECIPE)
        return ("catalog", "name", *RECIPE[:-1], "template", *MADE)

    def get_readonly_fields(self, request: HttpRequest, obj: EmbeddingSpace | None = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), "template", *MADE]

    def get_urls(self) -> list[URLPattern]:
        def compared(request: HttpRequest) -> HttpResponse:
            return compare(request, page=self)

        comparison = path("compare/", self.admin_site.admin_view(compared), name="recommender_embeddingspace_compare")
        return [comparison, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: EmbeddingSpace | None = None) -> bool:
        """One at a time, and not the one that answers."""
        is_idle = obj is not None and not obj.serving
        return is_idle and super().has_delete_permission(request, obj)

    def delete_model(self, request: HttpRequest, obj: EmbeddingSpace) -> None:
        try:
            delete_space(obj)
        except SpaceNotReady as error:
            # Somebody else let it serve since the page was made.
            raise PermissionDenied(str(error)) from error

    @admin.display(description=gettext_lazy("text template"))
    def template(self, space: EmbeddingSpace) -> SafeString:
        """With its line breaks."""
        return format_html("<pre>{}</pre>", space.text_template)

    @admin.action(description=gettext_lazy("Embed what is new or changed"), permissions=["change"])
    def embed(self, request: HttpRequest, queryset: QuerySet[EmbeddingSpace]) -> None:
        count = sum(queue_stale_items(space) for space in queryset)
        told = ngettext("%(count)d item was queued.", "%(count)d items were queued.", count)
        self.message_user(request, told % {"count": count}, messages.SUCCESS)
        nudge(self, request)

    @admin.action(description=gettext_lazy("Serve this space"), permissions=["change"])
    def serve(self, request: HttpRequest, queryset: QuerySet[EmbeddingSpace]) -> None:
        spaces = list(queryset)
        if len({space.catalog_id for space in spaces}) < len(spaces):
            self.message_user(request, _("Choose one space: one of a catalog serves."), messages.ERROR)
            return
        for space in spaces:
            self.let_serve(request, space)

    @admin.action(description=gettext_lazy("Retry failed items"), permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[EmbeddingSpace]) -> None:
        retry_spaces(self, request, {space.pk for space in queryset})

    def has_compare_permission(self, request: HttpRequest) -> bool:
        return may_compare(request)

    @admin.action(description=gettext_lazy("Compare two spaces side by side"), permissions=["compare"])
    def compare_spaces(self, request: HttpRequest, queryset: QuerySet[EmbeddingSpace]) -> HttpResponse | None:
        spaces = list(queryset[:3])
        if len(spaces) != 2 or spaces[0].catalog_id != spaces[1].catalog_id:
            self.message_user(request, _("Choose two spaces of one catalog."), messages.ERROR)
            return None
        chosen = {"first": spaces[0].pk, "second": spaces[1].pk}
        return redirect(reverse("admin:recommender_embeddingspace_compare", query=chosen))
