"""Character n-grams of English and Chinese texts, reduced to a few directions."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.engine.interest import FloatArray
from recommender.engine.lexical import LONGEST_TEXT, LexicalModel, fit_lexical
from recommender.engine.model_arrays import pack, unpack

DISHES = [
    "Braised pork belly with soy sauce",
    "Braised pork ribs with soy sauce",
    "Steamed pork belly with soy sauce",
    "Fried pork belly with soy sauce",
    "Strawberry cheese cake with cream",
    "Blueberry cheese cake with cream",
    "Raspberry cheese cake with cream",
    "Chocolate cheese cake with cream",
]
CHINESE_DISHES = [
    "红烧肉炖土豆",
    "红烧肉炖豆腐",
    "红烧肉炖白菜",
    "红烧肉炖粉条",
    "草莓奶油蛋糕",
    "蓝莓奶油蛋糕",
    "芒果奶油蛋糕",
    "巧克力奶油蛋糕",
]


def cosines(vectors: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    units = vectors / np.maximum(lengths, 1e-12)
    products: FloatArray = units @ units.T
    return products


@pytest.mark.parametrize("texts", [DISHES, CHINESE_DISHES], ids=["English", "Chinese"])
def test_texts_of_one_sort_are_alike_and_of_two_are_not(texts: list[str]) -> None:
    found = cosines(fit_lexical(texts, dimension=4).transform(texts))
    same = np.kron(np.eye(2), np.ones((4, 4))) > 0
    assert found[same].min() > found[~same].max() + 0.5


@pytest.mark.parametrize(
    ("texts", "words", "nearest"),
    [
        (DISHES, "pork ribs", range(4)),
        (DISHES, "a creamy cheesecake", range(4, 8)),
        (CHINESE_DISHES, "想吃红烧肉", range(4)),
        (CHINESE_DISHES, "生日蛋糕", range(4, 8)),
    ],
)
def test_words_find_the_texts_that_share_their_ngrams(texts: list[str], words: str, nearest: range) -> None:
    model = fit_lexical(texts, dimension=4)
    found = cosines(model.transform([*texts, words]))[-1, :-1]
    assert set(np.argsort(-found)[:4].tolist()) == set(nearest)


def test_catalogue_in_two_languages_keeps_them_apart() -> None:
    model = fit_lexical([*DISHES, *CHINESE_DISHES], dimension=6)
    found = cosines(model.transform([*DISHES, *CHINESE_DISHES]))
    assert np.abs(found[:8, 8:]).max() < 0.05


def test_texts_without_a_known_ngram_are_zeros() -> None:
    vectors = fit_lexical(DISHES, dimension=4).transform(["", "   ", "红烧肉", "zzz", DISHES[0]])
    assert vectors[:4] == pytest.approx(np.zeros((4, vectors.shape[1])))
    assert np.linalg.norm(vectors[4]) > 0.5


def test_letters_case_does_not_matter() -> None:
    model = fit_lexical(DISHES, dimension=4)
    assert model.transform(["CHEESE CAKE"]) == pytest.approx(model.transform(["cheese cake"]))


def test_order_of_the_texts_is_the_order_of_the_rows() -> None:
    model = fit_lexical(DISHES, dimension=4)
    straight, turned = model.transform(DISHES), model.transform(DISHES[::-1])
    assert turned == pytest.approx(straight[::-1])
    assert straight.dtype == np.float64


def test_text_is_read_up_to_its_longest_length() -> None:
    model = fit_lexical(DISHES, dimension=4)
    filler = "q " * (LONGEST_TEXT // 2)
    assert model.transform([filler + DISHES[0]]) == pytest.approx(np.zeros((1, model.dimension)))
    assert model.transform([DISHES[0] + filler]).any()


def test_dimension_is_an_upper_bound() -> None:
    assert fit_lexical(DISHES, dimension=2).dimension == 2
    assert 2 <= fit_lexical(DISHES, dimension=100).dimension <= 7


def test_texts_of_two_sorts_span_two_directions() -> None:
    # Eight texts, but only two different ones; six further directions would be noise that unseen texts are measured by.
    model = fit_lexical([*4 * ["soy sauce"], *4 * ["cheese cake"]], dimension=100)
    assert model.dimension == 2


def test_directions_stand_at_right_angles_strongest_first() -> None:
    model = fit_lexical(DISHES, dimension=4)
    directions = model.directions.astype(np.float64)
    assert directions.T @ directions == pytest.approx(np.eye(4), abs=1e-5)
    energies = (model.transform(DISHES) ** 2).sum(axis=0)
    assert energies.tolist() == sorted(energies.tolist(), reverse=True)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([], id="no texts"),
        pytest.param(["soy sauce"], id="one text"),
        pytest.param(5 * ["soy sauce"], id="too few texts"),
        pytest.param(20 * [""], id="empty texts"),
        pytest.param(20 * ["soy sauce"], id="texts all alike"),
        pytest.param([chr(0x4E00 + 7 * row) * 3 for row in range(20)], id="texts with nothing in common"),
    ],
)
def test_corpus_that_tells_nothing_apart_gives_an_empty_model(texts: list[str]) -> None:
    model = fit_lexical(texts, dimension=8)
    assert model.dimension == 0
    assert model.transform(["soy sauce", ""]).shape == (2, 0)
    again = LexicalModel.from_arrays(unpack(pack(model.as_arrays())))
    assert again.transform(["soy sauce"]).shape == (1, 0)


def test_dimension_of_zero_gives_an_empty_model() -> None:
    assert fit_lexical(DISHES, dimension=0).dimension == 0


def test_no_texts_transform_to_no_rows() -> None:
    assert fit_lexical(DISHES, dimension=4).transform([]).shape == (0, 4)


@pytest.mark.parametrize("texts", [DISHES, CHINESE_DISHES], ids=["English", "Chinese"])
def test_arrays_hold_the_model_without_pickle(texts: list[str]) -> None:
    model = fit_lexical(texts, dimension=4)
    arrays = model.as_arrays()
    assert all(array.dtype != object for array in arrays.values())
    again = LexicalModel.from_arrays(unpack(pack(arrays)))
    assert again.vocabulary == model.vocabulary
    words = [*texts, "pork cake 红烧蛋糕", ""]
    # Directions are kept in half precision.
    assert again.transform(words) == pytest.approx(model.transform(words), abs=2e-3)


def test_same_texts_give_the_same_model() -> None:
    first, second = (fit_lexical([*DISHES, *CHINESE_DISHES], dimension=5) for _ in range(2))
    assert first.vocabulary == second.vocabulary
    assert np.array_equal(first.weights, second.weights)
    assert np.array_equal(first.directions, second.directions)


def test_rare_ngrams_weigh_more_than_common_ones() -> None:
    model = fit_lexical(DISHES, dimension=4)
    weights = dict(zip(model.vocabulary, model.weights.tolist(), strict=True))
    # In three of eight texts, and in four; what only one has is not there, nor what more than half have.
    assert weights["ell"] > weights["soy"] > 1.0
    assert "cho" not in weights
    assert "wit" not in weights
