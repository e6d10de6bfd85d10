"""What the page of a version shows: what it changed, what activating it would change, and all that it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from recommender.models import Scenario, ScoringConfig
from recommender.services.config_diff import SettingChange, setting_changes
from recommender.services.scoring_configs import formerly_active
from recommender.services.setting_fields import readable_settings, setting_sections
from recommender.services.setting_values import stored_value, value_text


@dataclass(frozen=True)
class Activation:
    """A step that one button takes: this version instead of that one, and all that it changes."""

    config: ScoringConfig
    instead_of: ScoringConfig | None
    changes: list[SettingChange]


@dataclass(frozen=True)
class SettingLine:
    name: str
    label: str
    value: str
    is_default: bool


def version_page(config: ScoringConfig, previous: object) -> dict[str, Any]:
    """The context of the page; two queries."""
    active = active_version(config)
    is_active = active is not None and active.pk == config.pk
    # What the step to this version changes is not told twice.
    is_told = active is not None and active.version == config.version - 1
    former = formerly_active(config.scenario_id) if is_active else None
    return {
        "config": config,
        "active": active,
        "activation": None if is_active else _activation(config, active),
        "way_back": _activation(former, active) if former else None,
        "since_previous": None if is_told else _since(previous, config),
        "previous_version": config.version - 1,
        "sections": list(_sections(config)),
        "as_json": readable_settings(config.settings),
        "is_of_items": config.scenario.name == Scenario.SIMILAR,
    }


def active_version(config: ScoringConfig) -> ScoringConfig | None:
    """The version that answers for the same scenario; one query."""
    found = ScoringConfig.objects.filter(scenario_id=config.scenario_id, state=ScoringConfig.State.ACTIVE)
    return found.select_related("scenario").first()


def _activation(config: ScoringConfig, active: ScoringConfig | None) -> Activation:
    return Activation(config, active, setting_changes(active.settings if active else {}, config.settings))


def _since(previous: object, config: ScoringConfig) -> list[SettingChange] | None:
    return setting_changes(previous, config.settings) if isinstance(previous, Mapping) else None


def _sections(config: ScoringConfig) -> Iterator[tuple[str, list[SettingLine]]]:
    for section in setting_sections():
        values = [(setting, stored_value(config.settings, setting)) for setting in section.fields]
        yield (
            section.label,
            [
                SettingLine(setting.name, setting.label, value_text(setting, value), value == setting.default_value)
                for setting, value in values
            ],
        )
