"""Trained versions of rankings: looked at, activated, deleted; made by trainings alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from catalog.lean_admin import LeanAdmin, ReadOnlyAdmin
from recommender.admin.tables import html_table
from recommender.exceptions import VersionNotReady
from recommender.models import RankingModel
from recommender.services.ranking_models import activate_model, delete_model
from recommender.services.version_reports import (
    ValidationStage,
    figure_rows,
    hyperparameter_rows,
    validation_stages,
)


@admin.register(RankingModel)
class RankingModelAdmin(ReadOnlyAdmin[RankingModel]):
    list_display = (
        "version",
        "catalog",
        "state",
        "item_count",
        "interaction_count",
        "trained_at",
        "activated_at",
        "note",
    )
    list_filter = ("catalog", "state")
    list_select_related = ("catalog",)
    ordering = ("-pk",)
    search_fields = ("note", "catalog__slug")
    actions = ("activate_version",)
    fields = (
        "catalog",
        "version",
        "state",
        "error",
        "note",
        "space",
        "item_count",
        "interaction_count",
        "dimension",
        "learned_from",
        "created_at",
        "trained_at",
        "activated_at",
        "figures_table",
        "hyperparameters_table",
        "validation_tables",
    )
    readonly_fields = ("figures_table", "hyperparameters_table", "validation_tables")

    class Media:
        css = {"all": ("genre/dashboard.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[RankingModel]:
        """A list needs none of what only a version's own page shows."""
        return super().get_queryset(request).defer("figures", "hyperparameters")

    def get_urls(self) -> list[URLPattern]:
        activation = path(
            "<int:object_id>/activate/",
            self.admin_site.admin_view(require_POST(self.activate_one)),
            name="recommender_rankingmodel_activate",
        )
        return [activation, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With a button for a version that could answer and does not: going back is one click."""
        ready = RankingModel.objects.filter(state=RankingModel.State.READY)
        may_activate = self.has_activate_permission(request) and object_id.isdecimal()
        button = {"may_activate": may_activate and ready.filter(pk=object_id).exists()}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **button})

    def activate_one(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_activate_permission(request):
            raise PermissionDenied
        self._activate(request, get_object_or_404(RankingModel.objects.select_related("catalog"), pk=object_id))
        return redirect("admin:recommender_rankingmodel_change", object_id)

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommender.change_rankingmodel")

    def has_delete_permission(self, request: HttpRequest, obj: RankingModel | None = None) -> bool:
        """One at a time, and not the one that answers."""
        is_idle = obj is not None and obj.state != RankingModel.State.ACTIVE
        return is_idle and LeanAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: RankingModel) -> None:
        try:
            delete_model(obj)
        except VersionNotReady as error:
            # Activated by somebody else since the page was made.
            raise PermissionDenied(str(error)) from error

    @admin.action(description=gettext_lazy("Activate this version"), permissions=["activate"])
    def activate_version(self, request: HttpRequest, queryset: QuerySet[RankingModel]) -> None:
        models = list(queryset.select_related("catalog"))
        if len(models) != 1:
            self.message_user(request, _("Choose one version: one of a catalog is active."), messages.ERROR)
            return
        self._activate(request, models[0])

    def _activate(self, request: HttpRequest, model: RankingModel) -> None:
        try:
            activate_model(model)
        except VersionNotReady as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(request, _("%(version)s answers now.") % {"version": model}, messages.SUCCESS)

    @admin.display(description=gettext_lazy("figures"))
    def figures_table(self, model: RankingModel) -> SafeString:
        return html_table([_("figure"), _("value")], figure_rows(model.figures))

    @admin.display(description=gettext_lazy("hyperparameters"))
    def hyperparameters_table(self, model: RankingModel) -> SafeString:
        return html_table([_("hyperparameter"), _("value")], hyperparameter_rows(model))

    @admin.display(description=gettext_lazy("how hyperparameters were chosen"))
    def validation_tables(self, model: RankingModel) -> SafeString | str:
        stages = validation_stages(model)
        if not stages:
            return _("This version took those of an earlier one, or the defaults.")
        return format_html_join("", "{}", ((_stage_table(stage),) for stage in stages))


def _stage_table(stage: ValidationStage) -> SafeString:
    rows = [
        (tried.value, tried.metric, format_html("<strong>{}</strong>" if tried.best else "{}", f"{tried.result:.5f}"))
        for tried in stage.tried
    ]
    return html_table([stage.name, _("metric"), _("result")], rows)
