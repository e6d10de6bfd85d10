"""The placements that ask for recommendations, each with the version that answers for it."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.lean_admin import LeanAdmin
from recommender.models import Scenario, ScoringConfig


@admin.register(Scenario)
class ScenarioAdmin(LeanAdmin[Scenario]):
    list_display = ("name", "catalog", "active_version", "versions", "new_version")
    list_filter = ("catalog",)
    list_select_related = ("catalog",)
    search_fields = ("name", "catalog__slug")
    autocomplete_fields = ("catalog",)
    fixed_once_made = ("catalog", "name")
    readonly_fields = ("active_version", "versions", "new_version")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scenario]:
        active = ScoringConfig.objects.filter(scenario=OuterRef("pk"), state=ScoringConfig.State.ACTIVE)
        return (
            super()
            .get_queryset(request)
            .annotate(
                active_id=Subquery(active.values("pk")[:1]),
                active_number=Subquery(active.values("version")[:1]),
            )
        )

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return tuple(name for name in self.list_display if name != "new_version" or self._may_add(request))

    def get_fields(self, request: HttpRequest, obj: Scenario | None = None) -> tuple[str, ...]:
        return ("catalog", "name") if obj is None else self.get_list_display(request)

    @admin.display(description=gettext_lazy("answers now"))
    def active_version(self, scenario: Scenario) -> SafeString | str:
        if (active_id := getattr(scenario, "active_id", None)) is None:
            return _("none")
        address = reverse("admin:recommender_scoringconfig_change", args=[active_id])
        return format_html('<a href="{}">v{}</a>', address, getattr(scenario, "active_number", ""))

    @admin.display(description=gettext_lazy("versions"))
    def versions(self, scenario: Scenario) -> SafeString:
        address = reverse("admin:recommender_scoringconfig_changelist")
        return format_html(
            '<a href="{}?scenario__id__exact={}">{}</a>', address, scenario.pk, _("All versions, what changed and why")
        )

    @admin.display(description=gettext_lazy("new version"))
    def new_version(self, scenario: Scenario) -> SafeString | str:
        address = reverse("admin:recommender_scoringconfig_add")
        return format_html('<a href="{}?scenario={}">{}</a>', address, scenario.pk, _("Change settings"))

    def _may_add(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommender.add_scoringconfig")
