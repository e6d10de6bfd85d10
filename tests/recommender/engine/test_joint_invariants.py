"""What holds for every person in every joint space: looked for by search, not by example."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from recommender.engine.history import ItemWeight
from recommender.engine.interest import FloatArray
from recommender.engine.joint_interest import (
    LOWEST_POPULARITY_WEIGHT,
    BlockWeights,
    JointInterest,
    JointItem,
    joint_interest,
    joint_scores,
)
from recommender.engine.joint_space import BLOCKS, Block
from tests.recommender.engine.joint_catalogues import JointCatalogue, joint_catalogue

searched = settings(max_examples=60, deadline=None)

CATALOGUES = [
    joint_catalogue(0, items=12),
    joint_catalogue(1, items=12, collaborative=8, text=1),
    joint_catalogue(2, items=12, collaborative=0),
    joint_catalogue(3, items=12, text=0),
    joint_catalogue(4, items=12, constant=Block.FACTORS),
]


@dataclass(frozen=True)
class Known:
    """What may be known about a person of a catalogue."""

    catalogue: JointCatalogue
    history: list[ItemWeight]
    statement_seed: int | None
    share: float
    weights: BlockWeights

    @property
    def statement(self) -> FloatArray | None:
        if self.statement_seed is None:
            return None
        return np.random.default_rng(self.statement_seed).normal(size=self.catalogue.space.dimensions[2])

    def maybe_interest(self, items: dict[int, JointItem] | None = None) -> JointInterest | None:
        return joint_interest(
            self.catalogue.space,
            self.history,
            self.catalogue.items if items is None else items,
            self.statement,
            block_weights=self.weights,
            statement_share=self.share,
        )

    def interest(self, items: dict[int, JointItem] | None = None) -> JointInterest:
        interest = self.maybe_interest(items)
        assume(interest is not None)
        assert interest is not None
        # Leaves out what all but cancels: there, rounding is all that is left, magnified.
        assume(max(np.abs(rows).max(initial=0.0) for rows in (interest.collaborative, interest.text)) < 1e3)
        return interest


strengths = st.sampled_from([-1.0, -0.5, -0.1, 0.0, 0.1, 0.3, 0.5, 1.0, 2.0])
block_weights = st.sampled_from([0.0, 0.1, 0.4, 1.0, 3.0])
knowledge = st.builds(
    Known,
    st.sampled_from(CATALOGUES),
    # Two of the ids are of items that the version does not have.
    st.lists(
        st.builds(ItemWeight, st.integers(98, 109), strengths, st.just("like"), strengths),
        max_size=7,
        unique_by=lambda weight: weight.item_id,
    ),
    st.none() | st.integers(0, 50),
    st.sampled_from([0.0, 0.3, 0.5, 1.0]),
    st.builds(
        BlockWeights,
        block_weights,
        block_weights,
        block_weights,
        block_weights,
        st.sampled_from([-1.0, -0.3, 0.0, 0.5]),
        block_weights,
    ),
)


@searched
@given(knowledge)
def test_parts_add_up_to_the_score_in_double_precision(known: Known) -> None:
    interest, stored = known.interest(), known.catalogue.stored
    scores = joint_scores(interest, stored)
    assert scores.total == pytest.approx(stored @ interest.vector, abs=1e-9)
    additive = [scores.parts[name] for name in ("collaborative", "text") if name in scores.parts]
    assert scores.by_item.sum(axis=1) == pytest.approx(sum(additive, np.zeros(12)), abs=1e-9)
    assert scores.by_item.shape == (12, len(interest.weights))


@searched
@given(knowledge)
def test_parts_add_up_to_the_cosine_through_half_precision(known: Known) -> None:
    # As served: sources and candidates out of the table in half precision, and the person's vector sent in half
    # precision; pgvector compares in single precision.
    halves = known.catalogue.stored.astype(np.float16)
    gains = known.catalogue.gains.astype(np.float32)
    rows = zip(known.catalogue.item_ids, halves.astype(np.float64), gains, strict=True)
    interest = known.interest({item_id: JointItem(vector, float(gain)) for item_id, vector, gain in rows})
    asked = interest.vector.astype(np.float16)
    assume(np.isfinite(asked).all())
    products = halves.astype(np.float32) @ asked.astype(np.float32)
    lengths = np.linalg.norm(halves.astype(np.float32), axis=1) * np.linalg.norm(asked.astype(np.float32))
    scale = known.catalogue.space.longest * float(np.linalg.norm(interest.vector))
    scores = joint_scores(interest, halves.astype(np.float64))
    assert scores.total == pytest.approx(halves.astype(np.float64) @ interest.vector, abs=1e-9)
    assert scores.total / scale == pytest.approx((products / lengths).astype(np.float64), abs=1e-3)


@searched
@given(knowledge)
def test_parts_are_the_blocks_natural_inner_products(known: Known) -> None:
    interest, space = known.interest(), known.catalogue.space
    total = np.zeros(12)
    for block in BLOCKS:
        natural = known.catalogue.natural[block]
        person = interest.vector[space.columns(block)] * space.scale(block)
        total += (natural - natural.mean(axis=0)) @ person
    assert joint_scores(interest, known.catalogue.stored).total == pytest.approx(total, abs=1e-9)


@searched
@given(knowledge, st.randoms(use_true_random=False))
def test_order_of_the_history_does_not_matter(known: Known, random: Random) -> None:
    interest = known.interest()
    shuffled = replace(known, history=random.sample(known.history, len(known.history))).interest()
    assert shuffled.vector == pytest.approx(interest.vector, abs=1e-9)
    stored = known.catalogue.stored
    straight, mixed = joint_scores(interest, stored).by_item, joint_scores(shuffled, stored).by_item
    places = [shuffled.weights.index(weight) for weight in interest.weights]
    assert mixed[:, places] == pytest.approx(straight, abs=1e-9)


@searched
@given(knowledge)
def test_item_named_twice_counts_as_the_sum_in_the_additive_blocks(known: Known) -> None:
    interest = known.interest()
    halves = [
        replace(weight, weight=weight.weight / 2, evidence=weight.evidence / 2)
        for weight in known.history
        for _ in range(2)
    ]
    again = replace(known, history=halves).interest()
    for block in (Block.COLLABORATIVE, Block.TEXT):
        columns = known.catalogue.space.columns(block)
        assert again.vector[columns] == pytest.approx(interest.vector[columns], abs=1e-9)


@searched
@given(knowledge, st.lists(st.integers(0, 11), max_size=20))
def test_an_items_score_does_not_depend_on_the_others(known: Known, rows: list[int]) -> None:
    interest, stored = known.interest(), known.catalogue.stored
    ids = known.catalogue.item_ids
    whole = joint_scores(interest, stored, ids)
    chosen = joint_scores(interest, stored[rows], [ids[row] for row in rows])
    assert chosen.total == pytest.approx(whole.total[rows], abs=1e-9)
    assert chosen.by_item == pytest.approx(whole.by_item[rows], abs=1e-9)
    assert {name: part.shape for name, part in chosen.parts.items()} == dict.fromkeys(whole.parts, (len(rows),))


@searched
@given(knowledge)
def test_returning_item_loses_what_it_says_for_itself_and_others_lose_nothing(known: Known) -> None:
    interest, stored = known.interest(), known.catalogue.stored
    plain, returning = joint_scores(interest, stored), joint_scores(interest, stored, known.catalogue.item_ids)
    own = np.zeros(12)
    for place, weight in enumerate(interest.weights):
        own[weight.item_id - 100] = plain.by_item[weight.item_id - 100, place]
    assert returning.total == pytest.approx(plain.total - own, abs=1e-9)


@searched
@given(knowledge)
def test_items_that_the_version_does_not_have_are_passed_over(known: Known) -> None:
    here = [weight for weight in known.history if weight.item_id >= 100]
    interest = known.interest()
    assert replace(known, history=here).interest().vector == pytest.approx(interest.vector)
    assert all(weight.item_id >= 100 for weight in interest.weights)


@searched
@given(knowledge)
def test_each_part_deviates_by_its_weight_or_is_silent(known: Known) -> None:
    interest = known.interest()
    likes_something = any(one.item_id >= 100 and max(one.evidence, one.weight) > 0 for one in known.history)
    share = 0.0 if not interest.has_statement else known.share if likes_something else 1.0
    weights = known.weights
    expected = {
        "collaborative": (1 - share) * weights.collaborative,
        "factors": (1 - share) * weights.factors,
        "text": (1 - share) * weights.text,
        "statement": share * weights.statement,
        "popularity": abs(interest.prior),
    }
    for name, part in joint_scores(interest, known.catalogue.stored).parts.items():
        deviation = float(part.std())
        assert deviation == pytest.approx(expected[name], abs=1e-6) or deviation == pytest.approx(0.0, abs=1e-9)


@searched
@given(knowledge)
def test_popularity_stays_in_its_range_and_the_pad_empty(known: Known) -> None:
    interest = known.interest()
    highest = known.weights.popularity + known.weights.prior
    assert LOWEST_POPULARITY_WEIGHT <= interest.prior <= max(highest, LOWEST_POPULARITY_WEIGHT)
    assert interest.vector[-1] == 0.0
    assert np.isfinite(interest.vector).all()


@searched
@given(knowledge)
def test_words_without_direction_count_as_none(known: Known) -> None:
    silent = joint_interest(
        known.catalogue.space,
        known.history,
        known.catalogue.items,
        np.zeros(known.catalogue.space.dimensions[2]),
        block_weights=known.weights,
        statement_share=known.share,
    )
    without = replace(known, statement_seed=None).maybe_interest()
    assert (silent is None) == (without is None)
    if silent is not None and without is not None:
        assert silent.vector == pytest.approx(without.vector)


@searched
@given(knowledge)
def test_interest_needs_something_that_speaks_for_an_item_or_words(known: Known) -> None:
    against = [replace(one, weight=-abs(one.weight), evidence=-abs(one.evidence)) for one in known.history]
    assert replace(known, history=against, statement_seed=None).maybe_interest() is None
