"""Features of texts: what is centred, what is not, and what the directions keep."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.engine.interest import FloatArray
from recommender.engine.model_arrays import pack, unpack
from recommender.engine.text_features import LEXICAL_SHARE, MINIMUM_ITEMS_FOR_CENTRING, TextProjection, fit_projection

NOTHING = np.zeros((MINIMUM_ITEMS_FOR_CENTRING, 0))


def texts(count: int, dimension: int, *, seed: int = 0, shared: float = 2.0) -> FloatArray:
    """Unit vectors that have something in common."""
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    vectors[:, 0] += shared
    units: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return units


def gram(vectors: FloatArray) -> FloatArray:
    """Inner products of all pairs: what features say, whichever way the directions are turned."""
    products: FloatArray = vectors @ vectors.T
    return products


def test_four_items_by_hand() -> None:
    # Not centred. Encoder (1, 0), (0, 1), (1, 0), (0, 1) of length 1; lexical 3, 4, 3, 4 of root mean square
    # sqrt(12.5), counting .7: inner products of 1 or 0 and .49/12.5 of the product.
    encoded = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    lexical = np.array([[3.0], [4.0], [3.0], [4.0]])
    projection = fit_projection(encoded, lexical, dimension=3)
    assert (projection.encoder_spread, projection.lexical_spread) == pytest.approx((1.0, np.sqrt(12.5)))
    found = gram(projection.of_items(encoded, lexical))
    assert found[0, [0, 1, 2, 3]] == pytest.approx([1 + 0.3528, 0.4704, 1 + 0.3528, 0.4704])
    assert found[1, [1, 3]] == pytest.approx([1 + 0.6272, 1 + 0.6272])
    # Two different texts span two dimensions, however many were asked for.
    assert projection.dimension == 2


def test_few_items_are_not_centred() -> None:
    encoded, lexical = texts(MINIMUM_ITEMS_FOR_CENTRING - 1, 5), texts(MINIMUM_ITEMS_FOR_CENTRING - 1, 3, seed=1)
    projection = fit_projection(encoded, lexical, dimension=8)
    assert not projection.encoder_mean.any()
    assert not projection.lexical_mean.any()
    assert projection.encoder_spread == pytest.approx(1.0)
    found = gram(projection.of_items(encoded, lexical))
    assert found == pytest.approx(gram(encoded) + LEXICAL_SHARE**2 * gram(lexical))


def test_many_items_are_centred_and_both_halves_have_their_share() -> None:
    encoded, lexical = texts(MINIMUM_ITEMS_FOR_CENTRING, 5), 7.0 * texts(MINIMUM_ITEMS_FOR_CENTRING, 3, seed=1)
    projection = fit_projection(encoded, lexical, dimension=8)
    assert projection.encoder_mean == pytest.approx(encoded.mean(axis=0))
    assert projection.lexical_mean == pytest.approx(lexical.mean(axis=0))
    features = projection.of_items(encoded, lexical)
    assert features.mean(axis=0) == pytest.approx(np.zeros(8), abs=1e-12)
    # Each half has mean squared length 1 before it counts, 1 + .7^2, though the lexical vectors are the longer ones.
    assert (features**2).sum(axis=1).mean() == pytest.approx(1.49)
    centred, weighed = encoded - encoded.mean(axis=0), LEXICAL_SHARE * (lexical - lexical.mean(axis=0))
    spreads = [np.sqrt((half**2).sum(axis=1).mean()) for half in (centred, weighed / LEXICAL_SHARE)]
    assert gram(features) == pytest.approx(gram(centred / spreads[0]) + gram(weighed / spreads[1]))


def test_words_are_not_centred() -> None:
    encoded, lexical = texts(MINIMUM_ITEMS_FOR_CENTRING, 5), texts(MINIMUM_ITEMS_FOR_CENTRING, 3, seed=1)
    projection = fit_projection(encoded, lexical, dimension=8)
    words = projection.of_words(encoded[0], lexical[0])
    assert words.shape == (8,)
    joined = np.concatenate(
        [encoded[0] / projection.encoder_spread, LEXICAL_SHARE * lexical[0] / projection.lexical_spread]
    )
    assert words == pytest.approx(joined @ projection.directions)
    item = projection.of_items(encoded[:1], lexical[:1])[0]
    mean = np.concatenate(
        [
            projection.encoder_mean / projection.encoder_spread,
            LEXICAL_SHARE * projection.lexical_mean / projection.lexical_spread,
        ]
    )
    assert words - item == pytest.approx(mean @ projection.directions)
    assert np.linalg.norm(words - item) > 1.0


def test_in_a_small_catalogue_words_are_read_as_items_are() -> None:
    encoded, lexical = texts(20, 5), texts(20, 3, seed=1)
    projection = fit_projection(encoded, lexical, dimension=8)
    assert projection.of_words(encoded[4], lexical[4]) == pytest.approx(projection.of_items(encoded, lexical)[4])


def test_fewer_directions_keep_what_tells_texts_apart() -> None:
    # Texts differ ten times as much along the second axis as along the third; the first is common to all.
    rng = np.random.default_rng(0)
    encoded = np.column_stack([np.ones(300), rng.normal(0, 1.0, 300), rng.normal(0, 0.1, 300)])
    projection = fit_projection(encoded, np.zeros((300, 0)), dimension=1)
    assert projection.directions.shape == (3, 1)
    assert np.abs(projection.directions[:, 0]) == pytest.approx([0.0, 1.0, 0.0], abs=0.02)


def test_directions_stand_at_right_angles_strongest_first() -> None:
    projection = fit_projection(texts(300, 6), texts(300, 4, seed=1), dimension=7)
    assert projection.directions.T @ projection.directions == pytest.approx(np.eye(7), abs=1e-9)
    variances = (projection.of_items(texts(300, 6), texts(300, 4, seed=1)) ** 2).sum(axis=0)
    assert variances.tolist() == sorted(variances.tolist(), reverse=True)


def test_item_without_a_vector_has_its_lexical_half_alone() -> None:
    encoded, lexical = texts(300, 5), texts(300, 3, seed=1)
    encoded[:50] = 0.0
    projection = fit_projection(encoded, lexical, dimension=8)
    # Neither the mean nor the spread is drawn towards items that have none.
    assert projection.encoder_mean == pytest.approx(encoded[50:].mean(axis=0))
    assert projection.encoder_spread == pytest.approx(
        np.sqrt(((encoded[50:] - projection.encoder_mean) ** 2).sum(1).mean())
    )
    lexical_half = LEXICAL_SHARE * (lexical[0] - lexical.mean(axis=0)) / projection.lexical_spread
    assert projection.of_items(encoded, lexical)[0] == pytest.approx(
        np.concatenate([np.zeros(5), lexical_half]) @ projection.directions
    )


def test_items_without_any_text_stand_nowhere() -> None:
    encoded, lexical = texts(300, 5), texts(300, 3, seed=1)
    encoded[:2], lexical[:2] = 0.0, 0.0
    features = fit_projection(encoded, lexical, dimension=8).of_items(encoded, lexical)
    assert features[:2] == pytest.approx(np.zeros((2, 8)))
    assert np.linalg.norm(features[2:], axis=1).min() > 0.1


def test_halves_with_few_vectors_are_not_centred_in_a_large_catalogue() -> None:
    encoded, lexical = texts(300, 5), texts(300, 3, seed=1)
    encoded[5:] = 0.0
    projection = fit_projection(encoded, lexical, dimension=8)
    assert not projection.encoder_mean.any()
    assert projection.lexical_mean.any()


@pytest.mark.parametrize("count", [3, MINIMUM_ITEMS_FOR_CENTRING])
def test_catalogue_without_lexical_vectors_has_the_encoders_alone(count: int) -> None:
    encoded = texts(count, 3)
    projection = fit_projection(encoded, np.zeros((count, 0)), dimension=3)
    features = projection.of_items(encoded, np.zeros((count, 0)))
    assert gram(features) == pytest.approx(gram((encoded - projection.encoder_mean) / projection.encoder_spread))
    assert projection.of_words(encoded[0], np.zeros(0)).shape == (3,)


@pytest.mark.parametrize("count", [0, 1, 5, 300])
@pytest.mark.parametrize("dimension", [0, 4])
def test_catalogue_without_texts_has_no_features(count: int, dimension: int) -> None:
    nothing, no_ngrams = np.zeros((count, dimension)), np.zeros((count, 0))
    projection = fit_projection(nothing, no_ngrams, dimension=8)
    assert projection.dimension == 0
    assert projection.of_items(nothing, no_ngrams).shape == (count, 0)
    assert projection.of_words(np.ones(dimension), np.zeros(0)).shape == (0,)


def test_texts_all_alike_have_nothing_that_tells_them_apart() -> None:
    encoded = np.tile(texts(1, 4), (MINIMUM_ITEMS_FOR_CENTRING, 1))
    features = fit_projection(encoded, NOTHING, dimension=4).of_items(encoded, NOTHING)
    # Whatever is left is the same for every item.
    assert features == pytest.approx(np.tile(features[:1], (len(features), 1)), abs=1e-9)


def test_arrays_hold_the_projection() -> None:
    encoded, lexical = texts(300, 6), texts(300, 4, seed=1)
    projection = fit_projection(encoded, lexical, dimension=5)
    again = TextProjection.from_arrays(unpack(pack(projection.as_arrays())))
    assert (again.encoder_spread, again.lexical_spread) == (projection.encoder_spread, projection.lexical_spread)
    assert np.array_equal(again.encoder_mean, projection.encoder_mean)
    assert np.array_equal(again.lexical_mean, projection.lexical_mean)
    assert again.of_items(encoded, lexical) == pytest.approx(projection.of_items(encoded, lexical), abs=1e-6)
