"""A deterministic encoder without a model: hashed words and character n-grams. For tests and trials."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import blake2b
from math import sqrt

import numpy as np

from recommender.embeddings.backends.text_encoder import TextEncoder
from recommender.embeddings.exceptions import UnsupportedRecipe
from recommender.embeddings.vectors import Vectors

MODEL = "words-and-ngrams"
DEFAULT_DIMENSION = 256

# Runs of 2 and 3 characters carry Chinese, which has no spaces between words; single words weigh double, so that
# a shared word counts for more than the letters that words happen to share.
_NGRAM_LENGTHS = (2, 3)
_WORD_WEIGHT, _NGRAM_WEIGHT = 1.0, 0.5
_WORD = re.compile(r"\w+")

# The feature of a text that has none. No word holds a NUL, so it stands alone.
_EMPTY = "\x00"


class HashingEncoder(TextEncoder):
    """Texts that share words or characters are close; nothing else is understood.

    Each feature falls into one of `dimension` buckets with a sign, both from blake2b, so vectors are the same in every
    process and on every platform. Weights grow with the square root of a feature's count.

    Source: Weinberger et al., ICML 2009 ("Feature hashing for large scale multitask learning"), section 2.
    """

    def __init__(self, model: str = MODEL, revision: str = "", dimension: int | None = None) -> None:
        """
        Args:
            model: the one there is; "" means it.
            revision: there is none.
            dimension: length of the vectors, 1 or more; None is 256.
        Raises: UnsupportedRecipe for another model, a revision, or a dimension below 1.
        """
        if model not in ("", MODEL):
            raise UnsupportedRecipe(f"hashing has the model {MODEL!r}, not {model!r}")
        if revision:
            raise UnsupportedRecipe(f"hashing has no revisions, so none named {revision!r}")
        self._dimension = DEFAULT_DIMENSION if dimension is None else dimension
        if self._dimension < 1:
            raise UnsupportedRecipe(f"a vector has 1 dimension or more, not {dimension}")

    def load(self) -> None:
        """Nothing is loaded."""

    def get_embedding_dimension(self) -> int:
        return self._dimension

    def _encode_texts(self, texts: list[str], *, prompt: str | None, batch_size: int) -> Vectors:
        prefixed = [(prompt or "") + text for text in texts]
        steps = [self._encode_step(prefixed[start : start + batch_size]) for start in range(0, len(texts), batch_size)]
        return np.concatenate(steps)

    def _encode_step(self, texts: list[str]) -> Vectors:
        rows, buckets, values = [], [], []
        for row, text in enumerate(texts):
            for feature, weight in _features(text).items():
                bucket, sign = self._bucket(feature)
                rows.append(row)
                buckets.append(bucket)
                values.append(sign * weight)
        sums = np.zeros((len(texts), self._dimension), dtype=np.float64)
        np.add.at(sums, (rows, buckets), values)
        vectors = sums.astype(np.float32)
        # Opposite signs in one bucket can cancel out: such a text, like one without features, gets a fixed vector.
        without_direction = ~vectors.any(axis=1)
        if without_direction.any():
            bucket, sign = self._bucket(_EMPTY)
            vectors[without_direction, bucket] = sign
        return vectors

    def _bucket(self, feature: str) -> tuple[int, int]:
        number = int.from_bytes(blake2b(feature.encode(), digest_size=8).digest(), "little")
        return (number >> 1) % self._dimension, 1 if number & 1 else -1


def _features(text: str) -> dict[str, float]:
    """Weight by feature, in the order of first occurrence. Words carry a space in front, n-grams none."""
    words = _WORD.findall(text.casefold())
    ngrams = Counter(
        word[start : start + length]
        for word in words
        for length in _NGRAM_LENGTHS
        for start in range(len(word) - length + 1)
    )
    weights = {f" {word}": _WORD_WEIGHT * sqrt(count) for word, count in Counter(words).items()}
    return weights | {ngram: _NGRAM_WEIGHT * sqrt(count) for ngram, count in ngrams.items()}
