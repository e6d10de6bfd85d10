from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pytest

from recommender.evaluation.dataset import FloatArray
from recommender.evaluation.systems.text import SeedText, text_centred, text_raw
from tests.recommender.evaluation.arranging import case_of, train_on

VECTORS = np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 4.0]])


def test_raw_text_is_the_cosine_with_the_mean_of_the_likes() -> None:
    system = text_raw(VECTORS)
    system.fit(train_on([[1, 1, 1]]), np.random.default_rng(0))
    (scores,) = system.score([case_of(0, 1)])
    # The mean of (1, 0) and (0, 1) points along the diagonal.
    assert scores == pytest.approx([1 / sqrt(2), 1 / sqrt(2), 1.4 / sqrt(2)])
    assert system.name == "text-raw"


def test_centred_text_removes_the_mean_of_the_catalogue() -> None:
    system = text_centred(np.array([[1.0, 0.0], [0.0, 1.0]]))
    system.fit(train_on([[1, 1]]), np.random.default_rng(0))
    assert system.score([case_of(0)])[0] == pytest.approx([1.0, -1.0])
    assert system.name == "text-centred"


def test_person_without_likes_is_answered_with_zeros() -> None:
    assert text_raw(VECTORS).score([case_of()])[0].tolist() == [0.0, 0.0, 0.0]


def test_seed_text_encodes_the_titles_of_the_likes_newest_first() -> None:
    asked: list[str] = []

    def encode(texts: Sequence[str]) -> FloatArray:
        asked.extend(texts)
        return np.array([[0.0, 5.0]] * len(texts))

    system = SeedText(encode, VECTORS)
    system.fit(train_on([[1, 1, 1]]), np.random.default_rng(0))
    (scores,) = system.score([case_of(2, 0)])
    assert asked == ["The i000, The i002"]
    assert scores == pytest.approx([0.0, 1.0, 0.8])
