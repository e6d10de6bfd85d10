"""A catalog's scenarios, and which version of the configuration answers in each."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from catalog.models import Catalog
from recommender.models import Scenario, ScoringConfig
from recommender.selectors.named import scenario_named

ACTIVE = "active_configs"


def scenarios_of(catalog: Catalog) -> QuerySet[Scenario]:
    """With their active versions; two queries."""
    active = ScoringConfig.objects.filter(state=ScoringConfig.State.ACTIVE).defer("settings")
    return Scenario.objects.filter(catalog=catalog).prefetch_related(Prefetch("configs", active, to_attr=ACTIVE))


def scenario_line(scenario: Scenario) -> dict[str, object]:
    """A scenario out of `scenarios_of`."""
    active: list[ScoringConfig] = getattr(scenario, ACTIVE)
    return _described(scenario, active[0] if active else None)


def described_scenario(catalog: Catalog, name: str) -> dict[str, object]:
    """With the settings of the active version; two queries. Raises NotInCatalog."""
    scenario = scenario_named(catalog, name)
    active = scenario.configs.filter(state=ScoringConfig.State.ACTIVE).first()
    return _described(scenario, active) | {"settings": None if active is None else active.settings}


def _described(scenario: Scenario, active: ScoringConfig | None) -> dict[str, object]:
    return {
        "name": scenario.name,
        "active_version": None if active is None else active.version,
        "activated_at": None if active is None else active.activated_at,
    }
