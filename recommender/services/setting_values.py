"""Values of settings as they are stored, also by an earlier schema, and as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from recommender.services.setting_fields import SettingField, SettingKind, setting_fields
from recommender.services.setting_labels import CHOICES


def stored_value(stored: Mapping[str, Any], setting: SettingField) -> Any:
    """The value that a setting has in stored settings; its default where they are silent, as when it is read."""
    section = stored.get(setting.section)
    name = setting.name.partition(".")[2]
    return section.get(name, setting.default_value) if isinstance(section, Mapping) else setting.default_value


def unknown_settings(stored: Mapping[str, Any]) -> list[str]:
    """Dotted names of what is stored and is no setting now, in the order of the alphabet."""
    known = {setting.name for setting in setting_fields()}
    sections = {setting.section for setting in setting_fields()}
    names: list[str] = []
    for section, values in stored.items():
        inner = values if section in sections and isinstance(values, Mapping) else None
        names += [section] if inner is None else [f"{section}.{name}" for name in inner]
    return sorted(name for name in names if name not in known)


def value_text(setting: SettingField, value: Any) -> str:
    """A value in words, in the active language."""
    if value is None:
        return setting.nothing or _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if setting.kind is SettingKind.CHOICE and value in CHOICES:
        return str(CHOICES[value])
    if isinstance(value, list):
        return _(", ").join(map(str, value)) or _("none")
    if isinstance(value, Mapping):
        pairs = (_("%(name)s: %(value)s") % {"name": name, "value": _number(inner)} for name, inner in value.items())
        return _(", ").join(pairs) or _("none")
    return _number(value)


def _number(value: Any) -> str:
    """Without the fraction of a whole number: 20.0 and 20 are one value."""
    return f"{value:,.15g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
