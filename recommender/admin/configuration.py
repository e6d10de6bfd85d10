"""Scenarios, and the versions of their settings: looked at, made anew, activated; never changed."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from catalog.lean_admin import LeanAdmin, ReadOnlyAdmin
from recommender.engine.settings import ScoringSettings
from recommender.models import Scenario, ScoringConfig
from recommender.services.scoring_configs import activate, create_version
from recommender.services.setting_errors import setting_errors
from recommender.services.setting_fields import readable_settings, setting_fields
from users.models import User


@admin.register(Scenario)
class ScenarioAdmin(LeanAdmin[Scenario]):
    list_display = ("name", "catalog")
    list_filter = ("catalog",)
    list_select_related = ("catalog",)
    search_fields = ("name", "catalog__slug")
    autocomplete_fields = ("catalog",)
    fixed_once_made = ("catalog", "name")


class PrettyJSONEncoder(json.JSONEncoder):
    """One setting a line, as a person edits them."""

    def __init__(self, *, indent: int | None = None, sort_keys: bool = False, **options: Any) -> None:
        super().__init__(indent=2, sort_keys=False, **options)


class ScenarioField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the type stubs alone
    """Every catalog has a scenario of the same name: the catalog's tells them apart."""

    def label_from_instance(self, obj: Scenario) -> str:
        return f"{obj.catalog} · {obj.name}"


class NewVersionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the type stubs alone
    scenario = ScenarioField(Scenario.objects.select_related("catalog"), label=gettext_lazy("scenario"))
    settings = forms.JSONField(
        label=gettext_lazy("settings"),
        encoder=PrettyJSONEncoder,
        widget=forms.Textarea(attrs={"rows": 40, "cols": 80}),
    )

    class Meta:
        model = ScoringConfig
        fields = ("scenario", "settings", "note")

    def clean_settings(self) -> dict[str, Any]:
        try:
            return ScoringSettings.model_validate(self.cleaned_data["settings"]).model_dump(mode="json")
        except ValidationError as error:
            raise forms.ValidationError(setting_errors(error)) from error


@admin.register(ScoringConfig)
class ScoringConfigAdmin(ReadOnlyAdmin[ScoringConfig]):
    form = NewVersionForm
    list_display = ("scenario", "catalog", "version", "state", "author", "note", "created_at", "activated_at")
    list_filter = ("catalog", "state")
    list_select_related = ("scenario", "catalog", "author")
    ordering = ("-pk",)
    search_fields = ("scenario__name", "note")
    actions = ("activate_version",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return LeanAdmin.has_add_permission(self, request)

    def has_activate_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommender.change_scoringconfig")

    def get_fields(self, request: HttpRequest, obj: ScoringConfig | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("scenario", "note", "settings", "explanations")
        return ("scenario", "catalog", "version", "state", "author", "note", "created_at", "activated_at", "as_json")

    def get_readonly_fields(self, request: HttpRequest, obj: ScoringConfig | None = None) -> list[str]:
        return ["explanations", "as_json"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from the active version of ?scenario=ID, else from the defaults."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        active = ScoringConfig.objects.filter(state=ScoringConfig.State.ACTIVE)
        scenario_id = request.GET.get("scenario", "")
        found = active.filter(scenario_id=scenario_id).first() if scenario_id.isdecimal() else None
        return {**initial, "settings": json.loads(readable_settings(found.settings if found else {}))}

    def save_model(
        self, request: HttpRequest, obj: ScoringConfig, form: forms.ModelForm[ScoringConfig], change: bool
    ) -> None:
        made = create_version(
            scenario=obj.scenario,
            settings=ScoringSettings.model_validate(obj.settings),
            note=obj.note,
            author=request.user if isinstance(request.user, User) else None,
        )
        obj.pk = made.pk
        obj.refresh_from_db()

    @admin.display(description=gettext_lazy("settings"))
    def as_json(self, config: ScoringConfig) -> SafeString:
        return format_html("<pre>{}</pre>", readable_settings(config.settings))

    @admin.display(description=gettext_lazy("what each setting does"))
    def explanations(self, config: ScoringConfig) -> SafeString:
        rows = [(field.name, field.explanation, field.allowed) for field in setting_fields()]
        return format_html("<dl>{}</dl>", format_html_join("", "<dt><code>{}</code></dt><dd>{} ({})</dd>", rows))

    @admin.action(description=gettext_lazy("Activate this version"), permissions=["activate"])
    def activate_version(self, request: HttpRequest, queryset: QuerySet[ScoringConfig]) -> None:
        configs = list(queryset.select_related("scenario"))
        if len(configs) != 1:
            self.message_user(request, _("Choose one version: one of a scenario is active."), messages.ERROR)
            return
        activate(configs[0])
        self.message_user(request, _("%(version)s answers now.") % {"version": configs[0]}, messages.SUCCESS)
