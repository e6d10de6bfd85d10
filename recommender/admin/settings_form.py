"""A new version of a scenario's settings as a form, made from their schema; starting from another version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from recommender.admin.setting_inputs import setting_input
from recommender.admin.unfold_widgets import Textarea
from recommender.engine.settings import ScoringSettings
from recommender.models import InteractionKind
from recommender.services.setting_errors import errors_by_setting
from recommender.services.setting_fields import SettingField, SettingSection, setting_fields, setting_sections
from recommender.services.setting_values import stored_value, value_text
from recommender.services.trained_settings import trained_values

KIND_WEIGHTS = "interest.kind_weights"


@dataclass(frozen=True)
class SettingRow:
    """A setting as the form shows it: its input, and what it is by default and in the version that one starts from.

    `trained`: what it comes to where it is left to the training; empty where that is nothing, or not known.
    """

    setting: SettingField
    input: forms.BoundField
    default: str
    start: str
    trained: str


class NewVersionForm(forms.Form):
    """`settings` holds what was typed, validated, once the form is valid."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("What changes, and why: the next person reads it in the list of versions."),
        error_messages={"required": gettext_lazy("Say in a few words what changes, and why.")},
        widget=Textarea(attrs={"rows": 2}),
    )

    def __init__(self, submitted: Mapping[str, Any] | None, *, start: Mapping[str, Any], catalog_id: int) -> None:
        super().__init__(submitted)
        self.start = start
        self.catalog_id = catalog_id
        self.settings = ScoringSettings()
        for setting in setting_fields():
            self.fields[setting.name] = setting_input(setting)
            self.initial[setting.name] = stored_value(start, setting)
        # Said last, once the changes are made.
        self.order_fields([*(setting.name for setting in setting_fields()), "note"])

    def sections(self) -> Iterator[tuple[SettingSection, list[SettingRow]]]:
        trained = trained_values(self.catalog_id)
        for section in setting_sections():
            yield section, [self._row(setting, trained.get(setting.name)) for setting in section.fields]

    def mistaken(self) -> list[forms.BoundField]:
        """The inputs with something to put right."""
        return [self[name] for name in self.fields if name in self.errors]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        self._check_kinds(cleaned.get(KIND_WEIGHTS, {}))
        typed: dict[str, dict[str, Any]] = {}
        for setting in setting_fields():
            # Where the input itself is wrong that is said already: the others are still looked at.
            value = cleaned.get(setting.name, setting.default_value)
            typed.setdefault(setting.section, {})[setting.name.partition(".")[2]] = value
        try:
            self.settings = ScoringSettings.model_validate(typed)
        except ValidationError as error:
            for name, said in errors_by_setting(error, self.fields):
                self.add_error(name, said)
        else:
            self._refuse_the_same()
        return cleaned

    def _row(self, setting: SettingField, trained: float | None) -> SettingRow:
        return SettingRow(
            setting,
            self[setting.name],
            default=value_text(setting, setting.default_value),
            start=value_text(setting, stored_value(self.start, setting)),
            trained="" if trained is None else value_text(setting, trained),
        )

    def _check_kinds(self, weights: Mapping[str, Any]) -> None:
        """A weight of a kind that is misspelt would have no effect, and nobody would see it."""
        if not weights:
            return
        known = list(InteractionKind.objects.filter(catalog_id=self.catalog_id).values_list("name", flat=True))
        unknown = [name for name in weights if name not in known]
        if unknown:
            told = _("There is no kind of interaction “%(name)s” here; there is: %(names)s.")
            self.add_error(KIND_WEIGHTS, told % {"name": unknown[0], "names": _(", ").join(sorted(known))})

    def _refuse_the_same(self) -> None:
        if self.errors:
            return
        try:
            former = ScoringSettings.model_validate(self.start)
        except ValidationError:
            return
        if self.settings == former:
            self.add_error(None, _("Nothing was changed: there is nothing to save."))
