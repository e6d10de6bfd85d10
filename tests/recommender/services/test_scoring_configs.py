"""Versions of a scenario's settings: they count up, one answers, and the former one can be gone back to."""

from __future__ import annotations

import pytest

from catalog.models import Catalog
from recommender.engine.settings import ListSettings, ScoringSettings
from recommender.models import Scenario, ScoringConfig
from recommender.selectors.configuration import active_config
from recommender.services.scoring_configs import activate, create_version
from tests.recommender.services.together import all_at_once
from users.models import User

SHORT = ScoringSettings(result_list=ListSettings(length=3))
DRAFT, ACTIVE, RETIRED = ScoringConfig.State.DRAFT, ScoringConfig.State.ACTIVE, ScoringConfig.State.RETIRED


@pytest.fixture
def home(catalog: Catalog) -> Scenario:
    return catalog.scenarios.get(name="home")


def states(scenario: Scenario) -> dict[int, str]:
    return dict(scenario.configs.values_list("version", "state"))


def test_new_scenario_has_the_defaults_as_its_first_active_version(home: Scenario) -> None:
    config = active_config(home.catalog_id, "home")
    assert (config.version, config.scoring_settings) == (1, ScoringSettings())


def test_versions_count_up_in_each_scenario(home: Scenario) -> None:
    similar = home.catalog.scenarios.get(name="similar")
    made = [create_version(scenario=scenario, settings=SHORT) for scenario in (home, home, similar)]
    assert [config.version for config in made] == [2, 3, 2]


def test_new_version_is_a_draft_with_its_author_and_note(home: Scenario, operator: User) -> None:
    config = create_version(scenario=home, settings=SHORT, note="Shorter lists.", author=operator)
    config.refresh_from_db()
    assert (config.state, config.note, config.author, config.activated_at) == (DRAFT, "Shorter lists.", operator, None)
    assert config.scoring_settings == SHORT
    assert active_config(home.catalog_id, "home").version == 1


def test_activating_retires_the_former_version(home: Scenario) -> None:
    config = create_version(scenario=home, settings=SHORT)
    activate(config)
    assert states(home) == {1: RETIRED, 2: ACTIVE}
    config.refresh_from_db()
    assert config.activated_at is not None
    assert active_config(home.catalog_id, "home") == config


def test_going_back_is_activating_the_former_version_again(home: Scenario) -> None:
    first = active_config(home.catalog_id, "home")
    activate(create_version(scenario=home, settings=SHORT))
    activate(first)
    assert states(home) == {1: ACTIVE, 2: RETIRED}


def test_activating_the_active_version_changes_nothing(home: Scenario) -> None:
    activate(active_config(home.catalog_id, "home"))
    assert states(home) == {1: ACTIVE}


def test_activating_leaves_other_scenarios_alone(home: Scenario) -> None:
    activate(create_version(scenario=home, settings=SHORT))
    assert states(home.catalog.scenarios.get(name="similar")) == {1: ACTIVE}


def test_version_outlives_its_author(home: Scenario, charlie: User) -> None:
    config = create_version(scenario=home, settings=SHORT, author=charlie)
    charlie.delete()
    config.refresh_from_db()
    assert (config.author, config.scoring_settings) == (None, SHORT)


@pytest.mark.django_db(transaction=True)
def test_versions_made_at_once_have_numbers_of_their_own_and_one_of_them_is_active(home: Scenario) -> None:
    def make_and_activate(_: int) -> int:
        config = create_version(scenario=home, settings=SHORT)
        activate(config)
        return config.version

    assert sorted(all_at_once(6, make_and_activate)) == [2, 3, 4, 5, 6, 7]
    assert sorted(states(home).values()) == [ACTIVE, *[RETIRED] * 6]
