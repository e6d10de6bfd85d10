"""The hashing encoder: the shared contract, numbers that hold on every platform, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from hashlib import blake2b

import numpy as np
import pytest

from recommender.embeddings.backends.hashing import HashingEncoder
from recommender.embeddings.exceptions import UnsupportedRecipe
from recommender.embeddings.vectors import vector_digest
from tests.recommender.embeddings.backends.encoder_contract import EncoderContract


class TestHashingEncoder(EncoderContract):
    dimension = 256

    @pytest.fixture
    def encoder(self) -> HashingEncoder:
        return HashingEncoder()


def bucket_and_sign(feature: str, dimension: int) -> tuple[int, int]:
    number = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "little")
    return (number >> 1) % dimension, 1 if number & 1 else -1


def test_features_fall_into_their_buckets() -> None:
    """ "AB ab" has the word "ab" twice and the pair "ab" twice: sqrt(2) and 0.5 sqrt(2)."""
    word, word_sign = bucket_and_sign(" ab", 64)
    pair, pair_sign = bucket_and_sign("ab", 64)
    assert word != pair
    expected = np.zeros(64)
    expected[word] = word_sign * 2**0.5
    expected[pair] = pair_sign * 0.5 * 2**0.5
    np.testing.assert_allclose(HashingEncoder(dimension=64).encode("AB ab"), expected, rtol=1e-6)


def test_text_without_features_gives_one_fixed_unit_vector() -> None:
    vectors = HashingEncoder(dimension=64).encode(["", " ", "！？"])
    bucket, sign = bucket_and_sign("\x00", 64)
    expected = np.zeros(64)
    expected[bucket] = sign
    np.testing.assert_array_equal(vectors, np.stack([expected] * 3))


def test_features_that_cancel_out_give_the_fixed_vector() -> None:
    """One bucket: with as many features of either sign and weight nothing would be left."""
    encoder = HashingEncoder(dimension=1)
    cancelling = next(
        f"{first} {second}"
        for first in "abcdefgh"
        for second in "abcdefgh"
        if bucket_and_sign(f" {first}", 1)[1] == -bucket_and_sign(f" {second}", 1)[1]
    )
    assert encoder.encode(cancelling).tolist() == [float(bucket_and_sign("\x00", 1)[1])]


def test_vectors_do_not_depend_on_the_process() -> None:
    program = (
        "from recommender.embeddings.backends.hashing import HashingEncoder;"
        "from recommender.embeddings.vectors import vector_digest;"
        "print(vector_digest(HashingEncoder().encode(['星际穿越', 'Interstellar'])))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert digests == {vector_digest(HashingEncoder().encode(["星际穿越", "Interstellar"]))}


def test_chinese_texts_that_share_words_are_nearer() -> None:
    wish, fish, film = HashingEncoder().encode(["清淡的海鲜", "清蒸海鲜拼盘", "科幻电影"], normalize_embeddings=True)
    assert wish @ fish > wish @ film + 0.1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"model": "bert"}, "not 'bert'"),
        ({"revision": "v2"}, "no revisions"),
        ({"dimension": 0}, "1 dimension or more"),
    ],
)
def test_what_it_does_not_have_is_refused(arguments: dict[str, object], reason: str) -> None:
    with pytest.raises(UnsupportedRecipe, match=reason):
        HashingEncoder(**arguments)  # type: ignore[arg-type]  # values differ in type
