"""Lexical vectors of texts: TF-IDF of character n-grams, reduced by latent semantic analysis.

An encoder says what a text means; names, series and rare words it blurs. Character n-grams keep them, need no word
boundaries (Chinese has none), and match nothing across languages. The vocabulary, the weights and the directions are
part of a trained model and travel with it, as arrays and JSON.

Source: Deerwester et al., Indexing by Latent Semantic Analysis (JASIS 1990).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommender.engine.interest import FloatArray

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer

NGRAM_RANGE = (2, 3)
LARGEST_VOCABULARY = 20_000
# An n-gram of fewer texts says nothing about likeness; of more than half of them, neither.
FEWEST_TEXTS = 3
LARGEST_SHARE_OF_TEXTS = 0.5
# Directions below this share of the strongest are noise of single precision.
SMALLEST_SHARE = 1e-4
# Of the randomised decomposition: directions of texts need no last digit.
POWER_ITERATIONS = 2
# Beyond so many characters n-grams repeat what came before.
LONGEST_TEXT = 1_000


@dataclass(frozen=True)
class LexicalModel:
    """Vocabulary (v n-grams), inverse document frequencies (v,), directions (v, d)."""

    vocabulary: tuple[str, ...]
    weights: FloatArray
    directions: FloatArray

    @property
    def dimension(self) -> int:
        return int(self.directions.shape[1])

    def transform(self, texts: Sequence[str]) -> FloatArray:
        """(n, d) float64 in the order of the texts; a text without a known n-gram is a row of zeros."""
        if self.dimension == 0 or not texts:
            return np.zeros((len(texts), self.dimension))
        counts = self._vectorizer.transform([text[:LONGEST_TEXT] for text in texts])
        return np.asarray(counts @ self.directions, dtype=np.float64)

    @cached_property
    def _vectorizer(self) -> TfidfVectorizer:
        vectorizer = _new_vectorizer(vocabulary={ngram: index for index, ngram in enumerate(self.vocabulary)})
        vectorizer.idf_ = self.weights
        return vectorizer

    def as_arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays that hold the model without pickle; half precision for the directions."""
        ngrams = np.frombuffer(json.dumps(self.vocabulary, ensure_ascii=False).encode(), dtype=np.uint8)
        return {
            "vocabulary": ngrams,
            "weights": self.weights.astype(np.float32),
            "directions": self.directions.astype(np.float16),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> LexicalModel:
        vocabulary = tuple(json.loads(arrays["vocabulary"].tobytes().decode()))
        return cls(vocabulary, arrays["weights"].astype(np.float64), arrays["directions"].astype(np.float32))


def fit_lexical(texts: Sequence[str], *, dimension: int) -> LexicalModel:
    """Learn vocabulary, weights and directions.

    Args:
        texts: n texts; where no n-gram is in three of them and in at most half of them, which takes six texts, the
            model is empty.
        dimension: d at most; fewer where the texts do not span as many.
    """
    empty = LexicalModel((), np.zeros(0), np.zeros((0, 0), dtype=np.float32))
    if len(texts) < FEWEST_TEXTS or dimension < 1:
        return empty
    vectorizer = _new_vectorizer(max_features=LARGEST_VOCABULARY)
    try:
        weighted = sp.csr_matrix(vectorizer.fit_transform([text[:LONGEST_TEXT] for text in texts]), dtype=np.float32)
    except ValueError:
        # scikit-learn's way of saying that no n-gram is shared by enough texts.
        return empty
    rank = min(dimension, min(weighted.shape) - 1)
    if rank < 1:
        return empty
    # Heavy, see below. A fixed start: the same texts give the same directions.
    from sklearn.utils.extmath import randomized_svd  # noqa: PLC0415

    _, singular, transposed = randomized_svd(weighted, rank, n_iter=POWER_ITERATIONS, random_state=0)
    order = [index for index in np.argsort(-singular) if singular[index] > SMALLEST_SHARE * singular.max()]
    directions = transposed[order].T.astype(np.float32)
    return LexicalModel(tuple(vectorizer.get_feature_names_out()), vectorizer.idf_, directions)


def _new_vectorizer(**options: Any) -> TfidfVectorizer:
    # Heavy, and a request that has no new words to read does not need it.
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    if "vocabulary" not in options:
        options = {**options, "min_df": FEWEST_TEXTS, "max_df": LARGEST_SHARE_OF_TEXTS}
    return TfidfVectorizer(analyzer="char_wb", ngram_range=NGRAM_RANGE, sublinear_tf=True, dtype=np.float32, **options)
