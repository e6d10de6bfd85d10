"""Many people's directions are those of each person's interest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import BlockWeights, joint_interest
from recommender.engine.joint_space import Block
from recommender.engine.people_matrix import ItemMatrix, people_matrix
from tests.recommender.engine.joint_catalogues import JointCatalogue, joint_catalogue
from tests.recommender.engine.test_joint_invariants import Known, knowledge, searched

LIKES = [ItemWeight(100, 1.0, "like", 1.0), ItemWeight(105, 0.5, "save", 0.5)]
DISLIKES = [ItemWeight(101, -1.0, "dislike", -1.0)]


def matrix_of(catalogue: JointCatalogue) -> ItemMatrix:
    rows = {item_id: row for row, item_id in enumerate(catalogue.item_ids)}
    return ItemMatrix(rows, catalogue.stored, catalogue.gains)


def direction(catalogue: JointCatalogue, history: list[ItemWeight], weights: BlockWeights) -> FloatArray:
    """Of one person, by `joint_interest`."""
    alone = replace(weights, popularity=0.0, prior=0.0)
    interest = joint_interest(catalogue.space, history, catalogue.items, None, block_weights=alone, statement_share=0.0)
    if interest is None:
        return np.zeros(catalogue.space.dimension)
    norm = float(np.linalg.norm(interest.vector))
    return interest.vector / norm if norm else interest.vector


@searched
@given(st.lists(knowledge, min_size=1, max_size=4))
def test_each_row_is_the_direction_of_one_person(people: list[Known]) -> None:
    catalogue, weights = people[0].catalogue, people[0].weights
    expected = np.stack([direction(catalogue, known.history, weights) for known in people])
    # Leaves out who likes and dislikes to no effect: there, rounding is all that is left, magnified.
    for known in people:
        interest = replace(known, catalogue=catalogue, weights=weights, statement_seed=None).maybe_interest()
        assume(interest is None or max(np.abs(interest.collaborative).max(initial=0), 0) < 1e3)
        assume(interest is None or max(np.abs(interest.text).max(initial=0), 0) < 1e3)
    found = people_matrix(
        catalogue.space, [known.history for known in people], matrix_of(catalogue), block_weights=weights
    )
    assert found == pytest.approx(expected, abs=1e-9)


def test_rows_have_length_one_and_neither_popularity_nor_pad() -> None:
    catalogue = joint_catalogue()
    found = people_matrix(catalogue.space, [LIKES, LIKES[:1]], matrix_of(catalogue), block_weights=BlockWeights())
    assert np.linalg.norm(found, axis=1) == pytest.approx([1.0, 1.0])
    assert not found[:, catalogue.space.columns(Block.POPULARITY)].any()
    assert not found[:, -1].any()


@pytest.mark.parametrize("history", [[], DISLIKES, [ItemWeight(99, 1.0, "like", 1.0)]], ids=["none", "no", "unknown"])
def test_somebody_who_likes_nothing_known_has_no_direction(history: list[ItemWeight]) -> None:
    catalogue = joint_catalogue()
    found = people_matrix(catalogue.space, [history, LIKES], matrix_of(catalogue), block_weights=BlockWeights())
    assert not found[0].any()
    assert found[1].any()


def test_nobody() -> None:
    catalogue = joint_catalogue()
    found = people_matrix(catalogue.space, [], matrix_of(catalogue), block_weights=BlockWeights())
    assert found.shape == (0, catalogue.space.dimension)


def test_a_person_does_not_depend_on_the_others() -> None:
    catalogue = joint_catalogue()
    alone = people_matrix(catalogue.space, [LIKES], matrix_of(catalogue), block_weights=BlockWeights())
    among = people_matrix(
        catalogue.space, [DISLIKES, LIKES, LIKES[1:]], matrix_of(catalogue), block_weights=BlockWeights()
    )
    assert among[1] == pytest.approx(alone[0], abs=1e-12)


def test_blocks_without_weight_are_left_out() -> None:
    catalogue = joint_catalogue()
    found = people_matrix(
        catalogue.space, [LIKES], matrix_of(catalogue), block_weights=BlockWeights(collaborative=0.0, factors=0.0)
    )
    assert not found[:, catalogue.space.columns(Block.COLLABORATIVE)].any()
    assert not found[:, catalogue.space.columns(Block.FACTORS)].any()
    assert found[:, catalogue.space.columns(Block.TEXT)].any()
