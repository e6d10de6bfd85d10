"""The items that could not be embedded."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from catalog.lean_admin import ReadOnlyAdmin
from recommender.admin.telling import retry_spaces
from recommender.models import EmbeddingJob


@admin.register(EmbeddingJob)
class EmbeddingJobAdmin(ReadOnlyAdmin[EmbeddingJob]):
    """Those that failed: the others come and go within seconds."""

    list_display = ("item", "space", "failed_at", "error")
    list_filter = ("space",)
    list_select_related = ("item", "space")
    ordering = ("-pk",)
    search_fields = ("item__external_id__exact",)
    search_help_text = gettext_lazy("The whole identifier of an item.")
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
