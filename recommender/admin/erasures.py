"""In the administration nobody is merely deleted: who is, is erased, with a receipt."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from catalog.lean_admin import ReadOnlyAdmin
from recommender.exceptions import NotInCatalog
from recommender.services.erasing import erase_account, erase_profile
from recommender.services.exporting import export_account, export_profile
from recommender.services.receipts import receipt
from users.admin import ProfileAdmin, UserAdmin
from users.models import Erasure, Profile, User, Way

FILE_NAME = "personal-data.json"

admin.site.unregister(User)


class ErasingProfileAdmin(ProfileAdmin):
    """Deleting a profile erases the person."""

    def get_urls(self) -> list[URLPattern]:
        export = path(
            "<int:object_id>/export/",
            self.admin_site.admin_view(require_safe(self.export)),
            name="users_profile_export",
        )
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest, object_id: int) -> StreamingHttpResponse:
        profile = get_object_or_404(Profile.objects.select_related("catalog", "user"), pk=object_id)
        if not self.has_view_permission(request, profile):
            raise PermissionDenied
        return _file(export_profile(profile=profile, now=timezone.now()))

    def delete_model(self, request: HttpRequest, obj: Profile) -> None:
        self._erase(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> None:
        self._erase(request, queryset)

    def _erase(self, request: HttpRequest, profiles: Iterable[Profile]) -> None:
        for profile in profiles:
            try:
                _tell(request, erase_profile(profile=profile, way=Way.ADMIN))
            except NotInCatalog as error:
                messages.info(request, str(error))

    @admin.display(description=gettext_lazy("their data"))
    def own_data(self, profile: Profile) -> SafeString:
        return format_html(
            '<p><a href="{}">{}</a></p><p>{}</p>',
            reverse("admin:users_profile_export", args=[profile.pk]),
            _("Download everything that is known of this person"),
            _("Deleting the profile erases the person: everything about them goes, and a receipt stays."),
        )


@admin.register(User)
class ErasingUserAdmin(UserAdmin):
    """Deleting an account erases the person in all catalogs."""

    def get_urls(self) -> list[URLPattern]:
        export = path(
            "<int:object_id>/export/", self.admin_site.admin_view(require_safe(self.export)), name="users_user_export"
        )
        return [export, *super().get_urls()]

    def export(self, request: HttpRequest, object_id: int) -> HttpResponse | StreamingHttpResponse:
        user = get_object_or_404(User, pk=object_id)
        if not (self.has_view_permission(request, user) and request.user.has_perm("users.view_profile")):
            raise PermissionDenied
        return _file(export_account(user=user, now=timezone.now()))

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        _tell(request, erase_account(user=obj, way=Way.ADMIN))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            _tell(request, erase_account(user=user, way=Way.ADMIN))


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin[Erasure]):
    """Receipts: when somebody was erased, and not who."""

    list_display = ("id", "erased_at", "catalog", "way", "trained_data_gone_after")
    list_filter = ("way", "catalog")
    list_select_related = ("catalog",)
    ordering = ("-erased_at",)
    # This makes the search box appear; `get_search_results` searches.
    search_fields = ("id",)
    search_help_text = gettext_lazy("The whole identifier of a receipt.")
    fields = ("id", "erased_at", "catalog", "whole", "way", "trained_data_gone_after", "counted", "told")
    readonly_fields = ("counted", "told")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Erasure], search_term: str
    ) -> tuple[QuerySet[Erasure], bool]:
        if not (term := search_term.strip()):
            return queryset, False
        try:
            return queryset.filter(pk=uuid.UUID(term)), False
        except ValueError:
            return queryset.none(), False

    @admin.display(description=gettext_lazy("rows by what they were"))
    def counted(self, erasure: Erasure) -> SafeString:
        rows = SafeString()
        for row in receipt(erasure)["erased"]:
            rows += format_html("<p>{}: {}</p>", row["title"], row["count"])
        return rows

    @admin.display(description=gettext_lazy("notes"))
    def told(self, erasure: Erasure) -> SafeString:
        notes = SafeString()
        for note in receipt(erasure)["notes"]:
            notes += format_html("<p>{}</p>", note)
        return notes


def _tell(request: HttpRequest, erasure: Erasure) -> None:
    address = reverse("admin:users_erasure_change", args=[erasure.pk])
    messages.success(request, format_html('{} <a href="{}">{}</a>', _("Erased."), address, _("The receipt")))


def _file(document: Iterable[str]) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        document,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"', "Cache-Control": "private, no-store"},
    )
