"""Going back: which version was active before, and that nobody activates by what is no longer so."""

from __future__ import annotations

import pytest

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.exceptions import Overtaken
from recommender.models import ScoringConfig
from recommender.selectors.configuration import active_config
from recommender.services.scoring_configs import activate, create_version, formerly_active


@pytest.fixture
def versions(catalog: Catalog) -> list[ScoringConfig]:
    """The active one, and two drafts."""
    first = active_config(catalog.pk, "home")
    return [first, *(create_version(scenario=first.scenario, settings=ScoringSettings()) for _ in range(2))]


def test_the_version_before_is_the_one_that_was_active_last(versions: list[ScoringConfig]) -> None:
    first, second, third = versions
    assert formerly_active(first.scenario_id) is None
    activate(third)
    assert formerly_active(first.scenario_id) == first
    activate(second)
    assert formerly_active(first.scenario_id) == third
    activate(third)
    assert formerly_active(first.scenario_id) == second


def test_activates_instead_of_the_version_that_was_shown(versions: list[ScoringConfig]) -> None:
    first, second, third = versions
    activate(second, instead_of=first.pk)
    with pytest.raises(Overtaken):
        activate(third, instead_of=first.pk)
    assert active_config(first.catalog_id, "home") == second
    activate(third, instead_of=second.pk)
    assert active_config(first.catalog_id, "home") == third
