"""What the settings that are left to the training come to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils.translation import override

from catalog.models import Catalog
from recommender.models import RankingModel
from recommender.services.setting_fields import setting_fields
from recommender.services.trained_settings import trained_values
from tests.recommender.services.ranking_versions import activated, ranking_rows, some_items


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Whatever language the last request of another test left behind."""
    with override("en"):
        yield


def test_before_the_first_training_there_is_nothing(catalog: Catalog) -> None:
    assert trained_values(catalog.pk) == {}


def test_is_what_the_active_version_found(catalog: Catalog) -> None:
    model = activated(catalog, ranking_rows(some_items(catalog, 3)))
    found = {"text_weight": 0.4, "factors_weight": 0.2, "prior": 1.5, "prior_half": 3.0, "half_life_interactions": None}
    RankingModel.objects.filter(pk=model.pk).update(hyperparameters=found)
    assert trained_values(catalog.pk) == {
        "interest.half_life_interactions": None,
        "blocks.factors": 0.2,
        "blocks.text": 0.4,
        "blocks.newcomer_popularity": 1.5,
        "blocks.newcomer_interactions": 3.0,
    }


def test_every_setting_that_is_left_to_the_training_has_its_value(catalog: Catalog) -> None:
    activated(catalog, ranking_rows(some_items(catalog, 3)))
    left = {setting.name for setting in setting_fields() if setting.nothing == "as trained"}
    assert set(trained_values(catalog.pk)) == left
