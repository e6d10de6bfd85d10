"""What answers a request: kept while it is the same, and noticed at once when it is not."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import Catalog
from recommender.engine.settings import ScoringSettings
from recommender.exceptions import NotInCatalog
from recommender.models import EmbeddingSpace, RankingModel, ScoringConfig
from recommender.selectors.serving import Serving, serving
from recommender.services.scoring_configs import activate, create_version
from tests.recommender.trained import train_clusters


def asked(catalog: Catalog) -> tuple[Serving, int]:
    with CaptureQueriesContext(connection) as captured:
        found = serving(catalog.pk, "home")
    return found, len(captured)


def test_rows_are_read_again_only_when_they_are_others(catalog: Catalog, space: EmbeddingSpace) -> None:
    asked(catalog)
    found, count = asked(catalog)
    assert (found.space, found.model, found.config.version, count) == (space, None, 1, 1)

    for length in (7, 8):
        settings = ScoringSettings.model_validate({"result_list": {"length": length}})
        activate(create_version(scenario=catalog.scenarios.get(name="home"), settings=settings))
        found, count = asked(catalog)
        assert (found.config.scoring_settings.result_list.length, count) == (length, 2)

    for note in ("a", "b", "a"):
        EmbeddingSpace.objects.filter(pk=space.pk).update(name=note)
        found, count = asked(catalog)
        assert count == 2
        assert found.space is not None
        assert found.space.name == note


def test_going_back_is_noticed(catalog: Catalog) -> None:
    first = ScoringConfig.objects.get(catalog=catalog, scenario__name="home")
    second = create_version(scenario=catalog.scenarios.get(name="home"), settings=ScoringSettings())
    for config in (second, first, second):
        activate(config)
        assert asked(catalog)[0].config == config


def test_version_that_was_trained_on_other_texts_does_not_answer(catalog: Catalog) -> None:
    made = train_clusters(catalog)
    assert asked(catalog)[0].model == made.trained
    RankingModel.objects.filter(pk=made.trained.pk).update(recipe_hash="other")
    assert asked(catalog)[0].model is None
    RankingModel.objects.filter(pk=made.trained.pk).update(recipe_hash=made.space.recipe_hash)
    assert asked(catalog)[0].model == made.trained
    EmbeddingSpace.objects.update(serving=False)
    assert asked(catalog)[0] == Serving(asked(catalog)[0].config, None, None)


def test_scenario_without_configuration_is_not_found(catalog: Catalog) -> None:
    with pytest.raises(NotInCatalog, match="there is: home, similar"):
        serving(catalog.pk, "moon")
    other = ScoringConfig.objects.get(catalog=catalog, scenario__name="similar")
    assert serving(catalog.pk, "moon", config=other).config == other
