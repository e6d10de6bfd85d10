"""A space that is deleted ends the versions that were trained on its texts, and nothing else."""

from __future__ import annotations

import pytest
from django.db.models.deletion import RestrictedError

from catalog.models import Catalog
from recommender.exceptions import SpaceNotReady
from recommender.models import EmbeddingSpace, RankingArtifact, RankingModel
from recommender.services.ranking_models import store_artifacts
from recommender.services.ranking_partitions import partitions
from recommender.services.space_deletion import delete_space
from recommender.services.spaces import serve_space
from tests.recommender.services.ranking_versions import activated, begun, finished, ranking_rows, some_items

pytestmark = pytest.mark.django_db(transaction=True)
State = RankingModel.State


def test_versions_end_and_keep_their_figures(catalog: Catalog) -> None:
    rows = ranking_rows(some_items(catalog, 3))
    space = catalog.embedding_spaces.get()
    active, ready, building = activated(catalog, rows), finished(catalog, rows), begun(catalog)
    for model in (active, ready):
        store_artifacts(model, {"space": b"arrays"})
    other_space = EmbeddingSpace.objects.create(
        catalog=catalog, name="other", backend="hashing", dimension=64, state=EmbeddingSpace.State.FILLED
    )
    serve_space(other_space)
    with_other = RankingModel.objects.create(
        catalog=catalog, space=other_space, version=9, learned_from=active.learned_from
    )

    delete_space(space)

    assert list(catalog.embedding_spaces.all()) == [other_space]
    found = {model.pk: model for model in catalog.ranking_models.all()}
    assert [(found[m.pk].state, found[m.pk].space_id) for m in (active, ready, building)] == [
        (State.RETIRED, None),
        (State.RETIRED, None),
        (State.FAILED, None),
    ]
    assert found[building.pk].error == "Its embedding space was deleted while it was being trained."
    assert (found[active.pk].figures, found[active.pk].item_count) == ({"seconds": 1.5}, 3)
    assert (found[with_other.pk].state, found[with_other.pk].space_id) == (State.BUILDING, other_space.pk)
    assert not {active.partition_name, ready.partition_name} & set(partitions())
    assert RankingArtifact.objects.count() == 0


def test_serving_space_stays_with_its_versions(catalog: Catalog) -> None:
    model = activated(catalog, ranking_rows(some_items(catalog, 3)))
    space = catalog.embedding_spaces.get()
    with pytest.raises(SpaceNotReady, match="serves: serve another one first"):
        delete_space(space)
    model.refresh_from_db()
    assert (model.state, model.space) == (State.ACTIVE, space)


def test_without_the_service_a_space_with_versions_cannot_be_deleted(catalog: Catalog) -> None:
    finished(catalog, ranking_rows(some_items(catalog, 3)))
    with pytest.raises(RestrictedError):
        catalog.embedding_spaces.get().delete()
