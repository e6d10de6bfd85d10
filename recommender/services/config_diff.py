"""What differs between two versions of a configuration, setting by setting, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recommender.services.setting_fields import setting_sections
from recommender.services.setting_values import stored_value, value_text


@dataclass(frozen=True)
class SettingChange:
    """A setting that two versions have differently; the texts are in one language."""

    name: str
    section: str
    label: str
    before: str
    after: str


def setting_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[SettingChange]:
    """What changes from stored settings to others, in the order of the schema and in the active language.

    Settings that are no longer in the schema change nothing, and are left out.
    """
    return [
        SettingChange(
            name=setting.name,
            section=section.label,
            label=setting.label,
            before=value_text(setting, former),
            after=value_text(setting, latter),
        )
        for section in setting_sections()
        for setting in section.fields
        if (former := stored_value(before, setting)) != (latter := stored_value(after, setting))
    ]
