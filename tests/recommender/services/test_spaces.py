"""A space's life: filled, indexed, served, changed, gone back to, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from catalog.models import Catalog
from recommender.exceptions import SpaceNotReady
from recommender.models import EmbeddingJob, EmbeddingSpace, ItemEmbedding, Slate
from recommender.services.embedding_queue import queue_stale_items
from recommender.services.recommending import recommend
from recommender.services.spaces import build_index, change_recipe, finish_if_filled, serve_space
from tests.conftest import MakeItem, embed_all
from tests.recommender.services.arranging import WORDS
from tests.recommender.services.together import all_at_once

FILLED, FILLING, NEW = EmbeddingSpace.State.FILLED, EmbeddingSpace.State.FILLING, EmbeddingSpace.State.NEW


def index_definition(space: EmbeddingSpace) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [space.index_name])
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def index_is_valid(space: EmbeddingSpace) -> bool | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [space.index_name])
        row = cursor.fetchone()
    return None if row is None else bool(row[0])


def another_space(catalog: Catalog, **fields: Any) -> EmbeddingSpace:
    return EmbeddingSpace.objects.create(
        catalog=catalog, **{"name": "small", "backend": "hashing", "dimension": 32, **fields}
    )


@pytest.fixture
def filled(make_item: MakeItem, space: EmbeddingSpace) -> EmbeddingSpace:
    for name in ("quiet-piano", "loud-guitars", "red-wine"):
        make_item(name)
    embed_all(space)
    return space


def first_result(catalog: Catalog) -> tuple[str, int]:
    """The best item for WORDS, and the space that said so."""
    answer = recommend(catalog=catalog, statement=WORDS, k=1)
    space_id = Slate.objects.values_list("space_id", flat=True).get(pk=answer.request_id)
    assert space_id is not None
    return answer.results[0].item_id, space_id


def test_space_is_filled_when_nothing_is_left_to_embed(make_item: MakeItem, space: EmbeddingSpace) -> None:
    make_item("quiet-piano")
    assert (space.state, space.serving) == (NEW, True)
    queue_stale_items(space)
    space.refresh_from_db()
    assert (space.state, space.filled_at) == (FILLING, None)
    assert finish_if_filled(space.pk) is False
    embed_all(space)
    assert space.state == FILLED
    assert space.filled_at is not None


def test_space_without_items_is_not_filled(space: EmbeddingSpace) -> None:
    assert finish_if_filled(space.pk) is False
    assert index_definition(space) is None


def test_space_that_is_gone_is_nobodys_to_finish(db: None) -> None:
    assert finish_if_filled(-1) is False


def test_index_is_partial_and_in_half_precision(filled: EmbeddingSpace) -> None:
    definition = index_definition(filled)
    assert definition is not None
    assert f"USING hnsw (((vector)::halfvec({filled.dimension})) halfvec_cosine_ops)" in definition
    assert definition.endswith(f"WHERE (space_id = {filled.pk})")
    assert index_is_valid(filled) is True


def test_valid_index_is_left_alone(filled: EmbeddingSpace) -> None:
    def index_id() -> object:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)::oid", [filled.index_name])
            return cursor.fetchone()

    before = index_id()
    build_index(filled, rows=3)
    assert finish_if_filled(filled.pk) is True
    assert index_id() == before


def test_spaces_of_different_dimensions_live_side_by_side(filled: EmbeddingSpace) -> None:
    small = another_space(filled.catalog)
    embed_all(small)
    for space in (filled, small):
        assert f"halfvec({space.dimension})" in str(index_definition(space))
        lengths = {len(vector) for vector in space.embeddings.values_list("vector", flat=True)}
        assert lengths == {space.dimension}
    assert {filled.dimension, small.dimension} == {256, 32}


def test_serving_switches_at_once_and_goes_back(filled: EmbeddingSpace) -> None:
    small = another_space(filled.catalog)
    embed_all(small)
    assert first_result(filled.catalog) == ("quiet-piano", filled.pk)
    serve_space(small)
    assert first_result(filled.catalog) == ("quiet-piano", small.pk)
    assert list(filled.catalog.embedding_spaces.filter(serving=True)) == [small]
    serve_space(filled)
    assert first_result(filled.catalog) == ("quiet-piano", filled.pk)
    serve_space(filled)
    assert list(filled.catalog.embedding_spaces.filter(serving=True)) == [filled]


def test_space_that_is_not_filled_is_not_served(filled: EmbeddingSpace) -> None:
    small = another_space(filled.catalog)
    with pytest.raises(SpaceNotReady, match="“small” is not filled"):
        serve_space(small)
    queue_stale_items(small)
    with pytest.raises(SpaceNotReady):
        serve_space(small)
    assert first_result(filled.catalog) == ("quiet-piano", filled.pk)


def test_serving_leaves_other_catalogs_alone(filled: EmbeddingSpace, other_catalog: Catalog) -> None:
    serve_space(filled)
    assert other_catalog.embedding_spaces.get().serving is True


def test_change_of_the_template_embeds_everything_again_and_serves_meanwhile(filled: EmbeddingSpace) -> None:
    before = dict(filled.embeddings.values_list("item_id", "vector"))
    change_recipe(filled, text_template="a work named {title}")
    assert (filled.state, filled.item_mean, filled.filled_at) == (NEW, None, None)
    assert filled.embeddings.count() == 3
    assert first_result(filled.catalog) == ("quiet-piano", filled.pk)

    assert queue_stale_items(filled) == 3
    embed_all(filled)

    assert filled.state == FILLED
    after = dict(filled.embeddings.values_list("item_id", "vector"))
    assert all(after[item_id] != vector for item_id, vector in before.items())
    assert set(filled.embeddings.values_list("recipe_hash", flat=True)) == {filled.recipe_hash}


@pytest.mark.parametrize("change", [{"backend": "sentence-transformers"}, {"model": "another"}, {"revision": "2"}])
def test_change_of_the_model_drops_its_vectors(filled: EmbeddingSpace, change: dict[str, str]) -> None:
    change_recipe(filled, **change)
    assert filled.embeddings.count() == 0
    assert filled.state == NEW


def test_change_to_the_same_recipe_changes_nothing(filled: EmbeddingSpace) -> None:
    change_recipe(filled, text_template=filled.text_template, dimension=filled.dimension)
    assert filled.state == FILLED
    assert filled.embeddings.count() == 3


def test_change_of_the_query_prefix_touches_no_item(filled: EmbeddingSpace) -> None:
    change_recipe(filled, query_prefix="query: ")
    assert filled.query_prefix == "query: "
    assert (filled.state, filled.embeddings.count()) == (FILLED, 3)
    assert queue_stale_items(filled) == 0


def test_change_of_the_recipe_forgets_former_work_and_failures(make_item: MakeItem, space: EmbeddingSpace) -> None:
    make_item("quiet-piano")
    queue_stale_items(space)
    EmbeddingJob.objects.update(attempts=3, failed_at=space.created_at, error="No.")
    change_recipe(space, text_template="{title}")
    embed_all(space)
    assert space.embeddings.count() == 1
    assert EmbeddingJob.objects.count() == 0


def test_deleting_a_space_drops_its_index_and_its_vectors(filled: EmbeddingSpace) -> None:
    small = another_space(filled.catalog)
    embed_all(small)
    small_name = EmbeddingSpace(pk=small.pk)
    small.delete()
    assert index_definition(small_name) is None
    assert ItemEmbedding.objects.exclude(space=filled).count() == 0
    assert (filled.embeddings.count(), index_is_valid(filled)) == (3, True)


def test_vector_of_another_dimension_is_refused_by_the_index(filled: EmbeddingSpace) -> None:
    with pytest.raises((DataError, IntegrityError)), transaction.atomic():
        filled.embeddings.update(vector=[1.0, 0.0])


@pytest.mark.django_db(transaction=True)
def test_index_whose_build_was_cut_short_is_built_again(make_item: MakeItem, space: EmbeddingSpace) -> None:
    change_recipe(space, dimension=4)
    for number, vector in enumerate(([1.0, 0.0, 0.0, 0.0], [1.0, 0.0])):
        item = make_item(f"item-{number}")
        ItemEmbedding.objects.create(
            catalog=space.catalog, space=space, item=item, vector=vector, content_hash="", recipe_hash=""
        )
    with pytest.raises(DataError):
        build_index(space, rows=2)
    assert index_is_valid(space) is False

    space.embeddings.filter(item__external_id="item-1").delete()
    build_index(space, rows=1)

    assert index_is_valid(space) is True
    assert "halfvec(4)" in str(index_definition(space))


@pytest.mark.django_db(transaction=True)
def test_change_of_the_dimension_drops_what_does_not_fit(filled: EmbeddingSpace) -> None:
    change_recipe(filled, dimension=16)
    assert filled.embeddings.count() == 0
    assert index_definition(filled) is None
    embed_all(filled)
    assert {len(vector) for vector in filled.embeddings.values_list("vector", flat=True)} == {16}
    assert "halfvec(16)" in str(index_definition(filled))
    assert first_result(filled.catalog) == ("quiet-piano", filled.pk)


@pytest.mark.django_db(transaction=True)
def test_one_space_serves_whoever_switches_at_the_same_moment(make_item: MakeItem, space: EmbeddingSpace) -> None:
    make_item("quiet-piano")
    spaces = [space, another_space(space.catalog), another_space(space.catalog, name="third")]
    for each in spaces:
        embed_all(each)
    all_at_once(6, lambda number: serve_space(spaces[number % 3]))
    assert space.catalog.embedding_spaces.filter(serving=True).count() == 1
