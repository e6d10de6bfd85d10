"""The versions of a scenario's settings: listed with what each changed, made anew, tried on a person, activated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.lean_admin import LeanAdmin, ReadOnlyAdmin
from recommender.admin.configuration.preview_page import preview_page
from recommender.admin.configuration.version_page import version_page
from recommender.admin.settings_form import NewVersionForm
from recommender.exceptions import Overtaken
from recommender.models import Scenario, ScoringConfig
from recommender.services.config_diff import setting_changes
from recommender.services.scoring_configs import activate, create_version
from recommender.services.setting_values import unknown_settings
from users.models import User

TEMPLATES = "admin/recommender/scoringconfig"
# Of what a version changed, so many settings are named in the list; its page has all.
NAMED_CHANGES = 3


@admin.register(ScoringConfig)
class ScoringConfigAdmin(ReadOnlyAdmin[ScoringConfig]):
    list_display = (
        "name_and_version",
        "catalog",
        "state",
        "what_changed",
        "short_note",
        "author",
        "created_at",
        "activated_at",
    )
    list_filter = ("catalog", "state", ("scenario__name", admin.AllValuesFieldListFilter))
    list_select_related = ("scenario", "catalog", "author")
    ordering = ("-pk",)
    search_fields = ("scenario__name", "note", "author__email")
    search_help_text = gettext_lazy("A piece of a note, of the scenario's name, or of the author's address.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ScoringConfig]:
        """With the settings of the version before, which the list compares with."""
        former = ScoringConfig.objects.filter(scenario=OuterRef("scenario"), version=OuterRef("version") - 1)
        rows = super().get_queryset(request).select_related("scenario", "catalog", "author")
        return rows.annotate(previous_settings=Subquery(former.values("settings")[:1]))

    def get_urls(self) -> list[URLPattern]:
        views = {"activate": self.activate_view, "preview": self.preview_view}
        addresses: list[URLPattern] = [
            path(
                f"<int:version_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"recommender_scoringconfig_{name}",
            )
            for name, view in views.items()
        ]
        return [*addresses, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return LeanAdmin.has_add_permission(self, request)

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommender.change_scoringconfig")

    @admin.display(description=gettext_lazy("version"), ordering="version")
    def name_and_version(self, config: ScoringConfig) -> str:
        return str(config)

    @admin.display(description=gettext_lazy("what changed"))
    def what_changed(self, config: ScoringConfig) -> str:
        previous = getattr(config, "previous_settings", None)
        if not isinstance(previous, Mapping):
            return _("the first version") if config.version == 1 else "-"
        changes = setting_changes(previous, config.settings)
        words = [
            _("%(setting)s: %(before)s → %(after)s")
            % {"setting": change.label, "before": change.before, "after": change.after}
            for change in changes[:NAMED_CHANGES]
        ]
        if len(changes) > NAMED_CHANGES:
            words.append(_("and %(count)d more") % {"count": len(changes) - NAMED_CHANGES})
        return _("; ").join(words) or _("nothing")

    @admin.display(description=gettext_lazy("note"))
    def short_note(self, config: ScoringConfig) -> str:
        return Truncator(config.note).chars(120)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A form that starts from ?from=ID, or from the active version of ?scenario=ID."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        scenario, start = self._start(request)
        if scenario is None:
            self.message_user(request, _("Choose the scenario whose settings change."), messages.INFO)
            return redirect("admin:recommender_scenario_changelist")
        stored = start.settings if start else {}
        submitted = request.POST if request.method == "POST" else None
        form = NewVersionForm(submitted, start=stored, catalog_id=scenario.catalog_id)
        if form.is_valid():
            return self._save(request, scenario, form)
        context = {
            **self._page(request, _("New version of %(scenario)s") % {"scenario": scenario}),
            "form": form,
            "scenario": scenario,
            "start": start,
            "left_out": unknown_settings(stored),
            "back": reverse("admin:recommender_scoringconfig_change", args=[start.pk]) if start else "../",
        }
        return TemplateResponse(request, f"{TEMPLATES}/new_version.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A version is looked at, whoever looks."""
        config = self._found(request, int(object_id) if object_id.isdecimal() else 0)
        if request.method == "POST":
            raise PermissionDenied
        context = {
            **self._page(request, str(config)),
            **version_page(config, getattr(config, "previous_settings", None)),
            "original": config,
            "may_activate": self.has_activate_permission(request),
            "may_add": self.has_add_permission(request),
            "may_preview": self._may_preview(request),
        }
        return TemplateResponse(request, f"{TEMPLATES}/version.html", context)

    def activate_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """Let a version answer, if the version that was shown as active still is."""
        config = self._found(request, version_id)
        if not self.has_activate_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        shown = request.POST.get("instead_of", "")
        try:
            activate(config, instead_of=int(shown) if shown.isdecimal() else None)
        except Overtaken as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.log_change(request, config, _("Activated."))
            self.message_user(request, _("%(version)s answers now.") % {"version": config}, messages.SUCCESS)
        return redirect("admin:recommender_scoringconfig_change", config.pk)

    def preview_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """A person's list by this version beside the list that they get now; whoever may not see people may not."""
        config = self._found(request, version_id)
        if not self._may_preview(request):
            raise PermissionDenied
        title = _("%(version)s on a person") % {"version": config}
        context = {
            **self._page(request, title),
            **preview_page(config, named=request.GET.get("profile", "").strip()),
            "original": config,
            "may_activate": self.has_activate_permission(request),
        }
        return TemplateResponse(request, f"{TEMPLATES}/preview.html", context)

    def _may_preview(self, request: HttpRequest) -> bool:
        return any(request.user.has_perm(f"users.{right}_profile") for right in ("view", "change"))

    def _page(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title}

    def _found(self, request: HttpRequest, version_id: int) -> ScoringConfig:
        if not self.has_view_permission(request):
            raise PermissionDenied
        config = self.get_queryset(request).filter(pk=version_id).first()
        if config is None:
            raise Http404
        return config

    def _start(self, request: HttpRequest) -> tuple[Scenario | None, ScoringConfig | None]:
        """The scenario, and the version to start from; a scenario that never had one starts from the defaults."""
        configs = ScoringConfig.objects.select_related("scenario__catalog")
        if (version_id := request.GET.get("from", "")).isdecimal():
            start = configs.filter(pk=int(version_id)).first()
            return (start.scenario, start) if start else (None, None)
        scenario_id = request.GET.get("scenario", "")
        if not scenario_id.isdecimal():
            return None, None
        scenario = Scenario.objects.select_related("catalog").filter(pk=int(scenario_id)).first()
        active = configs.filter(scenario=scenario, state=ScoringConfig.State.ACTIVE).first() if scenario else None
        return scenario, active

    def _save(self, request: HttpRequest, scenario: Scenario, form: NewVersionForm) -> HttpResponse:
        made = create_version(
            scenario=scenario,
            settings=form.settings,
            note=form.cleaned_data["note"],
            author=request.user if isinstance(request.user, User) else None,
        )
        self.log_addition(request, made, [{"added": {}}])
        told = _("%(version)s is made. It answers once it is activated.") % {"version": made}
        self.message_user(request, told, messages.SUCCESS)
        return redirect("admin:recommender_scoringconfig_change", made.pk)
