"""Batches by length, prefixes by recipe, vectors in the order of their texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.embeddings.backends.hashing import HashingEncoder
from recommender.embeddings.batching import encode_items, encode_query, length_sorted_batches
from recommender.embeddings.exceptions import VectorsRejected
from recommender.embeddings.recipe import EmbeddingRecipe
from recommender.embeddings.vectors import Vectors

RECIPE = EmbeddingRecipe(backend="hashing", dimension=64, item_prefix="passage: ", query_prefix="query: ")


class NotingEncoder(HashingEncoder):
    """The hashing encoder, which also notes what it was called with."""

    def __init__(self) -> None:
        super().__init__(dimension=64)
        self.calls: list[tuple[list[str], str | None, int]] = []

    def encode(
        self,
        inputs: str | Sequence[str],
        *,
        prompt: str | None = None,
        batch_size: int = 32,
        normalize_embeddings: bool = False,
    ) -> Vectors:
        self.calls.append((list(inputs), prompt, batch_size))
        return super().encode(inputs, prompt=prompt, batch_size=batch_size, normalize_embeddings=normalize_embeddings)


class SpoilingEncoder(HashingEncoder):
    """Gives NaN for texts that say so, and for one of them zeros."""

    def encode(
        self,
        inputs: str | Sequence[str],
        *,
        prompt: str | None = None,
        batch_size: int = 32,
        normalize_embeddings: bool = False,
    ) -> Vectors:
        vectors = super().encode(inputs, prompt=prompt, batch_size=batch_size)
        vectors[["nan" in text for text in inputs]] = np.nan
        vectors[["zero" in text for text in inputs]] = 0
        return vectors


def test_batches_hold_texts_of_like_length_longest_first() -> None:
    assert length_sorted_batches(["aa", "a", "aaaa", "aaa", "aa"], 2) == [[2, 3], [0, 4], [1]]


def test_no_texts_make_no_batches() -> None:
    assert length_sorted_batches([], 4) == []


@pytest.mark.parametrize("batch_size", [0, -3])
def test_batch_size_below_one_is_refused(batch_size: int) -> None:
    with pytest.raises(ValueError, match="batch_size must be 1 or more"):
        length_sorted_batches(["a"], batch_size)


@given(st.lists(st.text(max_size=30), max_size=60), st.integers(1, 70))
def test_each_text_is_in_one_batch_and_lengths_fall(texts: list[str], batch_size: int) -> None:
    batches = length_sorted_batches(texts, batch_size)
    positions = [position for batch in batches for position in batch]
    assert sorted(positions) == list(range(len(texts)))
    lengths = [len(texts[position]) for position in positions]
    assert lengths == sorted(lengths, reverse=True)
    assert [len(batch) for batch in batches[:-1]] == [batch_size] * (len(batches) - 1) if batches else True


@given(st.lists(st.text(max_size=30), max_size=20), st.integers(1, 25))
def test_vectors_come_in_the_order_of_their_texts(texts: list[str], batch_size: int) -> None:
    encoder = HashingEncoder(dimension=64)
    vectors = encode_items(encoder, RECIPE, texts, batch_size=batch_size)
    expected = [encoder.encode("passage: " + text, normalize_embeddings=True) for text in texts]
    assert vectors.shape == (len(texts), 64)
    np.testing.assert_allclose(vectors, np.reshape(expected, (len(texts), 64)), atol=1e-6)


def test_items_get_the_item_prefix_and_the_batch_size() -> None:
    encoder = NotingEncoder()
    encode_items(encoder, RECIPE, ["a", "bbb", "cc"], batch_size=2)
    assert encoder.calls == [(["bbb", "cc"], "passage: ", 2), (["a"], "passage: ", 2)]


def test_query_gets_the_query_prefix() -> None:
    encoder = NotingEncoder()
    vector = encode_query(encoder, RECIPE, "科幻电影")
    assert [(texts, prompt) for texts, prompt, _ in encoder.calls] == [(["科幻电影"], "query: ")]
    np.testing.assert_allclose(vector, encoder.encode(["query: 科幻电影"], normalize_embeddings=True)[0], atol=1e-6)
    assert vector.shape == (64,)


def test_no_items_need_no_encoder() -> None:
    encoder = NotingEncoder()
    assert encode_items(encoder, RECIPE, []).shape == (0, 64)
    assert encoder.calls == []


def test_recipe_without_normalisation_keeps_the_models_length() -> None:
    encoder = HashingEncoder(dimension=64)
    recipe = EmbeddingRecipe(backend="hashing", dimension=64, normalize=False)
    text = "many words make a long vector here"
    raw = encode_items(encoder, recipe, [text])
    np.testing.assert_array_equal(raw[0], encoder.encode(text))
    assert float(np.linalg.norm(raw[0])) > 2
    np.testing.assert_array_equal(encode_query(encoder, recipe, text), raw[0])


def test_encoder_that_forgets_to_normalise_is_put_right() -> None:
    vectors = encode_items(SpoilingEncoder(dimension=64), RECIPE, ["many words here", "few"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1], atol=1e-6)


@pytest.mark.parametrize(("bad", "reason"), [("nan", "not finite"), ("zero", "nothing but zeros")])
def test_bad_vector_is_refused_with_its_place_in_the_input(bad: str, reason: str) -> None:
    texts = ["short", "the longest text of all", bad, "a text of middling length"]
    recipe = EmbeddingRecipe(backend="hashing", dimension=64, normalize=False)
    with pytest.raises(VectorsRejected, match=f"{reason}: row 2") as caught:
        encode_items(SpoilingEncoder(dimension=64), recipe, texts, batch_size=2)
    assert caught.value.rows == (2,)


def test_encoder_of_another_dimension_is_refused() -> None:
    with pytest.raises(VectorsRejected, match="promises 64 dimensions, the encoder gave 32"):
        encode_query(HashingEncoder(dimension=32), RECIPE, "a film")
