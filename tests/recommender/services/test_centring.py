"""The mean of a large space centres histories; small spaces, statements and stored vectors stay as they are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from catalog.models import Catalog, Item
from recommender.embeddings.batching import encode_query
from recommender.models import EmbeddingSpace, Slate
from recommender.services.embedding import encoder_of
from recommender.services.recommending import recommend
from recommender.services.spaces import change_recipe
from tests.conftest import act, embed_all
from users.models import Profile

STATEMENT = "a tale of the sea"


def add_items(catalog: Catalog, *, upto: int) -> None:
    have = catalog.items.count()
    Item.objects.bulk_create(
        Item(catalog=catalog, external_id=f"item-{number}", title=f"a tale of {number % 13} ships and {number} stars")
        for number in range(have, upto)
    )


def vectors(space: EmbeddingSpace) -> dict[str, NDArray[np.float64]]:
    rows = space.embeddings.values_list("item__external_id", "vector")
    return {name: np.array(vector, dtype=np.float64) for name, vector in rows}


def unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(vector / np.linalg.norm(vector))


def interest(catalog: Catalog, profile: Profile | None, *, statement: str = "") -> NDArray[np.float64]:
    answer = recommend(catalog=catalog, profile=profile, statement=statement)
    return np.array(Slate.objects.get(pk=answer.request_id).interest_vector, dtype=np.float64)


@pytest.fixture
def small_space(space: EmbeddingSpace) -> EmbeddingSpace:
    change_recipe(space, dimension=32)
    return space


def test_199_items_have_no_mean_and_the_200th_gives_them_one(small_space: EmbeddingSpace, alice: Profile) -> None:
    add_items(alice.catalog, upto=199)
    embed_all(small_space)
    assert small_space.item_mean is None
    act(alice, alice.catalog.items.get(external_id="item-7"))
    assert interest(alice.catalog, alice) == pytest.approx(vectors(small_space)["item-7"], abs=2e-3)

    add_items(alice.catalog, upto=200)
    embed_all(small_space)

    mean = np.mean(list(vectors(small_space).values()), axis=0)
    assert small_space.item_mean == pytest.approx(mean, abs=1e-6)
    assert interest(alice.catalog, alice) == pytest.approx(unit(vectors(small_space)["item-7"] - mean), abs=2e-3)


def test_mean_stays_as_it_was_fixed_and_stored_vectors_are_not_centred(
    small_space: EmbeddingSpace, alice: Profile
) -> None:
    add_items(alice.catalog, upto=200)
    embed_all(small_space)
    mean, before = np.array(small_space.item_mean, dtype=np.float64), vectors(small_space)
    assert float(np.linalg.norm(mean)) > 0.1

    add_items(alice.catalog, upto=260)
    embed_all(small_space)

    assert np.array_equal(np.array(small_space.item_mean, dtype=np.float64), mean)
    after = vectors(small_space)
    assert all(np.array_equal(after[name], vector) for name, vector in before.items())
    act(alice, alice.catalog.items.get(external_id="item-250"))
    assert interest(alice.catalog, alice) == pytest.approx(unit(after["item-250"] - mean), abs=2e-3)
    # The embedding of the text as it is: what the template renders is the title alone here.
    item_text = "a tale of 3 ships and 250 stars"
    assert after["item-250"] == pytest.approx(
        unit(encode_query(encoder_of(small_space), small_space.recipe, item_text).astype(np.float64)), abs=2e-3
    )


def test_statements_are_not_centred(small_space: EmbeddingSpace, alice: Profile) -> None:
    add_items(alice.catalog, upto=200)
    embed_all(small_space)
    words = encode_query(encoder_of(small_space), small_space.recipe, STATEMENT).astype(np.float64)
    assert interest(alice.catalog, None, statement=STATEMENT) == pytest.approx(unit(words), abs=1e-6)
    act(alice, alice.catalog.items.get(external_id="item-7"))
    liked = unit(vectors(small_space)["item-7"] - np.array(small_space.item_mean, dtype=np.float64))
    assert interest(alice.catalog, alice, statement=STATEMENT) == pytest.approx(unit(liked + unit(words)), abs=2e-3)


def test_change_of_the_template_fixes_another_mean(small_space: EmbeddingSpace, alice: Profile) -> None:
    add_items(alice.catalog, upto=200)
    embed_all(small_space)
    before = small_space.item_mean
    change_recipe(small_space, text_template="{title} by an unknown hand")
    embed_all(small_space)
    assert small_space.item_mean == pytest.approx(np.mean(list(vectors(small_space).values()), axis=0), abs=1e-6)
    assert small_space.item_mean != pytest.approx(before, abs=1e-3)


def test_two_hundred_items_of_one_text_have_a_direction_still(small_space: EmbeddingSpace, alice: Profile) -> None:
    Item.objects.bulk_create(
        Item(catalog=alice.catalog, external_id=f"item-{number}", title="the same tale") for number in range(200)
    )
    embed_all(small_space)
    act(alice, alice.catalog.items.get(external_id="item-7"))
    assert interest(alice.catalog, alice) == pytest.approx(vectors(small_space)["item-7"], abs=2e-3)
