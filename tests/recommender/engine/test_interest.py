"""The interest vector in two dimensions, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray, InterestVector, interest_vector, score_parts, term_scores

EAST, NORTH = np.array([1.0, 0.0]), np.array([0.0, 1.0])
ROOT_HALF = 0.5**0.5
VECTORS = {1: EAST, 2: NORTH, 3: -EAST}


def liked(item_id: int, weight: float = 1.0) -> ItemWeight:
    return ItemWeight(item_id, weight, "like" if weight > 0 else "dislike")


def known(
    *weights: ItemWeight,
    statement: FloatArray | None = None,
    share: float = 0.5,
    vectors: dict[int, FloatArray] = VECTORS,
) -> InterestVector:
    made = interest_vector(weights, vectors, statement, statement_weight=share)
    assert made is not None
    return made


def unknown(*weights: ItemWeight, statement: FloatArray | None = None, share: float = 0.5) -> bool:
    return interest_vector(weights, VECTORS, statement, statement_weight=share) is None


def test_history_alone_is_its_weighted_sum_of_length_one() -> None:
    interest = known(liked(1, 3.0), liked(2, 4.0))
    assert interest.vector == pytest.approx([0.6, 0.8])
    assert [(term.item_id, term.kind) for term in interest.terms] == [(1, "like"), (2, "like")]
    assert [term.coefficient for term in interest.terms] == pytest.approx([0.6, 0.8])
    assert (interest.has_history, interest.has_statement) == (True, False)


def test_words_alone_give_their_direction_whatever_their_length() -> None:
    interest = known(statement=5 * NORTH)
    assert interest.vector == pytest.approx([0.0, 1.0])
    (term,) = interest.terms
    assert (term.item_id, term.kind) == (None, "statement")
    assert term.coefficient == pytest.approx(0.2)
    assert (interest.has_history, interest.has_statement) == (False, True)


def test_share_of_the_words_has_no_effect_where_they_are_alone() -> None:
    assert known(statement=NORTH, share=0.0).vector == pytest.approx([0.0, 1.0])


def test_history_and_words_have_the_shares_that_are_configured() -> None:
    interest = known(liked(1, 9.0), statement=7 * NORTH, share=0.25)
    assert interest.vector == pytest.approx(np.array([0.75, 0.25]) / np.hypot(0.75, 0.25))
    assert (interest.has_history, interest.has_statement) == (True, True)


@pytest.mark.parametrize(
    ("share", "expected", "has_history", "has_statement"), [(0.0, EAST, True, False), (1.0, NORTH, False, True)]
)
def test_share_of_nothing_or_all_silences_one_side(
    share: float, expected: FloatArray, has_history: bool, has_statement: bool
) -> None:
    interest = known(liked(1), statement=NORTH, share=share)
    assert interest.vector == pytest.approx(expected)
    assert (interest.has_history, interest.has_statement) == (has_history, has_statement)


def test_long_history_does_not_drown_the_words() -> None:
    long = [liked(item_id) for item_id in range(10, 110)]
    interest = known(*long, statement=NORTH, vectors=dict.fromkeys(range(10, 110), EAST))
    assert interest.vector == pytest.approx([ROOT_HALF, ROOT_HALF])


def test_dislike_pushes_away() -> None:
    interest = known(liked(1), liked(2, -0.5))
    assert interest.vector == pytest.approx(np.array([1.0, -0.5]) / np.hypot(1.0, 0.5))


def test_dislikes_alone_say_nothing() -> None:
    assert unknown(liked(1, -1.0), liked(2, -1.0))


def test_dislike_beside_words_pushes_away_from_what_they_name() -> None:
    # (1 - b) h + b s with h = -0.5 east (shorter than 1, so left as it is) and s = (east + north) / sqrt 2.
    interest = known(liked(1, -0.5), statement=EAST + NORTH)
    expected = 0.5 * np.array([-0.5, 0.0]) + 0.5 * np.array([ROOT_HALF, ROOT_HALF])
    assert interest.vector == pytest.approx(expected / np.linalg.norm(expected))
    assert interest.vector[0] < interest.vector[1]


def test_many_dislikes_beside_words_weigh_no_more_than_their_share() -> None:
    interest = known(liked(1, -40.0), statement=NORTH)
    assert interest.vector == pytest.approx([-ROOT_HALF, ROOT_HALF])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_dislike_beside_words_at_the_ends_of_the_share(share: float) -> None:
    if share == 0.0:
        assert unknown(liked(1, -1.0), statement=NORTH, share=share)
    else:
        assert known(liked(1, -1.0), statement=NORTH, share=share).vector == pytest.approx([0.0, 1.0])


def test_history_that_cancels_out_says_nothing() -> None:
    assert unknown(liked(1), liked(3))
    assert unknown(liked(1), liked(1, -1.0))


def test_words_stand_alone_where_the_history_cancels_out() -> None:
    interest = known(liked(1), liked(3), statement=NORTH)
    assert interest.vector == pytest.approx([0.0, 1.0])
    assert interest.has_history is False


def test_history_and_words_that_cancel_out_say_nothing() -> None:
    assert unknown(liked(3), statement=EAST)


def test_words_without_a_direction_are_passed_over() -> None:
    assert unknown(statement=np.zeros(2))
    assert known(liked(1), statement=np.zeros(2)).vector == pytest.approx([1.0, 0.0])


def test_items_without_a_vector_are_passed_over() -> None:
    assert unknown(liked(99))
    interest = known(liked(99, 5.0), liked(2))
    assert interest.vector == pytest.approx([0.0, 1.0])
    assert [term.item_id for term in interest.terms] == [2]


def test_nothing_known() -> None:
    assert unknown()


def test_history_that_has_faded_by_many_half_lives_keeps_its_direction() -> None:
    assert known(liked(1, 3e-9), liked(2, 4e-9)).vector == pytest.approx([0.6, 0.8])
    assert known(liked(1, 1e-9), statement=NORTH).vector == pytest.approx([ROOT_HALF, ROOT_HALF])


def test_vast_and_tiny_weights_keep_their_direction() -> None:
    assert known(liked(1, 3e200), liked(2, 4e200)).vector == pytest.approx([0.6, 0.8])
    assert known(liked(1, 3e-200), liked(2, 4e-200)).vector == pytest.approx([0.6, 0.8])


def test_terms_add_up_to_the_vector() -> None:
    interest = known(liked(1, 2.0), liked(2, -0.5), liked(3, 0.25), statement=np.array([3.0, 4.0]), share=0.3)
    total = sum((term.coefficient * term.vector for term in interest.terms), start=np.zeros(2))
    assert total == pytest.approx(interest.vector, abs=1e-12)


def test_scores_by_term_and_part_of_a_worked_example() -> None:
    interest = known(liked(1), liked(2, -0.5), statement=NORTH, share=0.5)
    # h = (1, -0.5) / 1.118 = (0.894, -0.447); U ~ 0.5 h + 0.5 north = (0.447, 0.276), of length 0.526.
    h = np.array([1.0, -0.5]) / np.hypot(1.0, 0.5)
    length = float(np.linalg.norm(0.5 * h + 0.5 * NORTH))
    items = np.array([EAST, NORTH, [0.6, 0.8]])
    by_term = term_scores(interest, items)
    like, dislike, words = 0.5 * h[0] / length, 0.5 * h[1] / length, 0.5 / length
    assert by_term == pytest.approx(
        np.array([[like, 0.0, 0.0], [0.0, dislike, words], [0.6 * like, 0.8 * dislike, 0.8 * words]])
    )
    parts = score_parts(interest, by_term)
    assert list(parts) == ["history", "dislikes", "statement"]
    assert parts["history"] == pytest.approx([like, 0.0, 0.6 * like])
    assert parts["dislikes"] == pytest.approx([0.0, dislike, 0.8 * dislike])
    assert parts["statement"] == pytest.approx([0.0, words, 0.8 * words])


def test_only_parts_that_exist_are_named() -> None:
    assert list(score_parts(known(liked(1)), np.ones((1, 1)))) == ["history"]
    assert list(score_parts(known(statement=EAST), np.ones((1, 1)))) == ["statement"]


def test_scores_of_no_items() -> None:
    interest = known(liked(1), statement=NORTH)
    by_term = term_scores(interest, np.empty((0, 2)))
    assert by_term.shape == (0, 2)
    assert {name: values.shape for name, values in score_parts(interest, by_term).items()} == {
        "history": (0,),
        "statement": (0,),
    }
