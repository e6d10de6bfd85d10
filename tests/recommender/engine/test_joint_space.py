"""Stored vectors: blocks side by side, equal lengths, and scores that the scales leave alone."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from recommender.engine.implicit_factors import ImplicitSettings
from recommender.engine.interest import FloatArray
from recommender.engine.joint_space import BLOCKS, Block, JointSpace, fit_joint_space
from recommender.engine.model_arrays import pack, unpack
from tests.recommender.engine.joint_catalogues import JointCatalogue, joint_catalogue

# Two items, everything worked out by hand. Collaborative (1, 0) and (3, 0); factors 0 and 2; text (0, 3) and (0, -5);
# nobody had the first, e^2 - 1 people the second, so that log(1 + n) is 0 and 2.
BY_HAND = {
    Block.COLLABORATIVE: np.array([[1.0, 0.0], [3.0, 0.0]]),
    Block.FACTORS: np.array([[0.0], [2.0]]),
    Block.TEXT: np.array([[0.0, 3.0], [0.0, -5.0]]),
}
COUNTS = np.array([0.0, np.e**2 - 1.0])


def space_of(blocks: dict[Block, FloatArray], counts: FloatArray) -> JointSpace:
    dimension = blocks[Block.FACTORS].shape[1]
    return fit_joint_space(
        blocks,
        factor_gram=np.eye(dimension),
        factor_settings=ImplicitSettings(dimension),
        factor_items=len(counts),
        counts=counts,
    )


def test_two_items_by_hand() -> None:
    space = space_of(BY_HAND, COUNTS)
    assert space.dimensions == (2, 1, 2, 1)
    assert space.dimension == 7
    # Means 2, 0 | 1 | 0, -1 | 0; all deviations from them are 1, 1, 4 and 1, and text counts six times.
    assert space.means == pytest.approx([2.0, 0.0, 1.0, 0.0, -1.0, 0.0])
    assert space.scales == pytest.approx([1.0, 1.0, 6 / 4, 1.0])
    assert space.covariance(Block.COLLABORATIVE) == pytest.approx(np.diag([1.0, 0.0]))
    assert space.covariance(Block.TEXT) == pytest.approx(np.diag([0.0, 16.0]))
    assert (space.popularity_mean, space.popularity_deviation) == pytest.approx((1.0, 1.0))
    # 1 + 1 + 6^2 + 1 = 39, and a tenth of room.
    assert space.longest == pytest.approx(1.1 * np.sqrt(39))


def test_stored_vectors_of_two_items_by_hand() -> None:
    space = space_of(BY_HAND, COUNTS)
    natural = np.hstack([*BY_HAND.values(), space.popularity_score(COUNTS)[:, None]])
    stored, too_long = space.stored(natural)
    # The pad is sqrt(1.21 * 39 - 39) = sqrt 8.19.
    pad = np.sqrt(8.19)
    assert stored == pytest.approx(
        np.array([[-1.0, 0.0, -1.0, 0.0, 6.0, -1.0, pad], [1.0, 0.0, 1.0, 0.0, -6.0, 1.0, pad]])
    )
    assert too_long == 0


def test_columns_of_the_blocks_follow_each_other() -> None:
    space = space_of(BY_HAND, COUNTS)
    assert [space.columns(block) for block in BLOCKS] == [slice(0, 2), slice(2, 3), slice(3, 5), slice(5, 6)]


def test_popularity_is_scored_in_deviations_of_the_catalogue() -> None:
    space = space_of(BY_HAND, COUNTS)
    # log(1 + n) of 0, 1 and 4 against a mean of 1 and a deviation of 1.
    scores = space.popularity_score(np.array([0.0, np.e - 1.0, np.e**4 - 1.0]))
    assert scores == pytest.approx([-1.0, 0.0, 3.0])


def test_blocks_have_equal_variance_and_text_six_times_the_deviation() -> None:
    catalogue = joint_catalogue(3, items=40)
    deviations = [
        np.sqrt((catalogue.stored[:, catalogue.space.columns(block)] ** 2).sum(axis=1).mean()) for block in BLOCKS
    ]
    assert deviations == pytest.approx([1.0, 1.0, 6.0, 1.0])


@pytest.fixture(params=range(5))
def catalogue(request: pytest.FixtureRequest) -> JointCatalogue:
    return joint_catalogue(request.param, items=15)


def test_every_stored_vector_has_the_same_length(catalogue: JointCatalogue) -> None:
    lengths = np.linalg.norm(catalogue.stored, axis=1)
    assert lengths == pytest.approx(np.full(15, catalogue.space.longest), abs=1e-9)


def test_natural_vectors_come_back_out_of_stored_ones(catalogue: JointCatalogue) -> None:
    for block in BLOCKS:
        assert catalogue.space.natural(catalogue.stored, block) == pytest.approx(catalogue.natural[block], abs=1e-12)


def person(catalogue: JointCatalogue, seed: int) -> tuple[FloatArray, dict[Block, FloatArray]]:
    """Random vectors by block in natural units, and U: divided by the scales, 0 in the place of the pad."""
    rng = np.random.default_rng(seed)
    space = catalogue.space
    natural = {block: rng.normal(size=size) for block, size in zip(BLOCKS, space.dimensions, strict=True)}
    return np.concatenate([*(natural[block] / space.scale(block) for block in BLOCKS), [0.0]]), natural


def test_scales_leave_the_score_of_the_natural_vectors(catalogue: JointCatalogue) -> None:
    vector, natural = person(catalogue, 9)
    expected = np.zeros(15)
    for block in BLOCKS:
        vectors = catalogue.natural[block]
        expected += (vectors - vectors.mean(axis=0)) @ natural[block]
    assert catalogue.stored @ vector == pytest.approx(expected, abs=1e-9)


def test_cosine_ranks_as_the_inner_product(catalogue: JointCatalogue) -> None:
    for seed in range(10):
        vector, _ = person(catalogue, seed)
        products = catalogue.stored @ vector
        cosines = products / np.linalg.norm(catalogue.stored, axis=1) / np.linalg.norm(vector)
        assert np.argsort(-cosines).tolist() == np.argsort(-products).tolist()


def test_without_the_pad_cosine_ranks_otherwise(catalogue: JointCatalogue) -> None:
    """Why the pad is there: otherwise the test above would hold of anything."""
    unpadded = catalogue.stored[:, :-1]
    orders = []
    for seed in range(10):
        vector = person(catalogue, seed)[0][:-1]
        cosines = unpadded @ vector / np.linalg.norm(unpadded, axis=1)
        orders.append(np.argsort(-cosines).tolist() == np.argsort(-(unpadded @ vector)).tolist())
    assert not all(orders)


def test_vector_that_is_too_long_is_shortened_and_counted(catalogue: JointCatalogue) -> None:
    space = catalogue.space
    natural = catalogue.joined()
    far = space.means + 100.0 * (natural[:2] - space.means)
    stored, too_long = space.stored(np.vstack([natural[:3], far]))
    assert too_long == 2
    assert stored[:3] == pytest.approx(catalogue.stored[:3])
    assert np.linalg.norm(stored, axis=1) == pytest.approx(np.full(5, space.longest))
    assert stored[3:, -1] == pytest.approx([0.0, 0.0], abs=1e-6)
    # The direction is kept.
    directions = catalogue.stored[:2, :-1] / np.linalg.norm(catalogue.stored[:2, :-1], axis=1, keepdims=True)
    assert stored[3:, :-1] / space.longest == pytest.approx(directions)


def test_there_is_room_for_vectors_a_tenth_longer_than_any(catalogue: JointCatalogue) -> None:
    space = catalogue.space
    longest = np.argmax(np.linalg.norm(catalogue.stored[:, :-1], axis=1))
    for factor, expected in ((1.099, 0), (1.101, 1)):
        farther = space.means + factor * (catalogue.joined()[longest] - space.means)
        assert space.stored(farther[None])[1] == expected


def test_arrays_hold_the_whole_space(catalogue: JointCatalogue) -> None:
    space = catalogue.space
    again = JointSpace.from_arrays(unpack(pack(space.as_arrays())))
    assert again.dimensions == space.dimensions
    assert again.factor_settings == space.factor_settings
    for name in ("longest", "factor_items", "popularity_mean", "popularity_deviation"):
        assert getattr(again, name) == getattr(space, name)
    for name in ("means", "scales", "factor_gram"):
        assert np.array_equal(getattr(again, name), getattr(space, name))
    for block in BLOCKS:
        # Single precision is enough for what only scales a person's side.
        assert again.covariance(block) == pytest.approx(space.covariance(block), rel=1e-6, abs=1e-9)
    compared = {"dimensions", "factor_settings", "longest", "factor_items", "popularity_mean", "popularity_deviation"}
    assert {field.name for field in fields(space)} == compared | {"means", "scales", "factor_gram", "covariances"}
    assert again.stored(catalogue.joined())[0] == pytest.approx(catalogue.stored)


@pytest.mark.parametrize("block", BLOCKS)
def test_block_that_says_the_same_of_every_item_adds_nothing(block: Block) -> None:
    catalogue = joint_catalogue(1, items=25, constant=block)
    assert catalogue.space.scale(block) == 1.0
    assert catalogue.space.covariance(block) == pytest.approx(np.zeros_like(catalogue.space.covariance(block)))
    assert catalogue.stored[:, catalogue.space.columns(block)] == pytest.approx(0.0, abs=1e-12)


def test_popularity_that_differs_by_rounding_alone_is_equal() -> None:
    # The mean of 25 times log 2 is not log 2 in double precision; the deviation of it is 1.1e-16, not 0.
    counts = np.ones(25)
    assert np.log1p(counts).std() != 0
    space = space_of({block: np.zeros((25, 1)) for block in BLOCKS[:-1]}, counts)
    assert space.popularity_score(np.array([1.0, 0.0])) == pytest.approx([0.0, -np.log(2)])


def test_new_item_in_a_block_of_equals_does_not_crush_the_other_blocks() -> None:
    # All texts alike but for rounding: without a bound their scale would be 1e16, and a new text longer than anything.
    texts = np.full((25, 2), 0.1) + np.array([1e-17, 0.0])
    texts[3:, 0] += 1e-16
    blocks = {Block.COLLABORATIVE: np.eye(25)[:, :3], Block.FACTORS: np.eye(25)[:, :2], Block.TEXT: texts}
    space = space_of(blocks, np.arange(25.0))
    new = np.concatenate([[1.0, 0.0, 0.0], [0.0, 0.0], [0.3, 0.1], [0.0]])
    stored, too_long = space.stored(new[None])
    assert too_long == 0
    assert space.natural(stored, Block.COLLABORATIVE)[0] == pytest.approx([1.0, 0.0, 0.0])


def test_catalogue_of_one_item_has_a_vector_that_is_not_zero() -> None:
    one = {block: np.ones((1, 2)) for block in BLOCKS[:-1]}
    space = space_of(one, np.array([3.0]))
    stored, too_long = space.stored(np.ones((1, 7)) * np.array([1, 1, 1, 1, 1, 1, 0]))
    assert stored[0].tolist() == pytest.approx([0.0] * 7 + [1.1])
    assert too_long == 0


def test_catalogue_without_items_has_a_space() -> None:
    space = space_of({block: np.zeros((0, 2)) for block in BLOCKS[:-1]}, np.zeros(0))
    assert space.means == pytest.approx(np.zeros(7))
    assert space.longest == pytest.approx(1.1)
    assert space.stored(np.zeros((0, 7)))[0].shape == (0, 8)
