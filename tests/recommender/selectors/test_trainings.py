"""Which catalogs there is something to learn from, and whether it was learned."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from catalog.models import Catalog
from recommender.models import RankingModel
from recommender.selectors.trainings import catalogs_to_train, is_trained_since
from tests.conftest import MakeItem, act
from tests.recommender.services.ranking_versions import begun, finished, ranking_rows, some_items
from users.models import Profile


def test_catalogs_with_interactions_are_to_be_trained(
    catalog: Catalog, other_catalog: Catalog, make_item: MakeItem, alice: Profile
) -> None:
    make_item("dish", catalog=other_catalog)
    assert list(catalogs_to_train()) == []
    act(alice, make_item("quiet-piano"))
    assert list(catalogs_to_train()) == [catalog]


def test_catalog_is_trained_since_its_newest_version_read_it(catalog: Catalog, other_catalog: Catalog) -> None:
    before = timezone.now()
    model = finished(catalog, ranking_rows(some_items(catalog, 2)))
    assert is_trained_since(catalog.pk, before)
    assert is_trained_since(catalog.pk, model.learned_from)
    assert not is_trained_since(catalog.pk, model.learned_from + timedelta(microseconds=1))
    assert not is_trained_since(other_catalog.pk, before)


def test_version_that_is_not_ready_trained_nothing(catalog: Catalog) -> None:
    before = timezone.now()
    begun(catalog)
    assert not is_trained_since(catalog.pk, before)
    RankingModel.objects.update(state=RankingModel.State.FAILED)
    assert not is_trained_since(catalog.pk, before)
