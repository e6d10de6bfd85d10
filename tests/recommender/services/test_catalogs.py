"""What a catalog has from its first moment on, and what it leaves behind."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Catalog, Item
from recommender.engine.settings import ScoringSettings
from recommender.models import (
    EmbeddingJob,
    EmbeddingSpace,
    ImportJob,
    Interaction,
    ItemEmbedding,
    LaterFeedback,
    ProfileVector,
    Slate,
    StoredAnswer,
)
from recommender.services.api_keys import make_key
from recommender.services.catalogs import equip_catalog, open_catalog
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.erasing import erase_profile
from recommender.services.ranking_partitions import partitions
from recommender.services.recommending import recommend
from recommender.services.similar import similar_items
from tests.conftest import act, embed_all
from tests.recommender.services.ranking_versions import activated, ranked_items, ranking_rows
from users.erasures import Way
from users.models import Profile, User

DEFAULT_KINDS = {
    "view": (0.2, 1, "ignore", False),
    "click": (0.3, 1, "ignore", False),
    "like": (1.0, 1, "ignore", True),
    "dislike": (1.0, -1, "ignore", True),
    "hide": (0.5, -1, "ignore", True),
    "save": (0.8, 1, "ignore", False),
    "rating": (1.0, 1, "centred", True),
    "purchase": (1.0, 1, "ignore", False),
    "follow": (1.0, 1, "ignore", True),
}


def models_of_a_catalog() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if any(field.name == "catalog" and field.related_model is Catalog for field in model._meta.fields)
    ]


def fill(catalog: Catalog) -> None:
    """At least one row of every kind that a catalog can hold."""
    user = User.objects.create_user(f"{catalog.slug}@example.com")
    alice = Profile.objects.create(catalog=catalog, external_id="alice", user=user)
    items = [Item.objects.create(catalog=catalog, external_id=f"item-{n}", title=f"title {n}") for n in range(3)]
    embed_all(catalog.embedding_spaces.get())
    act(alice, items[0])
    recommend(catalog=catalog, profile=alice)
    similar_items(item=items[0])
    Item.objects.filter(pk=items[1].pk).update(title="another title")
    queue_stale_items(catalog.embedding_spaces.get())
    now, kind = timezone.now(), catalog.interaction_kinds.get(name="like")
    make_key(catalog=catalog, scopes=["read"])
    StoredAnswer.objects.create(digest=catalog.slug, catalog=catalog, fingerprint="", expires_at=now)
    ImportJob.objects.create(catalog=catalog, kind=ImportJob.Kind.ITEMS, file_name="rows", size_bytes=0, language="en")
    LaterFeedback.objects.create(catalog=catalog, profile=alice, item=items[0], kind=kind, occurred_at=now)
    bob = Profile.objects.create(catalog=catalog, external_id="bob")
    erase_profile(profile=bob, way=Way.COMMAND)
    # Last, since nobody could be answered by a version that is nothing but its vectors.
    model = activated(catalog, ranking_rows(items))
    ProfileVector.objects.create(model=model, catalog=catalog, profile=alice, vector=[1.0, 0.0, 0.0, 0.0])


def counts(catalog_id: int) -> dict[str, int]:
    return {
        model.__name__: model._default_manager.filter(catalog_id=catalog_id).count() for model in models_of_a_catalog()
    }


def test_new_catalog_has_its_kinds_of_interaction(catalog: Catalog) -> None:
    kinds = catalog.interaction_kinds.all()
    assert {kind.name: (kind.weight, kind.sign, kind.value_mode, kind.states) for kind in kinds} == DEFAULT_KINDS
    rating = catalog.interaction_kinds.get(name="rating")
    assert (rating.neutral_value, rating.value_spread) == (3.0, 2.0)


def test_new_catalog_has_its_scenarios_with_an_active_configuration(catalog: Catalog) -> None:
    configs = catalog.scoring_configs.values_list("scenario__name", "version", "state")
    assert set(configs) == {("home", 1, "active"), ("similar", 1, "active")}
    for config in catalog.scoring_configs.all():
        assert config.scoring_settings == ScoringSettings()
        assert config.activated_at is not None


@pytest.mark.parametrize(("encoder", "dimension"), [("hashing", 256), ("multilingual-use", 512)])
def test_new_catalog_has_one_serving_space_of_the_default_encoder(
    db: None, settings: Settings, encoder: str, dimension: int
) -> None:
    settings.GENRE_DEFAULT_ENCODER = encoder
    space = open_catalog(slug="new").embedding_spaces.get()
    assert (space.name, space.backend, space.dimension, space.serving) == (encoder, encoder, dimension, True)
    assert (space.state, space.item_mean) == (EmbeddingSpace.State.NEW, None)


def test_opening_a_catalog_again_keeps_what_was_changed(catalog: Catalog) -> None:
    catalog.interaction_kinds.filter(name="view").update(weight=0.7)
    catalog.interaction_kinds.filter(name="follow").delete()
    assert open_catalog(slug=catalog.slug, name="Another name") == catalog
    assert Catalog.objects.get(pk=catalog.pk).name == "Films"
    assert catalog.interaction_kinds.get(name="view").weight == 0.7
    assert not catalog.interaction_kinds.filter(name="follow").exists()


def test_equipping_twice_makes_nothing_twice(catalog: Catalog) -> None:
    before = counts(catalog.pk)
    equip_catalog(catalog)
    assert counts(catalog.pk) == before


def test_catalog_made_without_the_service_is_equipped_too(db: None) -> None:
    made = Catalog.objects.create(slug="by-hand", name="By hand")
    assert set(made.scenarios.values_list("name", flat=True)) == {"home", "similar"}
    assert made.embedding_spaces.filter(serving=True).count() == 1


def test_deleted_catalog_takes_all_of_its_rows_along_and_none_of_anothers(
    catalog: Catalog, other_catalog: Catalog
) -> None:
    for each in (catalog, other_catalog):
        fill(each)
    catalog_id, index = catalog.pk, catalog.embedding_spaces.get().index_name
    kept = counts(other_catalog.pk)
    assert min(counts(catalog_id).values()) >= 1, "each kind of row was there"

    catalog.delete()

    assert set(counts(catalog_id).values()) == {0}
    assert counts(other_catalog.pk) == kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [index])
        assert cursor.fetchone() == (None,)
    assert set(User.objects.values_list("email", flat=True)) == {"films@example.com", "dishes@example.com"}


@pytest.mark.django_db(transaction=True)
def test_deleted_catalog_leaves_no_partition_behind(transactional_db: None) -> None:
    catalogs = [open_catalog(slug=slug) for slug in ("films", "dishes")]
    for each in catalogs:
        fill(each)
    gone, kept = (each.ranking_models.get().partition_name for each in catalogs)
    assert {gone, kept} <= set(partitions())

    catalogs[0].delete()

    assert {gone, kept} & set(partitions()) == {kept}


def test_deleted_item_takes_its_embeddings_its_job_and_its_interactions_along(catalog: Catalog) -> None:
    fill(catalog)
    for number in range(2):
        catalog.items.get(external_id=f"item-{number}").delete()
    assert [row.item.external_id for row in ItemEmbedding.objects.select_related("item")] == ["item-2"]
    assert ranked_items(catalog.ranking_models.get()) == {catalog.items.get().pk}
    assert (Interaction.objects.count(), EmbeddingJob.objects.count()) == (0, 0)


def test_deleted_profile_takes_its_interactions_and_answers_along(catalog: Catalog) -> None:
    fill(catalog)
    catalog.profiles.get().delete()
    assert Interaction.objects.count() == 0
    assert set(Slate.objects.values_list("scenario", flat=True)) == {"similar"}


def test_deleted_user_takes_the_profile_along(catalog: Catalog, charlie: User) -> None:
    profile: dict[str, Any] = {"catalog": catalog, "external_id": "charlie"}
    Profile.objects.create(user=charlie, **profile)
    charlie.delete()
    assert not Profile.objects.filter(**profile).exists()
