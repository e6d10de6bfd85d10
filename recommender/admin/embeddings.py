"""Embedding spaces from their recipe to serving, and the items that could not be embedded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.lean_admin import LeanAdmin, ReadOnlyAdmin
from recommender.embeddings.exceptions import EmbeddingError
from recommender.embeddings.recipe import EmbeddingRecipe
from recommender.embeddings.registry import create_encoder
from recommender.exceptions import SpaceNotReady
from recommender.models import EmbeddingJob, EmbeddingSpace
from recommender.services.embedding_queue import failed_jobs, open_jobs, queue_stale_items, retry_failed
from recommender.services.space_deletion import delete_space
from recommender.services.spaces import serve_space
from recommender.tasks import send_nudge

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
class EmbeddingSpaceAdmin(LeanAdmin[EmbeddingSpace]):
    """A recipe is fixed once its space is made: another one is another space, beside the first until it serves."""

    form = EmbeddingSpaceForm
    list_display = ("name", "catalog", "backend", "dimension", "state", "serving", "filled_at")
    list_filter = ("catalog", "serving", "state")
    list_select_related = ("catalog",)
    ordering = ("catalog", "name")
    search_fields = ("name", "catalog__slug")
    autocomplete_fields = ("catalog",)
    actions = ("embed", "serve", "retry")
    fixed_once_made = ("catalog", "name", *RECIPE)

    def get_fields(self, request: HttpRequest, obj: EmbeddingSpace | None = None) -> tuple[str, ...]:
        made = ("state", "serving", "filled_at", "created_at", "embedded", "waiting", "failed")
        return ("catalog", "name", *RECIPE, *(made if obj else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: EmbeddingSpace | None = None) -> list[str]:
        made = ["state", "serving", "filled_at", "created_at", "embedded", "waiting", "failed"]
        return [*super().get_readonly_fields(request, obj), *made]

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

    @admin.display(description=gettext_lazy("items embedded"))
    def embedded(self, space: EmbeddingSpace) -> int:
        return space.embeddings.count()

    @admin.display(description=gettext_lazy("items that wait"))
    def waiting(self, space: EmbeddingSpace) -> int:
        return open_jobs(space.pk)

    @admin.display(description=gettext_lazy("items that failed"))
    def failed(self, space: EmbeddingSpace) -> int:
        return failed_jobs(space.pk)

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
            try:
                serve_space(space)
            except SpaceNotReady as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, _("“%(name)s” serves now.") % {"name": space.name}, messages.SUCCESS)

    @admin.action(description=gettext_lazy("Retry failed items"), permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[EmbeddingSpace]) -> None:
        retry_spaces(self, request, {space.pk for space in queryset})


@admin.register(EmbeddingJob)
class EmbeddingJobAdmin(ReadOnlyAdmin[EmbeddingJob]):
    """Those that failed: the others come and go within seconds."""

    list_display = ("item", "space", "failed_at", "error")
    list_filter = ("space",)
    list_select_related = ("item", "space")
    ordering = ("-pk",)
    fields = ("item", "space", "attempts", "failed_at", "error")
    actions = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmbeddingJob]:
        return super().get_queryset(request).filter(failed_at__isnull=False)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommender.change_embeddingspace")

    @admin.action(
        description=gettext_lazy("Retry all failed items of the same embedding spaces"), permissions=["retry"]
    )
    def retry(self, request: HttpRequest, queryset: QuerySet[EmbeddingJob]) -> None:
        retry_spaces(self, request, set(queryset.values_list("space_id", flat=True)))


def retry_spaces(page: admin.ModelAdmin[Any], request: HttpRequest, space_ids: set[int]) -> None:
    count = sum(retry_failed(space_id) for space_id in space_ids)
    told = ngettext("%(count)d item is tried again.", "%(count)d items are tried again.", count)
    page.message_user(request, told % {"count": count}, messages.SUCCESS)
    nudge(page, request)


def nudge(page: admin.ModelAdmin[Any], request: HttpRequest) -> None:
    """Tell the worker, and the person when nobody could be told."""
    if not send_nudge():
        page.message_user(
            request, _("The broker does not answer: the work waits, and is done once it does."), messages.WARNING
        )
