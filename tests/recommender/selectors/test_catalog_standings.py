"""What answers in each catalog, and what its answers had to do without."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Catalog
from recommender.models import EmbeddingSpace, RankingModel, ScoringConfig
from recommender.selectors.catalog_standings import CatalogStanding, catalog_standings
from recommender.services.catalogs import open_catalog
from recommender.services.ranking_models import fail_version
from recommender.services.recommending import recommend
from tests.conftest import MakeItem
from tests.recommender.services.ranking_versions import activated, begun, ranking_rows, some_items


def standing_of(catalog: Catalog) -> CatalogStanding:
    return next(found for found in catalog_standings(now=timezone.now()) if found.catalog == catalog)


def test_catalog_that_was_only_opened(space: EmbeddingSpace) -> None:
    found = standing_of(space.catalog)
    assert (found.space, found.active, found.latest) == (space, None, None)
    assert [(config.scenario.name, config.version) for config in found.configs] == [("home", 1), ("similar", 1)]
    assert (found.unreadable, found.answers.count, found.is_trained_on_other_texts) == ([], 0, False)


def test_latest_version_may_have_failed_while_an_older_one_answers(catalog: Catalog) -> None:
    active = activated(catalog, ranking_rows(some_items(catalog, 3)))
    failed = begun(catalog)
    fail_version(failed, error="no memory")

    found = standing_of(catalog)

    assert (found.active, found.latest) == (active, failed)
    assert found.latest is not None
    assert found.latest.state == RankingModel.State.FAILED
    assert found.is_trained_on_other_texts is False


def test_version_of_another_space_does_not_answer(catalog: Catalog, space: EmbeddingSpace) -> None:
    activated(catalog, ranking_rows(some_items(catalog, 3)))
    EmbeddingSpace.objects.filter(pk=space.pk).update(serving=False)
    assert standing_of(catalog).is_trained_on_other_texts is True


def test_settings_that_fit_no_schema_are_named(catalog: Catalog) -> None:
    scenario = catalog.scenarios.get(name="home")
    ScoringConfig.objects.filter(scenario=scenario).delete()
    ScoringConfig.objects.create(
        catalog=catalog, scenario=scenario, version=2, settings={"interest": {"half_life_days": "x"}}, state="active"
    )
    assert standing_of(catalog).unreadable == ["home"]


def test_recent_answers_tell_what_they_lacked(
    catalog: Catalog, other_catalog: Catalog, space: EmbeddingSpace, make_item: MakeItem
) -> None:
    make_item("item")
    recommend(catalog=catalog)
    EmbeddingSpace.objects.filter(pk=space.pk).update(serving=False)
    recommend(catalog=catalog, statement="words")
    recommend(catalog=catalog, statement="words", now=timezone.now() - timedelta(days=3))

    answers = standing_of(catalog).answers

    assert (answers.count, answers.degraded, answers.codes["no_embedding_space"]) == (2, 1, 1)
    assert standing_of(other_catalog).answers.count == 0


@pytest.mark.django_db
def test_number_of_queries_is_that_of_one_catalog() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            catalog_standings(now=timezone.now())
        return len(captured)

    open_catalog(slug="first")
    one = queries()
    for number in range(4):
        activated(open_catalog(slug=f"more-{number}"), ranking_rows(some_items(open_catalog(slug=f"more-{number}"), 2)))
    assert queries() == one == 6
