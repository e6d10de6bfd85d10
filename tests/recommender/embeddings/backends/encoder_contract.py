"""What every encoder must do, whatever its model; each backend's tests inherit it (as LensKit's components do)."""

from __future__ import annotations

import time

import numpy as np
import pytest

from recommender.embeddings.backends.text_encoder import TextEncoder
from recommender.embeddings.texts import MAXIMUM_CHARACTERS

TEXTS = [
    "An astronaut travels through a wormhole in search of a new home for humanity.",
    "宇航员穿越虫洞，为人类寻找新的家园。",
    "Slow-cooked tomato soup with basil.",
    "清蒸鲈鱼",
    "",
    "12345 67.89",
    "emoji 😀 and\ttabs\nand lines",
    "   ",
]

# Sums of float32 in another order differ in their last digits.
TOLERANCE = 1e-5


class EncoderContract:
    """Subclasses give the fixture `encoder` and say its dimension."""

    dimension: int

    def test_text_gives_a_vector(self, encoder: TextEncoder) -> None:
        vector = encoder.encode(TEXTS[0])
        assert vector.shape == (self.dimension,)
        assert vector.dtype == np.float32

    def test_list_gives_a_row_for_each_text(self, encoder: TextEncoder) -> None:
        vectors = encoder.encode(TEXTS)
        assert vectors.shape == (len(TEXTS), self.dimension)
        assert vectors.dtype == np.float32
        assert np.isfinite(vectors).all()

    def test_list_of_one_gives_one_row(self, encoder: TextEncoder) -> None:
        assert encoder.encode([TEXTS[1]]).shape == (1, self.dimension)

    def test_tuple_is_a_sequence_of_texts(self, encoder: TextEncoder) -> None:
        np.testing.assert_array_equal(encoder.encode(tuple(TEXTS)), encoder.encode(TEXTS))

    def test_no_texts_give_no_rows(self, encoder: TextEncoder) -> None:
        vectors = encoder.encode([])
        assert vectors.shape == (0, self.dimension)
        assert vectors.dtype == np.float32

    def test_dimension_is_known(self, encoder: TextEncoder) -> None:
        assert encoder.get_embedding_dimension() == self.dimension

    def test_same_text_gives_the_same_vector(self, encoder: TextEncoder) -> None:
        np.testing.assert_array_equal(encoder.encode(TEXTS[0]), encoder.encode(TEXTS[0]))
        np.testing.assert_array_equal(encoder.encode(TEXTS), encoder.encode(TEXTS))

    def test_vector_does_not_depend_on_its_neighbours(self, encoder: TextEncoder) -> None:
        together = encoder.encode(TEXTS)
        alone = np.stack([encoder.encode(text) for text in TEXTS])
        backwards = encoder.encode(TEXTS[::-1])[::-1]
        np.testing.assert_allclose(together, alone, atol=TOLERANCE)
        np.testing.assert_allclose(together, backwards, atol=TOLERANCE)

    def test_vector_does_not_depend_on_the_batch_size(self, encoder: TextEncoder) -> None:
        np.testing.assert_allclose(
            encoder.encode(TEXTS, batch_size=3), encoder.encode(TEXTS, batch_size=100), atol=TOLERANCE
        )

    def test_duplicates_get_equal_vectors(self, encoder: TextEncoder) -> None:
        vectors = encoder.encode([TEXTS[0], TEXTS[1], TEXTS[0], TEXTS[0]])
        np.testing.assert_allclose(vectors[2:], np.stack([vectors[0]] * 2), atol=TOLERANCE)

    def test_different_texts_get_different_vectors(self, encoder: TextEncoder) -> None:
        vectors = encoder.encode(TEXTS[:4], normalize_embeddings=True)
        similarities = vectors @ vectors.T
        assert similarities[~np.eye(4, dtype=bool)].max() < 0.99

    def test_normalised_vectors_have_length_one(self, encoder: TextEncoder) -> None:
        norms = np.linalg.norm(encoder.encode(TEXTS, normalize_embeddings=True), axis=1)
        np.testing.assert_allclose(norms, np.ones(len(TEXTS)), atol=TOLERANCE)

    def test_normalising_changes_the_length_alone(self, encoder: TextEncoder) -> None:
        raw = encoder.encode(TEXTS)
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        assert (lengths > 0).all()
        np.testing.assert_allclose(raw / lengths, encoder.encode(TEXTS, normalize_embeddings=True), atol=TOLERANCE)

    def test_prompt_is_put_before_each_text(self, encoder: TextEncoder) -> None:
        prompted = encoder.encode(["a film", "一部电影"], prompt="query: ")
        written = encoder.encode(["query: a film", "query: 一部电影"])
        np.testing.assert_allclose(prompted, written, atol=TOLERANCE)
        assert np.abs(prompted - encoder.encode(["a film", "一部电影"])).max() > 0.01

    def test_empty_prompt_is_none(self, encoder: TextEncoder) -> None:
        np.testing.assert_array_equal(encoder.encode(TEXTS[0], prompt=""), encoder.encode(TEXTS[0]))

    def test_similar_texts_are_nearer_than_unrelated_ones(self, encoder: TextEncoder) -> None:
        wish, film, stock = encoder.encode(
            [
                "a film about astronauts in space",
                "this film shows astronauts lost in deep space",
                "quarterly bond yields rose again",
            ],
            normalize_embeddings=True,
        )
        assert wish @ film > wish @ stock + 0.1

    @pytest.mark.parametrize("text", ["", " ", "\n", "\x00", "\u200b"])
    def test_text_without_words_gives_a_valid_vector(self, encoder: TextEncoder, text: str) -> None:
        vector = encoder.encode(text, normalize_embeddings=True)
        assert np.isfinite(vector).all()
        assert abs(float(np.linalg.norm(vector)) - 1) < TOLERANCE

    @pytest.mark.parametrize("text", ["\ud83d lone", "lone \ude00", "a\x00b", "\udfff\ud800"])
    def test_text_that_is_no_valid_unicode_gives_a_valid_vector(self, encoder: TextEncoder, text: str) -> None:
        vectors = encoder.encode(["before", text, "after"], normalize_embeddings=True)
        assert np.isfinite(vectors).all()
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), np.ones(3), atol=TOLERANCE)

    @pytest.mark.parametrize("unit", ["space station ", "星际穿越。", "a", "e\u0301", "😀"])
    def test_very_long_text_is_quick(self, encoder: TextEncoder, unit: str) -> None:
        text = (unit * 20_000)[:20_000]
        encoder.load()
        started = time.perf_counter()
        vector = encoder.encode(text)
        assert time.perf_counter() - started < 10
        assert np.isfinite(vector).all()

    def test_text_beyond_the_limit_is_left_out(self, encoder: TextEncoder) -> None:
        text = "word " * (MAXIMUM_CHARACTERS // 5)
        assert len(text) == MAXIMUM_CHARACTERS
        np.testing.assert_array_equal(encoder.encode(text + "something else"), encoder.encode(text))

    @pytest.mark.parametrize("batch_size", [0, -1])
    def test_batch_size_below_one_is_refused(self, encoder: TextEncoder, batch_size: int) -> None:
        with pytest.raises(ValueError, match="batch_size must be 1 or more"):
            encoder.encode(TEXTS, batch_size=batch_size)

    def test_what_is_no_text_is_refused(self, encoder: TextEncoder) -> None:
        with pytest.raises(TypeError, match="takes texts, not int"):
            encoder.encode(["fine", 7])  # type: ignore[list-item]  # the mistake is what is tested

    def test_load_may_be_called_again(self, encoder: TextEncoder) -> None:
        encoder.load()
        encoder.load()
        assert encoder.encode("ready").shape == (self.dimension,)
