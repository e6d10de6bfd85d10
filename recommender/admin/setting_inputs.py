"""Form fields of settings: what is typed goes to the schema as it is, which says in its own words what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from recommender.admin.unfold_widgets import CheckboxInput, NumberInput, Select, Textarea, TextInput
from recommender.services.setting_fields import SettingField, SettingKind
from recommender.services.setting_values import value_text

NONE, VALUE = "none", "value"


def setting_input(setting: SettingField) -> forms.Field:
    """The field that a setting is changed with; nothing is required of it here."""
    named: dict[str, Any] = {"label": setting.label, "help_text": setting.explanation, "required": False}
    if setting.nothing is not None:
        return OptionalNumber(setting=setting, **named)
    if setting.kind is SettingKind.SWITCH:
        return forms.BooleanField(widget=CheckboxInput(), **named)
    if setting.kind is SettingKind.CHOICE:
        choices = [(choice, value_text(setting, choice)) for choice in setting.choices]
        return forms.Field(widget=Select(choices=choices), **named)
    if setting.kind is SettingKind.LIST:
        return Lines(widget=Textarea(attrs={"rows": 3}), **named)
    if setting.kind is SettingKind.MAPPING:
        return Pairs(widget=Textarea(attrs={"rows": 3}), **named)
    if setting.kind is SettingKind.TEXT:
        return forms.CharField(widget=TextInput(), **named)
    return forms.Field(widget=number_input(setting), **named)


def number_input(setting: SettingField, **attrs: str) -> NumberInput:
    step = "1" if setting.kind is SettingKind.WHOLE else "any"
    return NumberInput(attrs={"min": setting.minimum, "max": setting.maximum, "step": step, **attrs})


class Lines(forms.Field):
    """A list of texts, one a line."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: str | None) -> list[str]:
        return [line.strip() for line in (value or "").splitlines() if line.strip()]


class Pairs(forms.Field):
    """Names with numbers, one pair a line, such as "purchase: 3"."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return "\n".join(f"{name}: {number}" for name, number in value.items())
        return value

    def to_python(self, value: str | None) -> dict[str, Any]:
        """Numbers as they are typed; a colon may be a Chinese one. Copied JSON is taken, too."""
        if (copied := _json_object(value)) is not None:
            return copied
        pairs: dict[str, Any] = {}
        for number, line in enumerate((value or "").splitlines(), start=1):
            if not line.strip():
                continue
            name, colon, weight = (part.strip() for part in line.replace("：", ":").rpartition(":"))
            if not colon or not name:
                told = _("Line %(line)d: write a name, a colon and a number, such as “purchase: 3”.")
                raise ValidationError(told % {"line": number})
            if name in pairs:
                raise ValidationError(_("Line %(line)d: “%(name)s” is there twice.") % {"line": number, "name": name})
            pairs[name] = weight
        return pairs


def _json_object(text: str | None) -> dict[str, Any] | None:
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


class OptionalNumberWidget(forms.MultiWidget):
    """Whether there is a number, and the number."""

    def __init__(self, setting: SettingField) -> None:
        choices = [(NONE, setting.nothing), (VALUE, _("a number of one's own"))]
        own = _("%(setting)s: the number") % {"setting": setting.label}
        super().__init__(
            [
                Select(choices=choices, attrs={"aria-label": setting.label, "data-decides": ""}),
                number_input(setting, **{"aria-label": own, "data-decided": ""}),
            ]
        )

    def decompress(self, value: Any) -> list[Any]:
        return [NONE, ""] if value is None else [VALUE, value]


class OptionalNumber(forms.Field):
    """A number, or none; which of the two has to be said, so that a number that was typed is never passed over."""

    def __init__(self, *, setting: SettingField, **named: Any) -> None:
        super().__init__(widget=OptionalNumberWidget(setting), **named)
        self.nothing = setting.nothing

    def to_python(self, value: list[str | None] | None) -> str | None:
        which, number = value or (NONE, None)
        number = (number or "").strip()
        if which == VALUE:
            if not number:
                raise ValidationError(_("Write a number, or choose “%(nothing)s”.") % {"nothing": self.nothing})
            return number
        if number:
            told = _("Take the number away, or choose to use it: “%(nothing)s” has none.")
            raise ValidationError(told % {"nothing": self.nothing})
        return None
