"""What the database itself refuses, whoever writes: the service, the ORM, or SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import F
from django.db.models.deletion import RestrictedError

from catalog.models import Catalog, Item
from recommender.models import (
    EmbeddingJob,
    EmbeddingSpace,
    Interaction,
    InteractionKind,
    ItemEmbedding,
    Scenario,
    ScoringConfig,
    Slate,
)
from recommender.services.slates import log_slate
from tests.conftest import MakeItem, MakeProfile, act
from users.models import Profile

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def refused(write: Callable[[], object], *, by: str) -> None:
    with pytest.raises(IntegrityError, match=by), transaction.atomic():
        _written_for_good(write)


def _written_for_good(write: Callable[[], object]) -> None:
    """Constraints that wait for the end of a transaction are looked at now, not at the end of the test."""
    write()
    run_sql("SET CONSTRAINTS ALL IMMEDIATE")


def run_sql(sql: str, *parameters: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.fixture
def film(make_item: MakeItem) -> Item:
    return make_item("film")


@pytest.fixture
def soup(make_item: MakeItem, other_catalog: Catalog) -> Item:
    return make_item("soup", catalog=other_catalog)


@pytest.fixture
def cook(make_profile: MakeProfile, other_catalog: Catalog) -> Profile:
    return make_profile("cook", catalog=other_catalog)


@pytest.fixture
def like(catalog: Catalog) -> InteractionKind:
    return catalog.interaction_kinds.get(name="like")


def interaction(profile: Profile, item: Item, kind: InteractionKind, **fields: Any) -> Interaction:
    fields = {"catalog": profile.catalog, "occurred_at": NOON, **fields}
    return Interaction(profile=profile, item=item, kind=kind, **fields)


class TestCatalogsAreApart:
    def test_interaction_with_an_item_of_another_catalog(
        self, alice: Profile, soup: Item, like: InteractionKind
    ) -> None:
        refused(interaction(alice, soup, like).save, by="interaction_item_same_catalog")

    def test_interaction_of_a_profile_of_another_catalog(
        self, alice: Profile, cook: Profile, film: Item, like: InteractionKind
    ) -> None:
        refused(interaction(cook, film, like, catalog=film.catalog).save, by="interaction_profile_same_catalog")

    def test_interaction_of_a_kind_of_another_catalog(self, alice: Profile, film: Item, other_catalog: Catalog) -> None:
        foreign = other_catalog.interaction_kinds.get(name="like")
        refused(interaction(alice, film, foreign).save, by="interaction_kind_same_catalog")

    def test_interaction_written_in_sql(self, alice: Profile, soup: Item, like: InteractionKind) -> None:
        refused(
            lambda: run_sql(
                "INSERT INTO recommender_interaction (catalog_id, profile_id, item_id, kind_id, occurred_at) "
                "VALUES (%s, %s, %s, %s, now())",
                alice.catalog_id,
                alice.pk,
                soup.pk,
                like.pk,
            ),
            by="interaction_item_same_catalog",
        )

    def test_interaction_moved_to_another_catalog(self, alice: Profile, film: Item, other_catalog: Catalog) -> None:
        act(alice, film)
        refused(lambda: Interaction.objects.update(catalog=other_catalog), by="interaction_.*_same_catalog")

    def test_item_moved_from_under_its_interactions(self, alice: Profile, film: Item, other_catalog: Catalog) -> None:
        act(alice, film)
        refused(lambda: Item.objects.update(catalog=other_catalog), by="interaction_item_same_catalog")

    def test_profile_moved_from_under_its_interactions(
        self, alice: Profile, film: Item, other_catalog: Catalog
    ) -> None:
        act(alice, film)
        refused(lambda: Profile.objects.update(catalog=other_catalog), by="interaction_profile_same_catalog")

    @pytest.mark.parametrize(("model", "name"), [(ItemEmbedding, "itemembedding"), (EmbeddingJob, "embeddingjob")])
    def test_embedding_or_job_of_an_item_of_another_catalog(
        self, space: EmbeddingSpace, soup: Item, model: type[models.Model], name: str
    ) -> None:
        fields: dict[str, Any] = {"space": space, "item": soup, "content_hash": "", "recipe_hash": ""}
        if model is ItemEmbedding:
            fields["vector"] = [1.0]
        refused(model(catalog=space.catalog, **fields).save, by=f"{name}_item_same_catalog")
        refused(model(catalog=soup.catalog, **fields).save, by=f"{name}_space_same_catalog")

    def test_configuration_of_a_scenario_of_another_catalog(self, catalog: Catalog, other_catalog: Catalog) -> None:
        foreign = other_catalog.scenarios.get(name="home")
        refused(
            ScoringConfig(catalog=catalog, scenario=foreign, version=9, settings={}).save,
            by="scoringconfig_scenario_same_catalog",
        )

    def test_answer_to_a_profile_of_another_catalog(self, catalog: Catalog, cook: Profile) -> None:
        slate = Slate(catalog=catalog, profile=cook, scenario="home", basis="popular", requested_length=1)
        refused(lambda: log_slate(slate), by="slate_profile_same_catalog")


class TestConfigurations:
    @pytest.fixture
    def config(self, catalog: Catalog) -> ScoringConfig:
        return catalog.scoring_configs.get(scenario__name="home")

    @pytest.mark.parametrize(
        "fields",
        [
            {"settings": {"result_list": {"length": 3}}},
            {"version": 7},
            {"created_at": NOON},
            {"scenario_id": None},
            {"catalog_id": None},
        ],
        ids=lambda fields: next(iter(fields)),
    )
    def test_version_is_never_changed(
        self, config: ScoringConfig, other_catalog: Catalog, fields: dict[str, Any]
    ) -> None:
        foreign = {
            "scenario_id": config.catalog.scenarios.get(name="similar").pk,
            "catalog_id": other_catalog.pk,
        }
        fields = {name: foreign[name] if value is None else value for name, value in fields.items()}
        refused(lambda: ScoringConfig.objects.filter(pk=config.pk).update(**fields), by="never changed")
        for name, value in fields.items():
            setattr(config, name, value)
        refused(config.save, by="never changed")

    def test_version_is_not_changed_in_sql_either(self, config: ScoringConfig) -> None:
        refused(lambda: run_sql("UPDATE recommender_scoringconfig SET settings = '{}'"), by="never changed")

    def test_state_and_note_may_change(self, config: ScoringConfig) -> None:
        ScoringConfig.objects.filter(pk=config.pk).update(state="retired", note="Too long.")
        config.refresh_from_db()
        assert (config.state, config.note) == ("retired", "Too long.")

    def test_two_active_versions_of_a_scenario(self, config: ScoringConfig) -> None:
        second = ScoringConfig(catalog=config.catalog, scenario=config.scenario, version=2, settings={}, state="active")
        refused(second.save, by="scoring_config_one_active")

    def test_version_number_twice(self, config: ScoringConfig) -> None:
        refused(
            ScoringConfig(catalog=config.catalog, scenario=config.scenario, version=1, settings={}).save,
            by="scoring_config_version_once",
        )

    def test_scenario_twice_in_a_catalog(self, config: ScoringConfig) -> None:
        refused(Scenario(catalog=config.catalog, name="home").save, by="scenario_once_in_catalog")


class TestSpaces:
    def test_two_serving_spaces_in_a_catalog(self, space: EmbeddingSpace) -> None:
        second = EmbeddingSpace(catalog=space.catalog, name="second", backend="hashing", dimension=8, serving=True)
        refused(second.save, by="embedding_space_one_serving")
        second.serving = False
        second.save()
        refused(lambda: EmbeddingSpace.objects.update(serving=True), by="embedding_space_one_serving")

    def test_name_twice_in_a_catalog(self, space: EmbeddingSpace) -> None:
        refused(
            EmbeddingSpace(catalog=space.catalog, name=space.name, backend="hashing", dimension=8).save,
            by="embedding_space_once_in_catalog",
        )

    @pytest.mark.parametrize("dimension", [0, 4001])
    def test_dimension_that_no_index_holds(self, space: EmbeddingSpace, dimension: int) -> None:
        refused(
            lambda: EmbeddingSpace.objects.filter(pk=space.pk).update(dimension=dimension),
            by="embedding_space_dimension",
        )

    def test_item_twice_in_a_space(self, space: EmbeddingSpace, film: Item) -> None:
        fields: dict[str, Any] = {"catalog": space.catalog, "space": space, "item": film}
        hashes = {"content_hash": "", "recipe_hash": ""}
        ItemEmbedding.objects.create(vector=[1.0], **hashes, **fields)
        refused(ItemEmbedding(vector=[1.0], **hashes, **fields).save, by="item_embedding_once_in_space")
        EmbeddingJob.objects.create(**hashes, **fields)
        refused(EmbeddingJob(**hashes, **fields).save, by="embedding_job_once_in_space")


class TestInteractions:
    def test_without_time_and_sequence(self, alice: Profile, film: Item, like: InteractionKind) -> None:
        refused(interaction(alice, film, like, occurred_at=None).save, by="interaction_has_time_or_sequence")

    def test_empty_identifier(self, alice: Profile, film: Item, like: InteractionKind) -> None:
        refused(interaction(alice, film, like, external_id="").save, by="interaction_identifier_not_empty")

    def test_identifier_twice_in_a_catalog(
        self, alice: Profile, bob: Profile, film: Item, like: InteractionKind
    ) -> None:
        interaction(alice, film, like, external_id="event-1").save()
        refused(interaction(bob, film, like, external_id="event-1").save, by="interaction_once_by_identifier")

    def test_time_twice_without_identifiers(self, alice: Profile, film: Item, like: InteractionKind) -> None:
        interaction(alice, film, like).save()
        interaction(alice, film, like, external_id="event-1").save()
        refused(interaction(alice, film, like, sequence=4).save, by="interaction_once_by_time")

    def test_sequence_twice_without_times(self, alice: Profile, film: Item, like: InteractionKind) -> None:
        interaction(alice, film, like, occurred_at=None, sequence=4).save()
        interaction(alice, film, like, sequence=4).save()
        refused(interaction(alice, film, like, occurred_at=None, sequence=4).save, by="interaction_once_by_sequence")

    def test_kind_that_is_in_use_is_not_deleted(self, alice: Profile, film: Item, like: InteractionKind) -> None:
        act(alice, film)
        with pytest.raises(RestrictedError):
            like.delete()
        refused(
            lambda: run_sql("DELETE FROM recommender_interactionkind WHERE id = %s", like.pk),
            by="interaction_kind_same_catalog",
        )

    @pytest.mark.parametrize(
        ("fields", "constraint"),
        [
            ({"weight": -0.1}, "interaction_kind_weight_not_negative"),
            ({"sign": 0}, "interaction_kind_sign"),
            ({"value_spread": 0}, "interaction_kind_spread_positive"),
            ({"value_mode": "centred"}, "interaction_kind_centred_has_neutral"),
            ({"name": "view"}, "interaction_kind_once_in_catalog"),
        ],
    )
    def test_kind_that_makes_no_sense(self, like: InteractionKind, fields: dict[str, Any], constraint: str) -> None:
        refused(lambda: InteractionKind.objects.filter(pk=like.pk).update(**fields), by=constraint)


class TestIdentifiers:
    def test_item(self, film: Item) -> None:
        refused(lambda: Item.objects.filter(pk=film.pk).update(external_id=""), by="item_identifier_not_empty")
        refused(lambda: Item.objects.filter(pk=film.pk).update(title=""), by="item_title_not_empty")
        refused(Item(catalog=film.catalog, external_id="film", title="Film").save, by="item_identifier_once_in_catalog")

    def test_profile(self, alice: Profile) -> None:
        refused(lambda: Profile.objects.update(external_id=""), by="profile_identifier_not_empty")
        refused(Profile(catalog=alice.catalog, external_id="alice").save, by="profile_identifier_once_in_catalog")

    def test_the_same_in_two_catalogs(self, alice: Profile, film: Item, other_catalog: Catalog) -> None:
        Item.objects.create(catalog=other_catalog, external_id=film.external_id, title="Soup")
        Profile.objects.create(catalog=other_catalog, external_id=alice.external_id)
        assert Item.objects.filter(external_id="film").count() == 2


class TestRawDeletion:
    """Tools that speak SQL delete, too: nothing is left that points to nowhere."""

    def test_item_takes_what_depends_on_it(self, alice: Profile, film: Item, space: EmbeddingSpace) -> None:
        act(alice, film)
        ItemEmbedding.objects.create(
            catalog=film.catalog, space=space, item=film, vector=[1.0], content_hash="", recipe_hash=""
        )
        run_sql("DELETE FROM catalog_item WHERE id = %s", film.pk)
        assert (Interaction.objects.count(), ItemEmbedding.objects.count()) == (0, 0)

    def test_profile_takes_its_interactions(self, alice: Profile, film: Item) -> None:
        act(alice, film)
        run_sql("DELETE FROM users_profile WHERE id = %s", alice.pk)
        assert Interaction.objects.count() == 0


def test_content_hash_cannot_be_written(film: Item) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("UPDATE catalog_item SET content_hash = 'x'")
    Item.objects.filter(pk=film.pk).update(title=F("title"))
    film.refresh_from_db()
    assert len(film.content_hash) == 64
