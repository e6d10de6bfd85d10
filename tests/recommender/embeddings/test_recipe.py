"""Which fields of a recipe make stored vectors stale."""

from __future__ import annotations

import dataclasses

import pytest

from recommender.embeddings.exceptions import TemplateError, UnsupportedRecipe
from recommender.embeddings.recipe import EmbeddingRecipe

RECIPE = EmbeddingRecipe(backend="multilingual-use", dimension=512)

CHANGES: dict[str, object] = {
    "backend": "hashing",
    "model": "other",
    "revision": "v2",
    "dimension": 256,
    "item_prefix": "passage: ",
    "normalize": False,
    "text_template": "{title}",
}


def test_hash_is_stable() -> None:
    """Another value makes every stored vector stale: only a change of RECIPE_VERSION may do that."""
    assert RECIPE.recipe_hash == EmbeddingRecipe(backend="multilingual-use").recipe_hash
    assert RECIPE.recipe_hash == "6c7773a0f140141d0f3e5badafd13507f4271e1a158ee80a89a3c221e199732f"


@pytest.mark.parametrize("field", CHANGES)
def test_what_changes_items_vectors_changes_the_hash(field: str) -> None:
    changed = dataclasses.replace(RECIPE, **{field: CHANGES[field]})  # type: ignore[arg-type]  # values differ in type
    assert changed.recipe_hash != RECIPE.recipe_hash


def test_query_prefix_leaves_the_hash_alone() -> None:
    assert dataclasses.replace(RECIPE, query_prefix="query: ").recipe_hash == RECIPE.recipe_hash


def test_every_field_is_covered_here() -> None:
    assert {field.name for field in dataclasses.fields(EmbeddingRecipe)} == {*CHANGES, "query_prefix"}


def test_values_do_not_run_into_each_other() -> None:
    first = dataclasses.replace(RECIPE, model="ab", revision="c")
    second = dataclasses.replace(RECIPE, model="a", revision="bc")
    assert first.recipe_hash != second.recipe_hash


def test_recipe_that_cannot_work_is_refused() -> None:
    with pytest.raises(UnsupportedRecipe, match="1 dimension or more, not 0"):
        EmbeddingRecipe(backend="hashing", dimension=0)
    with pytest.raises(TemplateError, match=r"\{titel\}"):
        EmbeddingRecipe(backend="hashing", text_template="{titel}")
