"""An interest made again from its vector is the interest it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import BlockWeights, JointInterest, joint_interest, joint_scores
from recommender.engine.restored_interest import InterestCore, history_probe, restored_interest, same_probe
from tests.recommender.engine.joint_catalogues import JointCatalogue, joint_catalogue
from tests.recommender.engine.test_joint_invariants import Known, knowledge, searched

HISTORY = [ItemWeight(103, 1.0, "like", 1.0), ItemWeight(101, -0.5, "dislike", -0.5), ItemWeight(107, 0.2, "view", 0.2)]


def vectors_of(catalogue: JointCatalogue, weights: list[ItemWeight]) -> tuple[FloatArray, FloatArray]:
    rows = [weight.item_id - 100 for weight in weights]
    return catalogue.stored[rows], catalogue.gains[rows]


def restored(catalogue: JointCatalogue, interest: JointInterest, history: list[ItemWeight]) -> JointInterest:
    known = [weight for weight in history if weight.item_id in catalogue.items]
    core = InterestCore(interest.vector, interest.statement, interest.prior, tuple(known), interest.has_history)
    return restored_interest(core, catalogue.space, *vectors_of(catalogue, known))


@searched
@given(knowledge)
def test_answers_as_it_did(known: Known) -> None:
    interest = known.interest()
    again = restored(known.catalogue, interest, known.history)
    assert again.vector is interest.vector
    assert (again.weights, again.prior, again.statement is None) == (
        interest.weights,
        interest.prior,
        interest.statement is None,
    )
    before, after = (joint_scores(one, known.catalogue.stored, known.catalogue.item_ids) for one in (interest, again))
    assert before.parts.keys() == after.parts.keys()
    for name, scores in before.parts.items():
        assert after.parts[name] == pytest.approx(scores, abs=1e-9)
    assert after.by_item == pytest.approx(before.by_item, abs=1e-9)


def test_terms_with_and_without_words() -> None:
    catalogue = joint_catalogue()
    words = np.random.default_rng(5).normal(size=4)
    for statement in (None, words):
        interest = joint_interest(
            catalogue.space,
            HISTORY,
            catalogue.items,
            statement,
            block_weights=BlockWeights(text=0.5),
            statement_share=0.5,
        )
        assert interest is not None
        again = restored(catalogue, interest, HISTORY)
        assert np.abs(interest.collaborative).min() > 0
        assert again.collaborative == pytest.approx(interest.collaborative, rel=1e-12)
        assert again.text == pytest.approx(interest.text, rel=1e-12)


def test_history_that_has_no_say_adds_nothing() -> None:
    catalogue = joint_catalogue()
    refused = [ItemWeight(103, -1.0, "dislike", -1.0)]
    words = np.ones(4)
    interest = joint_interest(
        catalogue.space, refused, catalogue.items, words, block_weights=BlockWeights(), statement_share=0.5
    )
    assert interest is not None
    again = restored(catalogue, interest, refused)
    assert again.weights == () == interest.weights
    assert again.collaborative.shape == (0, 3)


class TestProbe:
    @pytest.fixture
    def vectors(self) -> tuple[FloatArray, FloatArray]:
        catalogue = joint_catalogue()
        return catalogue.stored.astype(np.float16).astype(np.float64), catalogue.gains

    def test_is_that_of_the_same_vectors(self, vectors: tuple[FloatArray, FloatArray]) -> None:
        stored, gains = vectors
        assert same_probe(history_probe(stored, gains), history_probe(stored.copy(), gains.copy()), size=12)
        # Another order of summing, as another processor may choose it.
        along = np.cos(np.arange(1.0, stored.shape[1] + 1))
        slowly = sum(
            np.sin(row + 1.0) * (sum(float(x * y) for x, y in zip(stored[row], along, strict=True)) + gains[row])
            for row in range(12)
        )
        assert same_probe(history_probe(stored, gains), float(slowly), size=12)

    def test_notices_the_smallest_step_of_half_precision(self, vectors: tuple[FloatArray, FloatArray]) -> None:
        stored, gains = vectors
        before = history_probe(stored, gains)
        for row in range(stored.shape[0]):
            for column in range(stored.shape[1]):
                changed = stored.astype(np.float16)
                changed[row, column] = np.nextafter(changed[row, column], np.float16(np.inf))
                assert not same_probe(before, history_probe(changed.astype(np.float64), gains), size=12)

    def test_notices_a_gain_and_an_exchange(self, vectors: tuple[FloatArray, FloatArray]) -> None:
        stored, gains = vectors
        before = history_probe(stored, gains)
        louder = gains.copy()
        louder[3] *= 1.01
        assert not same_probe(before, history_probe(stored, louder), size=12)
        assert not same_probe(before, history_probe(stored[::-1], gains), size=12)

    def test_of_nothing(self) -> None:
        assert history_probe(np.zeros((0, 8)), np.zeros(0)) == 0.0
