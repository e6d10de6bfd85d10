"""What the database refuses of ranking models and evaluations, whoever writes, and what deletions take along."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models.deletion import RestrictedError
from django.utils import timezone

from catalog.models import Catalog, Item
from recommender.models import (
    EmbeddingSpace,
    EvaluationRun,
    RankingArtifact,
    RankingModel,
    RankingVector,
)
from recommender.services.ranking_models import fail_version
from tests.conftest import MakeItem
from tests.recommender.services.ranking_versions import activated, begun, finished, ranked_items, ranking_rows
from tests.recommender.test_constraints import refused, run_sql
from users.models import User


@pytest.fixture
def film(make_item: MakeItem) -> Item:
    return make_item("film")


@pytest.fixture
def soup(make_item: MakeItem, other_catalog: Catalog) -> Item:
    return make_item("soup", catalog=other_catalog)


@pytest.fixture
def model(catalog: Catalog, film: Item) -> RankingModel:
    """The active version, which ranks the film alone."""
    return activated(catalog, ranking_rows([film]))


def vector(model: RankingModel, item: Item, **fields: Any) -> RankingVector:
    numbers = {"source_gain": 1.0, "popularity": 0.5, "popularity_score": 0.0, "learned": 1.0, "vector": [1, 0, 0, 0]}
    return RankingVector(model=model, item=item, **{"catalog": model.catalog, **numbers, **fields})


class TestVersions:
    def test_two_active_versions_of_a_catalog(self, catalog: Catalog, model: RankingModel, film: Item) -> None:
        finished(catalog, ranking_rows([film]))
        refused(lambda: catalog.ranking_models.update(state="active"), by="ranking_model_one_active")

    def test_version_number_twice_in_a_catalog(self, model: RankingModel) -> None:
        again = RankingModel(catalog=model.catalog, version=model.version, learned_from=timezone.now())
        refused(again.save, by="ranking_model_version_once")

    def test_version_number_that_is_none(self, model: RankingModel) -> None:
        refused(lambda: RankingModel.objects.update(version=0), by="ranking_model_version_positive")

    @pytest.mark.parametrize("state", ["ready", "active"])
    def test_version_without_vectors_that_may_answer(self, catalog: Catalog, state: str) -> None:
        refused(lambda: RankingModel.objects.filter(pk=begun(catalog).pk).update(state=state), by="_dimension")

    def test_dimension_that_no_index_holds(self, model: RankingModel) -> None:
        refused(lambda: RankingModel.objects.update(dimension=4001), by="ranking_model_dimension")

    def test_space_of_another_catalog(self, catalog: Catalog, other_catalog: Catalog) -> None:
        foreign = other_catalog.embedding_spaces.get()
        refused(
            RankingModel(catalog=catalog, version=1, space=foreign, learned_from=timezone.now()).save,
            by="rankingmodel_space_same_catalog",
        )

    def test_part_twice_in_a_version(self, model: RankingModel) -> None:
        RankingArtifact.objects.create(model=model, name="scales", content=b"")
        refused(RankingArtifact(model=model, name="scales", content=b"").save, by="ranking_artifact_once_in_model")


class TestVectors:
    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"popularity": -0.1}, "ranking_vector_popularity_share"),
            ({"popularity": 1.1}, "ranking_vector_popularity_share"),
            ({"popularity": float("nan")}, "ranking_vector_popularity_share"),
            ({"learned": 1.1}, "ranking_vector_learned_share"),
            ({"learned": -0.1}, "ranking_vector_learned_share"),
            ({"source_gain": float("inf")}, "ranking_vector_source_gain_finite"),
            ({"source_gain": float("nan")}, "ranking_vector_source_gain_finite"),
            ({"popularity_score": float("-inf")}, "ranking_vector_popularity_score_finite"),
        ],
    )
    def test_number_that_makes_no_sense(self, model: RankingModel, fields: dict[str, float], constraint: str) -> None:
        refused(lambda: model.vectors.update(**fields), by=constraint)

    def test_item_of_another_catalog(self, model: RankingModel, soup: Item) -> None:
        refused(lambda: vector(model, soup).save(force_insert=True), by="rankingvector_item_same_catalog")

    def test_item_that_does_not_exist(self, model: RankingModel, film: Item) -> None:
        refused(lambda: model.vectors.update(item_id=film.pk + 1_000), by="rankingvector_item_same_catalog")

    def test_catalog_of_another_version(self, model: RankingModel, soup: Item) -> None:
        foreign = vector(model, soup, catalog=soup.catalog)
        refused(lambda: foreign.save(force_insert=True), by="ranking_vector_of_its_model")

    def test_version_that_has_no_partition(self, catalog: Catalog, film: Item) -> None:
        refused(lambda: vector(begun(catalog), film).save(force_insert=True), by="no partition of relation")

    def test_item_twice_in_a_version(self, model: RankingModel, film: Item) -> None:
        refused(lambda: vector(model, film).save(force_insert=True), by=f"{model.partition_name}_pkey")

    def test_ranked_item_moved_to_another_catalog(
        self, model: RankingModel, film: Item, other_catalog: Catalog
    ) -> None:
        refused(lambda: Item.objects.update(catalog=other_catalog), by="rankingvector_item_same_catalog")
        Item.objects.update(catalog=film.catalog, title="Another title")

    def test_item_that_is_not_ranked_may_move(self, film: Item, other_catalog: Catalog) -> None:
        assert Item.objects.filter(pk=film.pk).update(catalog=other_catalog) == 1


class TestDeletion:
    @pytest.fixture
    def former(self, model: RankingModel, film: Item, make_item: MakeItem) -> RankingModel:
        """Another version, which ranks one more item."""
        return finished(model.catalog, ranking_rows([film, make_item("second")]))

    def test_item_takes_its_vectors_of_all_versions(
        self, model: RankingModel, former: RankingModel, film: Item
    ) -> None:
        second = former.vectors.exclude(item=film).get().item_id
        run_sql("DELETE FROM catalog_item WHERE id = %s", film.pk)
        assert (ranked_items(model), ranked_items(former)) == (set(), {second})

    def test_item_is_deleted_without_reading_its_vectors(self, model: RankingModel, film: Item) -> None:
        with connection.execute_wrapper(refuse_touching_vectors):
            film.delete()
        assert ranked_items(model) == set()

    def test_catalog_takes_its_versions(self, model: RankingModel, former: RankingModel, soup: Item) -> None:
        theirs = activated(soup.catalog, ranking_rows([soup]))
        model.catalog.delete()
        assert list(RankingModel.objects.all()) == [theirs]
        assert list(RankingVector.objects.values_list("model_id", "item_id")) == [(theirs.pk, soup.pk)]

    def test_space_of_a_version_that_may_answer_stays(self, model: RankingModel, space: EmbeddingSpace) -> None:
        with pytest.raises(RestrictedError):
            space.delete()
        refused(
            lambda: run_sql("DELETE FROM recommender_embeddingspace WHERE id = %s", space.pk),
            by="rankingmodel_space_same_catalog",
        )

    def test_space_of_a_version_that_is_over_may_go(self, catalog: Catalog, space: EmbeddingSpace) -> None:
        model = begun(catalog)
        fail_version(model, error="Out of memory.")
        space.delete()
        assert list(RankingModel.objects.all()) == [model]


class TestEvaluations:
    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"dataset": ""}, "evaluation_run_says_what"),
            ({"protocol": ""}, "evaluation_run_says_what"),
            ({"seconds": -1.0}, "evaluation_run_seconds_not_negative"),
        ],
    )
    def test_run_that_does_not_say_what_was_done(self, db: None, fields: dict[str, Any], constraint: str) -> None:
        whole = {"dataset": "films", "protocol": "random", "seeds": [1], "report": {}, "seconds": 2.0}
        refused(EvaluationRun(**{**whole, **fields}).save, by=constraint)

    def test_run_outlives_its_author(self, operator: User) -> None:
        run = EvaluationRun.objects.create(
            dataset="films",
            protocol="random",
            seeds=[1, 2, 3],
            systems=["popularity", "ease"],
            report={"mean": {"ease": {"ndcg@10": 0.25}}},
            author=operator,
            seconds=2.5,
        )
        operator.delete()
        run.refresh_from_db()
        assert (run.author, run.seeds, run.systems) == (None, [1, 2, 3], ["popularity", "ease"])
        assert run.report == {"mean": {"ease": {"ndcg@10": 0.25}}}


def refuse_touching_vectors(execute: Any, sql: str, *arguments: Any) -> Any:
    assert "recommender_rankingvector" not in sql
    return execute(sql, *arguments)
